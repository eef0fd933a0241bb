//! Granting what a person has agreed to before. OpenID Connect Core §3.1.2.4.

use auth_core::Unexpected;
use auth_core::database::{begin_write, retrying};
use auth_core::session::SignedIn;
use auth_protocol::consent::is_remembered;
use auth_protocol::scope::Scope;

use super::asked::Asked;
use super::issue::{self, IssuedCode};
use crate::provider::Provider;
use crate::store;

/// The scope that a person has agreed to before, where that is remembered at all.
pub(super) async fn scope(provider: &Provider, asked: &Asked, who: &SignedIn) -> Result<Option<Scope>, Unexpected> {
    if !is_remembered(asked.kind(), asked.redirect_uri()) {
        return Ok(None);
    }
    let (user_id, client_id) = (&who.user.id, &asked.client.client_id);
    let found = store::consent::find(provider.cx().db(), user_id, client_id, &asked.consent_reference()).await?;
    Ok(found.and_then(|consent| Scope::parse(&consent.scope).ok()))
}

/// What came of granting without asking.
pub(super) enum Granting {
    Issued(IssuedCode),
    /// The request was answered meanwhile.
    Answered,
    /// What was remembered was taken back meanwhile.
    Forgotten,
    /// The session of the person has ended meanwhile.
    Ended,
    /// The client was deleted or disabled meanwhile, or nobody vouches for it any more.
    Gone,
}

/// Grants what was consented to before, if it still is: the memory is looked at again, and held, in the
/// transaction that issues, so that who takes it back at the same time takes the new grant too. `waiting` is
/// the row of a request that has waited.
pub(super) async fn grant(
    provider: &Provider,
    asked: &Asked,
    who: &SignedIn,
    waiting: Option<&str>,
) -> Result<Granting, Unexpected> {
    let cx = provider.cx();
    let reference = asked.consent_reference();
    let reference = reference.as_str();
    retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        if asked.client.skip_consent {
            // There is no consent to be taken back: whoever ends the session or the client is waited for.
            if !cx.hold_session(&tx, &who.user.id, &who.session.id).await? {
                tx.rollback().await?;
                return Ok::<_, Unexpected>(Granting::Ended);
            }
            let client = store::client::find_held(&tx, &asked.client.client_id).await?;
            if client.is_none_or(|client| client.disabled || !client.skip_consent) {
                tx.rollback().await?;
                return Ok(Granting::Gone);
            }
        } else {
            let (user, client) = (&who.user.id, &asked.client.client_id);
            let remembered = store::consent::find_held(&tx, user, client, reference).await?;
            let scope = remembered.and_then(|consent| Scope::parse(&consent.scope).ok()).unwrap_or_default();
            if !asked.scope.is_subset_of(&scope) {
                tx.rollback().await?;
                return Ok(Granting::Forgotten);
            }
        }
        if let Some(id) = waiting
            && !store::interaction::complete(&tx, id, cx.now()).await?
        {
            tx.rollback().await?;
            return Ok(Granting::Answered);
        }
        let issued = issue::code(provider, &tx, asked, &asked.scope, who).await?;
        tx.commit().await?;
        Ok(Granting::Issued(issued))
    })
    .await
}
