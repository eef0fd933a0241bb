//! The reference of options: what an app can say to a builder, as the sources document it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::tidy::Tree;
use crate::workspace::{Floor, Package};

const HEAD: &str = "\
# Options

What an app can choose, crate by crate, as the sources say it.
`build` reports all wrong values together, each with what would be right.
";

/// What an app sets on one type.
#[derive(Debug, Default)]
struct Options {
    /// Of the type, the first paragraph.
    about: String,
    /// Each with its argument types and the first paragraph of its documentation.
    entries: Vec<(String, String)>,
    /// Whether its name or what it implements makes it something an app is put together from.
    is_chosen: bool,
}

/// The page, for the crates whose options an app's `main.rs` sees.
pub(crate) fn page(tree: &Tree) -> String {
    let mut text = HEAD.to_owned();
    let mut packages: Vec<&Package> =
        [Floor::Framework, Floor::Plugin, Floor::Edge].iter().flat_map(|floor| tree.packages_on(*floor)).collect();
    packages.sort_by_key(|package| (package.floor(), package.name.as_str()));
    for package in packages {
        let types = types_of(package, tree);
        if types.is_empty() {
            continue;
        }
        // Writing to a String cannot fail, so the results of `write!` are let go of.
        let _ = write!(text, "\n## {}\n", package.name);
        for (name, options) in types {
            let _ = write!(text, "\n### `{name}`\n\n{}\n", options.about);
            text.push_str("\n| option | what it is |\n| --- | --- |\n");
            for (option, about) in options.entries {
                let _ = writeln!(text, "| `{}` | {} |", cell(&option), cell(&about));
            }
        }
    }
    text
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn types_of(package: &Package, tree: &Tree) -> BTreeMap<String, Options> {
    let mut types: BTreeMap<String, Options> = BTreeMap::new();
    for source in tree.sources_of(package) {
        if let Some(file) = tree.file(&source.path) {
            read(&file.text, &mut types);
        }
    }
    types.retain(|_, options| options.is_chosen && !options.entries.is_empty());
    types
}

/// Where in a file a line stands.
enum Place {
    Outside,
    /// In `impl Name {`.
    Methods(String),
    /// In `pub struct NameOptions {`.
    Fields(String),
}

/// Reads what a file says of types, as rustfmt lays it out.
fn read(text: &str, types: &mut BTreeMap<String, Options>) {
    let mut place = Place::Outside;
    let mut doc: Vec<&str> = Vec::new();
    let mut must_use = false;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let start = line.trim_start();
        if line.starts_with("#[cfg(test)]") {
            return;
        }
        if let Some(words) = start.strip_prefix("///") {
            doc.push(words.trim());
            continue;
        }
        if start.starts_with("#[") {
            must_use |= start == "#[must_use]";
            continue;
        }
        if line == "}" {
            place = Place::Outside;
        } else if let Some(name) = implemented(line) {
            place = Place::Methods(name.to_owned());
        } else if let Some(name) = plugin(line) {
            types.entry(name.to_owned()).or_default().is_chosen = true;
        } else if let Some(name) = structure(line) {
            let options = types.entry(name.to_owned()).or_default();
            options.about = paragraph(&doc);
            options.is_chosen |= ["Builder", "Options"].iter().any(|end| name.ends_with(end));
            if name.ends_with("Options") && line.ends_with('{') {
                place = Place::Fields(name.to_owned());
            }
        } else {
            match &place {
                Place::Methods(name) if must_use && start.starts_with("pub fn ") => {
                    let mut signature = start.to_owned();
                    while !signature.ends_with('{') {
                        let Some(more) = lines.next() else { break };
                        signature.push_str(more.trim());
                    }
                    let option = method(&signature).map(|option| (option, paragraph(&doc)));
                    types.entry(name.clone()).or_default().entries.extend(option);
                }
                Place::Fields(name) => {
                    let option = start.strip_prefix("pub ").and_then(|field| field.strip_suffix(','));
                    let option = option.map(|field| (field.to_owned(), paragraph(&doc)));
                    types.entry(name.clone()).or_default().entries.extend(option);
                }
                Place::Methods(_) | Place::Outside => {}
            }
        }
        doc.clear();
        must_use = false;
    }
}

/// `Name` of `impl Name {`.
fn implemented(line: &str) -> Option<&str> {
    let name = line.strip_prefix("impl ")?.strip_suffix(" {")?;
    is_name(name).then_some(name)
}

/// `Name` of `impl Plugin for Name {`.
fn plugin(line: &str) -> Option<&str> {
    let name = line.strip_prefix("impl Plugin for ")?.strip_suffix(" {")?;
    is_name(name).then_some(name)
}

/// `Name` of `pub struct Name {`, and of one without named fields.
fn structure(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub struct ")?;
    let name = rest.split(|c: char| !c.is_alphanumeric()).next()?;
    is_name(name).then_some(name)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(char::is_alphanumeric)
}

/// `name(argument: Type)` of a method that sets an option.
fn method(signature: &str) -> Option<String> {
    let (head, returned) = signature.rsplit_once(" -> ")?;
    returned.starts_with("Self").then_some(())?;
    let (name, rest) = head.strip_prefix("pub fn ")?.split_once('(')?;
    // `<S: Into<String>>` stands between the name and its arguments.
    let (name, bounds) = name.split_once('<').unwrap_or((name, ""));
    let arguments = rest.trim_end().strip_suffix(')')?.trim_end_matches(',');
    let mut arguments = split(arguments).into_iter();
    matches!(arguments.next()?.trim(), "self" | "mut self").then_some(())?;
    let told = arguments.filter_map(|argument| {
        let (argument, ty) = argument.trim().split_once(": ")?;
        Some(format!("{argument}: {}", plain(ty, bounds)))
    });
    Some(format!("{name}({})", told.collect::<Vec<_>>().join(", ")))
}

/// Splits arguments at commas that stand in no bracket.
fn split(arguments: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    let mut before = ' ';
    let parts = arguments.split(move |c: char| {
        match c {
            '<' | '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            // Not the arrow of a closure's type.
            '>' if before != '-' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = c;
        c == ',' && depth == 0
    });
    parts.filter(|part| !part.trim().is_empty()).collect()
}

/// A type as a reader of options wants it: what goes in, without how.
fn plain(ty: &str, bounds: &str) -> String {
    let mut ty = ty.trim().to_owned();
    if let Some((parameter, bound)) = bounds.trim_end_matches('>').split_once(": ") {
        ty = ty.replace(&format!("<Item = {parameter}>"), &format!("<Item = impl {bound}>>").replace(">>>", ">>"));
    }
    for (long, short) in [
        ("impl IntoIterator<Item = impl Into<String>>", "impl IntoIterator<String>"),
        ("impl Into<String>", "String"),
        ("impl IntoIterator<Item = ", "impl IntoIterator<"),
        (" + Send + Sync + 'static", ""),
        (" + Send + 'static", ""),
    ] {
        ty = ty.replace(long, short);
    }
    ty
}

/// The first paragraph, in one line, with links turned into code.
fn paragraph(doc: &[&str]) -> String {
    let lines: Vec<&str> = doc.iter().copied().take_while(|line| !line.is_empty()).collect();
    let mut text = String::new();
    let joined = lines.join(" ");
    let mut rest = joined.as_str();
    // [`Name`] and [`Name`](path) are links of rustdoc.
    while let Some((before, after)) = rest.split_once("[`") {
        text.push_str(before);
        let Some((name, behind)) = after.split_once("`]") else {
            text.push_str("[`");
            rest = after;
            continue;
        };
        let _ = write!(text, "`{name}`");
        rest = match behind.strip_prefix('(').and_then(|target| target.split_once(')')) {
            Some((_, behind)) => behind,
            None => behind,
        };
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod test {
    use super::{method, page, paragraph};
    use crate::tidy::planted::{one_package, planted};

    const SOURCE: &str = "\
/// Signs people in with a key.
///
/// More.
#[derive(Debug)]
pub struct Keys {
    pub(crate) width: u64,
}

impl Keys {
    /// A plugin with its defaults.
    pub fn new() -> Self {
        Self { width: 1 }
    }

    /// How wide a key is, in bits. Default [`WIDTH`];
    /// at most 4096 | 8192.
    ///
    /// More.
    #[must_use]
    pub fn width(mut self, bits: u64) -> Self {
        self
    }

    /// Looks.
    #[must_use]
    pub fn looks(&self) -> Self {
        self
    }
}

impl Plugin for Keys {
    fn id(&self) -> PluginId {
        \"keys\"
    }
}

/// How long.
pub struct KeyOptions {
    /// Seconds. Default 60.
    pub seconds: u64,
    pub(crate) hidden: u64,
}

/// No option.
pub struct Key;

impl Key {
    /// Turned.
    #[must_use]
    pub fn turned(self) -> Self {
        self
    }
}
";

    #[test]
    fn options_of_plugins_and_structures_are_listed_and_nothing_else() {
        let text = page(&planted(&[("crates/auth-keys/src/keys.rs", SOURCE)], &one_package("auth-keys", "plugin")));

        let (_, listed) = text.split_once("\n## ").expect("one crate has options");
        let expected = "\
auth-keys

### `KeyOptions`

How long.

| option | what it is |
| --- | --- |
| `seconds: u64` | Seconds. Default 60. |

### `Keys`

Signs people in with a key.

| option | what it is |
| --- | --- |
| `width(bits: u64)` | How wide a key is, in bits. Default `WIDTH`; at most 4096 \\| 8192. |
";
        assert_eq!(listed, expected);
    }

    #[test]
    fn crates_of_other_floors_have_no_options() {
        let text = page(&planted(&[("crates/auth-keys/src/keys.rs", SOURCE)], &one_package("auth-keys", "protocol")));

        assert!(!text.contains("auth-keys"), "{text}");
    }

    #[test]
    fn arguments_are_told_by_what_goes_in() {
        let of = |signature: &str| method(signature).expect("it sets an option");

        assert_eq!(of("pub fn a(mut self, path: impl Into<String>) -> Self {"), "a(path: String)");
        assert_eq!(of("pub fn a(self) -> Self {"), "a()");
        assert_eq!(of("pub fn a(mut self,b: u64,c: Vec<(u8, u8)>,) -> Self {"), "a(b: u64, c: Vec<(u8, u8)>)");
        assert_eq!(
            of("pub fn a<S: Into<String>>(mut self, b: impl IntoIterator<Item = S>) -> Self {"),
            "a(b: impl IntoIterator<String>)"
        );
        assert_eq!(
            of("pub fn a(mut self, b: impl FnOnce() -> Result<u8, u8> + Send + 'static) -> Self {"),
            "a(b: impl FnOnce() -> Result<u8, u8>)"
        );
        assert_eq!(method("pub fn a(&self) -> Self {"), None);
        assert_eq!(method("pub fn a(mut self) -> Option<u8> {"), None);
    }

    #[test]
    fn links_of_rustdoc_become_code() {
        assert_eq!(
            paragraph(&["See [`A`], [`b`](Self::b) and [c](d.md).", "", "More."]),
            "See `A`, `b` and [c](d.md)."
        );
    }
}
