//! The workspace's own packages, as `cargo metadata` describes them.

use crate::json::Json;
use crate::tool::{self, Failure};

/// Where a crate stands; a later variant is a higher floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Floor {
    Protocol,
    Edge,
    Framework,
    Plugin,
    Testkit,
    App,
    Tool,
}

impl Floor {
    const NAMED: &'static [(&'static str, Self)] = &[
        ("protocol", Self::Protocol),
        ("edge", Self::Edge),
        ("framework", Self::Framework),
        ("plugin", Self::Plugin),
        ("testkit", Self::Testkit),
        ("app", Self::App),
        ("tool", Self::Tool),
    ];

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, floor)| *floor)
    }

    pub(crate) fn names() -> String {
        Self::NAMED.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// What a dependency is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The code itself.
    Normal,
    /// The build script.
    Build,
    /// Tests and examples.
    Tests,
}

/// A line of a manifest's dependency tables.
#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) purpose: Purpose,
    pub(crate) by_path: bool,
}

/// A package of the workspace.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// The folder, from the workspace's root: `crates/auth-core`.
    pub(crate) folder: String,
    /// What the manifest calls its floor, known or not.
    pub(crate) floor_name: Option<String>,
    /// The packages of the workspace that the manifest says it may depend on.
    pub(crate) uses: Option<Vec<String>>,
    pub(crate) dependencies: Vec<Dependency>,
}

impl Package {
    pub(crate) fn floor(&self) -> Option<Floor> {
        self.floor_name.as_deref().and_then(Floor::of_name)
    }

    pub(crate) fn manifest(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }

    pub(crate) fn sources(&self) -> String {
        format!("{}/src/", self.folder)
    }
}

/// What cargo says of the workspace, without the packages that it gets from elsewhere.
pub(crate) fn metadata() -> Result<String, Failure> {
    tool::output(tool::cargo_at_root().args(["metadata", "--format-version", "1", "--no-deps"]))
}

/// Reads the packages out of the text of `cargo metadata --no-deps`.
pub(crate) fn packages(metadata: &str) -> Result<Vec<Package>, Failure> {
    let metadata = Json::read(metadata)?;
    let root = metadata.text_at("workspace_root").unwrap_or_default().replace('\\', "/");
    metadata.items_at("packages").iter().map(|package| read_package(package, &root)).collect()
}

fn read_package(package: &Json, root: &str) -> Result<Package, Failure> {
    let missing = || Failure::Failed("cargo metadata lists a package without a name or a manifest".to_owned());
    let name = package.text_at("name").ok_or_else(missing)?;
    let manifest = package.text_at("manifest_path").ok_or_else(missing)?.replace('\\', "/");
    let inside = manifest.strip_prefix(root).unwrap_or(&manifest).trim_start_matches('/');
    let ours = package.get("metadata").and_then(|metadata| metadata.get("auth"));
    let texts = |list: &Json| list.items().iter().filter_map(Json::text).map(str::to_owned).collect();
    Ok(Package {
        name: name.to_owned(),
        folder: inside.trim_end_matches("Cargo.toml").trim_end_matches('/').to_owned(),
        floor_name: ours.and_then(|ours| ours.text_at("floor")).map(str::to_owned),
        uses: ours.and_then(|ours| ours.get("uses")).map(texts),
        dependencies: package.items_at("dependencies").iter().filter_map(read_dependency).collect(),
    })
}

fn read_dependency(dependency: &Json) -> Option<Dependency> {
    let purpose = match dependency.text_at("kind") {
        Some("dev") => Purpose::Tests,
        Some("build") => Purpose::Build,
        _ => Purpose::Normal,
    };
    let by_path = dependency.text_at("path").is_some();
    Some(Dependency { name: dependency.text_at("name")?.to_owned(), purpose, by_path })
}

#[cfg(test)]
mod test {
    use super::{Floor, Purpose, packages};

    const METADATA: &str = r#"{"workspace_root": "/w", "packages": [{
        "name": "auth-pages", "manifest_path": "/w/crates/auth-pages/Cargo.toml",
        "metadata": {"auth": {"floor": "plugin", "uses": ["auth-core"]}},
        "dependencies": [
            {"name": "auth-core", "kind": null, "path": "/w/crates/auth-core"},
            {"name": "cc", "kind": "build"},
            {"name": "tower", "kind": "dev"}
        ]
    }, {"name": "plain", "manifest_path": "/w/Cargo.toml", "metadata": null, "dependencies": []}]}"#;

    #[test]
    fn a_package_is_read_with_its_folder_floor_and_dependencies() {
        let found = packages(METADATA).expect("well formed");

        let pages = &found[0];
        assert_eq!((pages.name.as_str(), pages.folder.as_str()), ("auth-pages", "crates/auth-pages"));
        assert_eq!(pages.floor(), Some(Floor::Plugin));
        assert_eq!(pages.uses.as_deref(), Some(&["auth-core".to_owned()][..]));
        let purposes: Vec<_> = pages.dependencies.iter().map(|one| (one.name.as_str(), one.purpose)).collect();
        assert_eq!(purposes, [("auth-core", Purpose::Normal), ("cc", Purpose::Build), ("tower", Purpose::Tests)]);
        assert!(pages.dependencies[0].by_path && !pages.dependencies[1].by_path);
    }

    #[test]
    fn a_package_that_says_nothing_has_no_floor() {
        let found = packages(METADATA).expect("well formed");

        assert_eq!(found[1].floor(), None);
        assert_eq!(found[1].uses, None);
    }

    #[test]
    fn floors_are_ordered_from_the_ground_up() {
        assert!(Floor::Protocol < Floor::Edge && Floor::Edge < Floor::Framework && Floor::Framework < Floor::Plugin);
        assert!(Floor::Plugin < Floor::Testkit && Floor::Testkit < Floor::App);
    }
}
