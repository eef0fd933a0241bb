//! What is told about a person besides who they are. OpenID Connect Core §5.4 and §5.5.

use auth_core::Unexpected;
use auth_core::entity::user;
use auth_protocol::claims::{Person, PersonClaims};
use auth_protocol::claims_request::ClaimsRequest;
use auth_protocol::scope::Scope;
use serde_json::Value;

use crate::provider::Provider;

/// The claims about the person that an ID token is to hold: those its request named, as far as the
/// scope goes. One statement where there are any, and none otherwise.
pub(super) async fn in_id_token(
    provider: &Provider,
    user_id: &str,
    requested: Option<&Value>,
    scope: &Scope,
) -> Result<PersonClaims, Unexpected> {
    let requested: ClaimsRequest = requested.cloned().map(serde_json::from_value).transpose()?.unwrap_or_default();
    let names: Vec<&str> = requested.in_id_token().collect();
    if names.is_empty() {
        return Ok(PersonClaims::default());
    }
    let found = auth_core::store::user::find(provider.cx().db(), user_id).await?;
    Ok(found.map(|user| PersonClaims::allowed_by(scope, &person(user)).only(&names)).unwrap_or_default())
}

fn person(user: user::Model) -> Person {
    Person {
        name: user.name,
        picture: user.image,
        updated_at: user.updated_at.timestamp(),
        email: user.email,
        email_verified: user.email_verified,
    }
}
