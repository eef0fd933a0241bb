//! What the README and the guides show is what runs.

#[test]
fn the_readme_shows_the_main_of_this_example() {
    let readme = include_str!("../../../../README.md");
    let (_, rest) = readme.split_once("```rust\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();

    assert!(include_str!("../../src/main.rs").ends_with(shown), "README.md and main.rs differ:\n{shown}");
}

#[test]
fn the_guide_shows_each_command_that_the_server_prints_for_a_client() {
    let guide = include_str!("../../../../docs/guides/clients.md");
    let names = ["claude ", "code ", "codex ", "gemini ", "npx ", "opencode "];
    let printed =
        include_str!("../../src/welcome.rs").lines().map(|line| line.trim().trim_end_matches(['\\', '"', 'n']));
    let commands: Vec<String> = printed
        .filter_map(|line| line.get(16..).filter(|command| names.iter().any(|name| command.starts_with(name))))
        .map(|command| {
            command
                .replace("{base}", "http://localhost:3000")
                .replace("{{", "{")
                .replace("}}", "}")
                .replace("\\\"", "\"")
        })
        .collect();

    assert!(commands.len() >= 6, "{commands:?}");
    for command in commands {
        assert!(guide.lines().any(|line| line == command), "docs/guides/clients.md lacks: {command}");
    }
}
