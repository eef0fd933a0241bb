//! Whether a sign-in is recent enough for what a client asks. OpenID Connect Core §3.1.2.1.

use auth_core::Unexpected;
use auth_core::session::SignedIn;
use auth_protocol::prompt::PromptValue;
use chrono::{DateTime, Duration, Utc};

use super::asked::Asked;
use super::{issue, subject};
use crate::provider::Provider;

/// Whether a session serves a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fresh {
    /// It does.
    Yes,
    /// Its person has to sign in again.
    No,
    /// Its person has just signed in, and not as the client needs it.
    Unmet,
    /// It is another person's than the one the client expects.
    SomebodyElse,
}

/// The person who is signed in, if anybody is, and whether their session serves a request.
pub(super) async fn judged(
    provider: &Provider,
    asked: &Asked,
    session: Option<SignedIn>,
    since: Option<DateTime<Utc>>,
) -> Result<Option<(Fresh, SignedIn)>, Unexpected> {
    let Some(who) = session else { return Ok(None) };
    Ok(Some((is_fresh(provider, asked, &who, since).await?, who)))
}

/// Judges whether the session is the one the client may expect, and recent enough for it. `since`
/// is when the request began to wait.
pub(super) async fn is_fresh(
    provider: &Provider,
    asked: &Asked,
    who: &SignedIn,
    since: Option<DateTime<Utc>>,
) -> Result<Fresh, Unexpected> {
    let is_expected = subject::is_expected(provider, asked, who).await?;
    Ok(if is_expected { how_fresh(provider, asked, who, since) } else { Fresh::SomebodyElse })
}

fn how_fresh(provider: &Provider, asked: &Asked, who: &SignedIn, since: Option<DateTime<Utc>>) -> Fresh {
    let signed_in_at = issue::auth_time(who);
    // A sign-in that happened for this very request satisfies `login` and `max_age`, once.
    let is_met = meets(provider, asked, who);
    if since.is_some_and(|since| signed_in_at >= since) {
        return if is_met { Fresh::Yes } else { Fresh::Unmet };
    }
    let prompt = &asked.request.prompt;
    let must_sign_in = [PromptValue::Login, PromptValue::SelectAccount, PromptValue::Create]
        .into_iter()
        .any(|value| prompt.contains(value));
    // A request that was fresh enough when it began stays so while its person reads.
    let at = since.unwrap_or_else(|| provider.cx().now());
    let too_old = asked
        .request
        .max_age
        .is_some_and(|seconds| seconds == 0 || signed_in_at + Duration::seconds(i64::from(seconds)) < at);
    if must_sign_in || too_old || !is_met { Fresh::No } else { Fresh::Yes }
}

/// Whether the person has signed in as the client cannot do without.
fn meets(provider: &Provider, asked: &Asked, who: &SignedIn) -> bool {
    let wanted = &asked.request.acr;
    let amr = issue::methods(who.session.amr.as_deref());
    let contexts = &provider.options().contexts;
    let is_wanted = |acr: &str| wanted.values.iter().any(|value| value == acr);
    !wanted.is_essential || contexts.iter().any(|context| is_wanted(&context.acr) && context.is_met_by(&amr))
}
