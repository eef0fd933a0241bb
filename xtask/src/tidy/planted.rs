//! Trees for the tests of the rules, written into a temporary folder.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use super::tree::Tree;

/// A workspace that cargo knows nothing of.
pub(crate) const NO_PACKAGES: &str = r#"{"workspace_root": "/w", "packages": []}"#;

/// Writes the files, reads them back as a tree, and removes them.
pub(crate) fn planted(files: &[(&str, &str)], metadata: &str) -> Tree {
    let folder = Folder::new();
    for (path, text) in files {
        let path = folder.0.join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    Tree::read(&folder.0, metadata).expect("the tree can be read")
}

/// What cargo would say of one package of this floor, in `crates/<name>`.
pub(crate) fn one_package(name: &str, floor: &str) -> String {
    format!(
        r#"{{"workspace_root": "/w", "packages": [{{
            "name": "{name}", "manifest_path": "/w/crates/{name}/Cargo.toml",
            "metadata": {{"auth": {{"floor": "{floor}", "uses": []}}}}, "dependencies": []
        }}]}}"#
    )
}

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("auth-tidy-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to whoever empties the folder for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
