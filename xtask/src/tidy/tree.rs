//! The tree that the rules look at, read once.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::source::Source;
use crate::tool::{self, Failure};
use crate::workspace::{self, Floor, Package};

/// Folders that are not ours, or made anew on every machine.
const IGNORED_FOLDERS: &[&str] = &["target", "node_modules", ".venv", ".git", "__pycache__"];
/// Files that a run leaves behind.
const IGNORED_ENDINGS: &[&str] = &[".sqlite", ".sqlite-shm", ".sqlite-wal", ".auth-secret", ".draft"];

/// A text file.
#[derive(Debug)]
pub(crate) struct File {
    /// The path, from the root, with slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What a package reaches by normal dependencies, itself included.
#[derive(Debug)]
pub(crate) struct Reach {
    pub(crate) package: String,
    pub(crate) names: BTreeSet<String>,
}

/// A workspace: every file that is ours, and what cargo says of the packages.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The paths of all files, binary ones too.
    pub(crate) paths: BTreeSet<String>,
    pub(crate) files: Vec<File>,
    pub(crate) sources: Vec<Source>,
    pub(crate) packages: Vec<Package>,
    /// For packages of the protocol floor.
    pub(crate) reach: Vec<Reach>,
}

impl Tree {
    /// Reads the files under a root, and the packages out of what `cargo metadata --no-deps` prints.
    pub(crate) fn read(root: &Path, metadata: &str) -> Result<Self, Failure> {
        let mut tree = Self {
            paths: BTreeSet::new(),
            files: Vec::new(),
            sources: Vec::new(),
            packages: workspace::packages(metadata)?,
            reach: Vec::new(),
        };
        tree.enter(root, "")?;
        tree.files.sort_by(|one, other| one.path.cmp(&other.path));
        let rust = tree.files.iter().filter(|file| is_rust(&file.path));
        tree.sources = rust.map(|file| Source::of(&file.path, &file.text)).collect();
        Ok(tree)
    }

    /// This workspace: what git tracks or would, if git is there to ask.
    pub(crate) fn of_workspace() -> Result<Self, Failure> {
        let root = tool::root();
        let mut tree = Self::read(&root, &workspace::metadata()?)?;
        let mut git = Command::new("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
        if let Some(listed) = git.output().ok().filter(|output| output.status.success()) {
            let listed = String::from_utf8_lossy(&listed.stdout);
            tree.keep(&listed.split('\0').collect());
        }
        Ok(tree)
    }

    /// The same tree, with what its pure crates reach.
    pub(crate) fn with_reach(mut self) -> Result<Self, Failure> {
        let mut reach = Vec::new();
        for package in self.packages_on(Floor::Protocol) {
            let mut command = tool::cargo_at_root();
            command.args(["tree", "--package", &package.name, "--all-features", "--edges", "normal"]);
            let text = tool::output(command.args(["--target", "all", "--prefix", "none", "--format", "{p}"]))?;
            reach.push(Reach { package: package.name.clone(), names: names_in(&text) });
        }
        self.reach = reach;
        Ok(self)
    }

    fn keep(&mut self, listed: &BTreeSet<&str>) {
        self.paths.retain(|path| listed.contains(path.as_str()));
        self.files.retain(|file| listed.contains(file.path.as_str()));
        self.sources.retain(|source| listed.contains(source.path.as_str()));
    }

    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether there is such a file, or a folder with files in it.
    pub(crate) fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        path.is_empty()
            || self.paths.contains(path)
            || self.paths.range(folder.clone()..).next().is_some_and(|next| next.starts_with(&folder))
    }

    pub(crate) fn packages_on(&self, floor: Floor) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(move |package| package.floor() == Some(floor))
    }

    /// The sources under `src` of a package.
    pub(crate) fn sources_of(&self, package: &Package) -> impl Iterator<Item = &Source> {
        let folder = package.sources();
        self.sources.iter().filter(move |source| source.path.starts_with(&folder))
    }

    /// The manifests of packages, not the workspace's own.
    pub(crate) fn manifests(&self) -> impl Iterator<Item = &File> {
        let manifests = self.files.iter().filter(|file| file.path.rsplit('/').next() == Some("Cargo.toml"));
        manifests.filter(|file| file.text.lines().any(|line| line.trim() == "[package]"))
    }

    fn enter(&mut self, folder: &Path, inside: &str) -> Result<(), Failure> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
            if entry.file_type()?.is_dir() {
                if !IGNORED_FOLDERS.contains(&name.as_str()) {
                    self.enter(&entry.path(), &path)?;
                }
            } else if !IGNORED_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
                // A file that went while we looked is no file of the tree.
                if let Ok(bytes) = fs::read(entry.path()) {
                    self.add(path, bytes);
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, path: String, bytes: Vec<u8>) {
        if let Ok(text) = String::from_utf8(bytes) {
            self.files.push(File { path: path.clone(), text });
        }
        self.paths.insert(path);
    }
}

pub(crate) fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// The names in what `cargo tree --prefix none --format {p}` prints.
pub(crate) fn names_in(tree: &str) -> BTreeSet<String> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod test {
    use super::{BTreeSet, names_in};
    use crate::tidy::planted::{NO_PACKAGES, planted};

    #[test]
    fn what_is_not_ours_is_not_read() {
        let tree = planted(
            &[
                ("README.md", ""),
                ("target/a.rs", ""),
                ("interop/node_modules/b.js", ""),
                ("x/.venv/c.py", ""),
                ("d.sqlite", ""),
            ],
            NO_PACKAGES,
        );

        assert_eq!(tree.paths.iter().collect::<Vec<_>>(), ["README.md"]);
    }

    #[test]
    fn files_and_folders_are_there_by_their_whole_name() {
        let tree = planted(&[("crates/auth-core/README.md", "")], NO_PACKAGES);

        assert!(tree.has("crates/auth-core/README.md") && tree.has("crates/auth-core") && tree.has("crates/"));
        assert!(!tree.has("crates/auth") && !tree.has("crates/auth-core/READ"));
    }

    #[test]
    fn what_git_ignores_is_not_kept() {
        let mut tree = planted(&[("a.rs", ""), ("b.rs", "")], NO_PACKAGES);

        tree.keep(&BTreeSet::from(["b.rs", "c.rs"]));

        assert_eq!(tree.paths.iter().collect::<Vec<_>>(), ["b.rs"]);
        assert_eq!((tree.files.len(), tree.sources.len()), (1, 1));
    }

    #[test]
    fn a_dependency_tree_is_read_by_names() {
        let names = names_in("auth-protocol v0.1.0 (/w)\nserde v1.0.0\nserde v1.0.0 (*)\n\n");

        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["auth-protocol", "serde"]);
    }
}
