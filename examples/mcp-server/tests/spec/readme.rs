//! What the README shows is what runs.

#[test]
fn the_readme_shows_the_main_of_this_example() {
    let readme = include_str!("../../../../README.md");
    let (_, rest) = readme.split_once("```rust\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();

    assert!(include_str!("../../src/main.rs").ends_with(shown), "README.md and main.rs differ:\n{shown}");
}
