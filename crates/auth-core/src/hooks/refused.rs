//! Requests that were refused, whichever plugin refused them.

use super::event::Event;
use super::every::About;

/// Somebody was refused, and nothing has changed. It is told at once and in no transaction: there was
/// none, and a flood of refusals must not wait for whoever listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRefused {
    /// What was asked: `token`.
    pub asked: &'static str,
    /// The client the request says it is from: a claim that nobody may have checked, and none where it
    /// cannot be an id.
    pub client_id: Option<String>,
    /// The person, if one is known by then.
    pub user_id: Option<String>,
    /// The code that was answered: `invalid_grant`.
    pub error: String,
    /// Why, for developers.
    pub reason: String,
}

impl Event for RequestRefused {
    const NAME: &'static str = "request.refused";

    fn about(&self) -> About {
        let Self { asked, client_id, user_id, error, reason } = self;
        let about = About { client_id: client_id.clone(), ..About::default() }.and_user(user_id.as_deref());
        about.with("asked", *asked).with("error", error).with("reason", reason)
    }
}
