//! Where a test is, found in the sources, so that nothing has to be built.

use crate::tidy::{Tree, has_word};

/// The file of a test that is named `package::module::name`, among the tests of the package or in its sources.
///
/// The module of tests inside a source file is not named: `auth-protocol::code::a_good_code_is_redeemed`.
pub(super) fn place<'a>(tree: &'a Tree, test: &str) -> Option<&'a str> {
    let mut parts: Vec<&str> = test.split("::").collect();
    let name = parts.pop()?;
    let (package, modules) = parts.split_first()?;
    let folders = [format!("crates/{package}"), format!("examples/{package}")];
    let roots = folders.iter().flat_map(|folder| {
        [format!("{folder}/tests/spec/main.rs"), format!("{folder}/src/lib.rs"), format!("{folder}/src/main.rs")]
    });
    let mut files: Vec<String> = roots.flat_map(|root| reached(tree, &root, modules)).collect();
    // A binary of one file is its own root.
    if let [module] = modules {
        files.extend(folders.iter().map(|folder| format!("{folder}/tests/{module}.rs")));
    }
    let sources = tree.sources.iter().filter(|source| files.contains(&source.path));
    sources.filter(|source| has_test(&source.code, name)).map(|source| source.path.as_str()).next()
}

/// The files a module may be in, if every module on the way is declared.
fn reached(tree: &Tree, root: &str, modules: &[&str]) -> Vec<String> {
    let Some((folder, _)) = root.rsplit_once('/') else { return Vec::new() };
    let mut files = vec![root.to_owned()];
    for (index, module) in modules.iter().enumerate() {
        let declared = format!("mod {module};");
        let leads_on =
            |file: &String| tree.sources.iter().any(|source| source.path == *file && source.code.contains(&declared));
        if !files.iter().any(leads_on) {
            return Vec::new();
        }
        let path = modules.get(..=index).unwrap_or_default().join("/");
        files = vec![format!("{folder}/{path}.rs"), format!("{folder}/{path}/mod.rs")];
    }
    files
}

/// Whether code has a function of this name that is run as a test.
fn has_test(code: &str, name: &str) -> bool {
    let function = format!("fn {name}(");
    let lines: Vec<&str> = code.lines().map(str::trim).collect();
    let places = lines.iter().enumerate().filter(|(_, line)| line.contains(&function)).map(|(index, _)| index);
    places.into_iter().any(|index| {
        let above = lines.iter().take(index).rev().take_while(|line| line.is_empty() || line.starts_with("#["));
        let attributes: Vec<&&str> = above.collect();
        let is_test = |line: &&&str| has_word(line, "test") && !has_word(line, "cfg");
        attributes.iter().any(is_test) && !attributes.iter().any(|line| has_word(line, "ignore"))
    })
}

#[cfg(test)]
mod test {
    use super::{has_test, place};
    use crate::tidy::planted::{NO_PACKAGES, planted};

    #[test]
    fn a_test_is_found_where_its_modules_lead() {
        let tree = planted(
            &[
                ("crates/a/tests/spec/main.rs", "mod b;\n#[test]\nfn at_the_root() {}\n"),
                ("crates/a/tests/spec/b/mod.rs", "mod c;\n"),
                ("crates/a/tests/spec/b/c.rs", "#[tokio::test]\nasync fn it_works() {}\n"),
                ("crates/a/tests/spec/lost.rs", "#[test]\nfn nobody_runs_it() {}\n"),
                ("crates/a/src/lib.rs", "mod d;\n"),
                ("crates/a/src/d.rs", "#[cfg(test)]\nmod tests {\n    #[test]\n    fn it_is_so() {}\n}\n"),
                ("examples/e/tests/f.rs", "#[test]\nfn it_runs() {}\n"),
            ],
            NO_PACKAGES,
        );

        for (test, file) in [
            ("a::b::c::it_works", Some("crates/a/tests/spec/b/c.rs")),
            ("a::d::it_is_so", Some("crates/a/src/d.rs")),
            ("a::at_the_root", Some("crates/a/tests/spec/main.rs")),
            ("e::f::it_runs", Some("examples/e/tests/f.rs")),
            ("a::b::it_works", None),
            ("a::c::it_works", None),
            ("b::b::c::it_works", None),
            ("a::b::c::it_work", None),
            ("a::lost::nobody_runs_it", None),
            ("it_works", None),
            ("", None),
        ] {
            assert_eq!(place(&tree, test), file, "{test}");
        }
    }

    #[test]
    fn only_what_runs_as_a_test_is_one() {
        for (code, is) in [
            ("#[test]\nfn x() {}", true),
            ("#[tokio::test(flavor = \"multi_thread\")]\n\nasync fn x() {}", true),
            ("#[test]\n#[expect(a, reason = \"\")]\nfn x() {}", true),
            ("fn x() {}", false),
            ("#[cfg(test)]\nfn x() {}", false),
            ("#[test]\n#[ignore]\nfn x() {}", false),
            ("#[test]\nfn y() {}\n\nfn x() {}", false),
            ("#[test]\nfn xx() {}", false),
        ] {
            assert_eq!(has_test(code, "x"), is, "{code}");
        }
    }
}
