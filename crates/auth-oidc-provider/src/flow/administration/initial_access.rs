//! Initial access tokens, issued by operators. RFC 7591 §1.2.

use chrono::{DateTime, Utc};

use super::{Asker, Refusal};
use crate::administration::AdministrativeAction as Action;
use crate::flow::admission;

/// How many clients a token may register at most.
const MOST_USES: u64 = 10_000;

/// A token that was just issued: it is not told again.
pub(crate) struct Issued {
    pub(crate) token: String,
    pub(crate) uses: u16,
    pub(crate) expires_at: DateTime<Utc>,
}

/// Issues a token with which `uses` clients can be registered within `expires_in` seconds.
#[tracing::instrument(skip_all, fields(user.id = asker.id()))]
pub(crate) async fn issue(asker: Asker<'_>, uses: u64, expires_in: u64) -> Result<Issued, Refusal> {
    asker.demand(Action::IssueInitialAccessToken).await?;
    let Some(uses) = u16::try_from(uses).ok().filter(|uses| (1..=MOST_USES).contains(&u64::from(*uses))) else {
        return Err(Refusal::shape(format!("[body] uses: expected 1 to {MOST_USES}")));
    };
    if !(1..=admission::LONGEST).contains(&expires_in) {
        return Err(Refusal::shape(format!("[body] expires_in: expected 1 to {} seconds", admission::LONGEST)));
    }
    let (token, expires_at) = admission::issue(asker.provider, uses, expires_in, Some(asker.id())).await?;
    Ok(Issued { token, uses, expires_at })
}
