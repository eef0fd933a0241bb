//! Events about people, whichever plugin brings them in.

use super::event::Event;
use super::every::About;

/// A person was added, by whatever way of signing up.
#[derive(Clone, Debug)]
pub struct UserCreated {
    /// Their id.
    pub user_id: String,
}

impl Event for UserCreated {
    const NAME: &'static str = "user.created";

    fn about(&self) -> About {
        About::user(&self.user_id)
    }
}

/// A person was deleted, with everything that belonged to them; told after the commit, and in the
/// transaction before their row is gone.
#[derive(Clone, Debug)]
pub struct UserDeleted {
    /// Their id.
    pub user_id: String,
}

impl Event for UserDeleted {
    const NAME: &'static str = "user.deleted";

    fn about(&self) -> About {
        About::user(&self.user_id)
    }
}
