//! By which name a client knows a person: `sub`. OpenID Connect Core §8.

use auth_core::session::SignedIn;
use auth_core::{AuthContext, Unexpected};

use super::asked::Asked;
use crate::entity::{client, pairwise_subject};
use crate::provider::Provider;
use crate::store;

/// A name to give a client for a person, in case its sector has none yet. None where it knows them by
/// their id.
pub(super) fn drawn(
    cx: &AuthContext,
    client: &client::Model,
    user_id: &str,
) -> Result<Option<pairwise_subject::Model>, Unexpected> {
    let Some(sector) = &client.sector else { return Ok(None) };
    Ok(Some(pairwise_subject::Model {
        id: cx.new_id()?,
        sector: sector.clone(),
        user_id: user_id.to_owned(),
        subject: cx.new_token()?,
        created_at: cx.now(),
    }))
}

/// The name by which a client knows a person already; none where its sector has not been told of them.
pub(super) async fn known(
    provider: &Provider,
    client: &client::Model,
    user_id: &str,
) -> Result<Option<String>, Unexpected> {
    match &client.sector {
        None => Ok(Some(user_id.to_owned())),
        Some(sector) => Ok(store::pairwise_subject::find(provider.cx().db(), sector, user_id).await?),
    }
}

/// Whether a person is the one a client expects, if it expects one. It may name them only as it knows
/// them: with the name of another sector, or an id, nobody finds out who is who.
pub(super) async fn is_expected(provider: &Provider, asked: &Asked, who: &SignedIn) -> Result<bool, Unexpected> {
    let Some(expected) = &asked.hinted_person else { return Ok(true) };
    Ok(known(provider, &asked.client, &who.user.id).await?.as_ref() == Some(expected))
}
