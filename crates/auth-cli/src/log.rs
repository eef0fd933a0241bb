//! What the server says while it runs.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::console::may_be_coloured;

/// Writes events to the standard error stream: `info` and above, or what `RUST_LOG` says.
pub(crate) fn start() {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    // A subscriber the app has set already stays.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(may_be_coloured(&std::io::stderr()))
        .try_init();
}
