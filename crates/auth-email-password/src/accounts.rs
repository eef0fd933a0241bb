//! The state of the plugin.

use std::sync::Arc;

use auth_core::{AuthContext, NoRandomness};
use axum::extract::FromRef;

use crate::hashing::Hashing;
use crate::options::EmailPassword;
use crate::password::Salt;

/// What every handler and flow works with. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Accounts {
    pub(crate) cx: AuthContext,
    pub(crate) options: Arc<EmailPassword>,
    pub(crate) hashing: Hashing,
}

impl FromRef<Accounts> for AuthContext {
    fn from_ref(accounts: &Accounts) -> Self {
        accounts.cx.clone()
    }
}

impl Accounts {
    pub(crate) fn new(cx: AuthContext, options: EmailPassword) -> Self {
        Self { cx, options: Arc::new(options), hashing: Hashing::for_this_machine() }
    }

    /// Draws a salt for a new hash.
    pub(crate) fn new_salt(&self) -> Result<Salt, NoRandomness> {
        let mut salt = Salt::default();
        self.cx.random().fill(&mut salt)?;
        Ok(salt)
    }
}
