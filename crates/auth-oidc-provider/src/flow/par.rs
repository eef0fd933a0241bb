//! Pushed authorization requests. RFC 9126.

use auth_core::database::retrying;
use auth_core::{ClientAddress, Unexpected};
use auth_protocol::authorize::REPEATABLE;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::params::Params;
use http::HeaderMap;

use super::asked::{Asked, Refusal, judge, kept};
use super::client_document::{self, NoClient};
use super::interaction::{self, Binding, NotBegun, Open};
use super::{client_auth, proof};
use crate::error::OAuthFailure;
use crate::provider::Provider;
use crate::store;

/// What a `request_uri` begins with; the handle of the request follows. RFC 9126 §2.2.
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// What a stored request ends with that was pushed. It is no parameter that a request keeps.
const PUSHED: &str = "pushed=1";

/// A request that was pushed.
pub(crate) struct Pushed {
    /// What the authorization request names in place of everything else.
    pub(crate) request_uri: String,
    /// Seconds until it is given up unless a browser comes with it.
    pub(crate) expires_in: u64,
}

/// Stores a request of an authenticated client, after judging it as the authorization endpoint does.
#[tracing::instrument(skip_all, fields(client.id))]
pub(crate) async fn push(
    provider: &Provider,
    headers: &HeaderMap,
    params: &Params,
    address: ClientAddress,
) -> Result<Pushed, OAuthFailure> {
    let told = |failure: &OAuthFailure| failure.tell(provider, "par", client_auth::claimed(provider, headers, params));
    pushed(provider, headers, params, address).await.inspect_err(told)
}

async fn pushed(
    provider: &Provider,
    headers: &HeaderMap,
    params: &Params,
    address: ClientAddress,
) -> Result<Pushed, OAuthFailure> {
    if let Some(claimed) = client_auth::claimed(provider, headers, params)
        && let Err(NoClient::Document(error)) = client_document::find(provider, &claimed).await?
    {
        return Err(error.into());
    }
    let client = client_auth::authenticate(provider, headers, params, address).await?;
    if params.get("request_uri").is_some() {
        return Err(refused("a pushed request must not name a request_uri"));
    }
    let proven = proof::presented(provider, headers, "/oauth2/par")?;
    let jkt = proven.as_ref().map(|proven| &*proven.jkt);
    if jkt.is_some() && params.get("dpop_jkt").is_some_and(|named| Some(named) != jkt) {
        return Err(refused("dpop_jkt names another key than the proof"));
    }
    // A client that authenticates in the header may leave its id out of the form.
    let named = params.iter().filter(|(name, _)| *name != "client_id" && (*name != "dpop_jkt" || jkt.is_none()));
    let named = std::iter::once(("client_id", client.client_id.as_str())).chain(named);
    // RFC 9449 §10.1: the code is bound to the key of the proof.
    let named = named.chain(jkt.map(|jkt| ("dpop_jkt", jkt)));
    let request = kept(provider, &Params::from_pairs(named, &REPEATABLE)?)?;
    let client_id = client.client_id.clone();
    match judge(provider, &request, client) {
        Ok(_) => {}
        Err(Refusal::Redirected(told)) => return Err(told.error.into()),
        Err(Refusal::Document(error)) => return Err(error.into()),
        Err(Refusal::Untrusted(why)) => {
            return Err(OAuthFailure::Refused(OAuthError::new(OAuthErrorCode::InvalidRequest, why.to_string())));
        }
    }
    if let Some(proven) = &proven
        && !retrying(|| store::used_jti::spend_proof(provider.cx().db(), proven)).await?
    {
        return Err(proof::used_before());
    }
    let request = format!("{}&{PUSHED}", request.to_urlencoded());
    let begun = match interaction::begin(provider, Binding::Later, &client_id, &request, None).await? {
        Ok(begun) => begun,
        Err(NotBegun::TooManyOpen) => return Err(refused("too many requests are open")),
        Err(NotBegun::Gone) => {
            return Err(OAuthFailure::new(OAuthErrorCode::InvalidClient, "the client was deleted"));
        }
    };
    tracing::info!(client.id = client_id, "authorization.pushed");
    Ok(Pushed {
        request_uri: format!("{PREFIX}{}", begun.handle),
        expires_in: provider.options().interaction_expires_in,
    })
}

/// Whether a request that waits was pushed.
pub(crate) fn was_pushed(request: &str) -> bool {
    request.ends_with(PUSHED)
}

/// The handle of a pushed request that an authorization request names.
pub(crate) fn handle(params: &Params) -> Option<&str> {
    params.get("request_uri")?.strip_prefix(PREFIX)
}

/// Whether the client of an authorization request is the one that pushed it (RFC 9126 §4). What the
/// request says besides does not count.
pub(crate) async fn is_of(provider: &Provider, handle: &str, params: &Params) -> Result<bool, Unexpected> {
    Ok(match interaction::open(provider, handle).await? {
        Open::Yes(found) => params.get("client_id") == Some(found.0.client_id.as_str()),
        // Told for what it is where it is opened again.
        Open::Answered => true,
        Open::Expired => false,
    })
}

/// Why a request that was not pushed is refused, if it has to be (RFC 9126 §5 and §6).
pub(crate) fn missing(provider: &Provider, asked: &Asked) -> Option<OAuthError> {
    let is_required = provider.options().require_par || asked.client.require_pushed_authorization_requests;
    is_required.then(|| {
        OAuthError::new(OAuthErrorCode::InvalidRequest, "the request has to be pushed to the PAR endpoint first")
    })
}

fn refused(description: &'static str) -> OAuthFailure {
    OAuthFailure::new(OAuthErrorCode::InvalidRequest, description)
}
