//! Events about people, whichever plugin brings them in.

use super::event::Event;

/// A person was added, by whatever way of signing up.
#[derive(Clone, Debug)]
pub struct UserCreated {
    /// Their id.
    pub user_id: String,
}

impl Event for UserCreated {
    const NAME: &'static str = "user.created";
}
