//! The table, for an app's own queries.

#![expect(clippy::disallowed_methods, reason = "the loaders sea-orm's macro writes begin transactions; none is called")]

pub mod event;
