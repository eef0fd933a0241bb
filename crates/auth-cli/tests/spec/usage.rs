//! Help, and command lines that are not understood.

use auth_cli::Exit;

use crate::app::Place;

#[test]
fn an_unknown_command_is_a_usage_error_on_the_error_stream() {
    let refused = Place::new().runs("frobnicate");

    assert_eq!((refused.exit, refused.out.as_str()), (Exit::Usage, ""));
    assert!(refused.err.contains("frobnicate"));
}

#[test]
fn help_is_text_and_lists_the_commands() {
    let help = Place::new().runs("--help");

    assert_eq!((help.exit, help.err.as_str()), (Exit::Done, ""));
    for command in ["serve", "migrate", "generate", "openapi", "routes", "--database-url"] {
        assert!(help.out.contains(command), "{command}: {}", help.out);
    }
    let help = Place::new().runs("migrate --help");
    for flag in ["--yes", "--dry-run", "--check"] {
        assert!(help.out.contains(flag), "{flag}: {}", help.out);
    }
}
