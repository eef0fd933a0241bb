//! Who asks: the client, by the one method it registered. RFC 6749 §2.3.

use auth_core::ClientAddress;
use auth_protocol::client_auth::{ClientAuthMethod, PresentedClient, judge_client_auth};
use auth_protocol::error::OAuthErrorCode;
use auth_protocol::params::Params;
use http::{HeaderMap, header};
use tracing::Span;

use super::{client_assertion, client_secret};
use crate::entity::client;
use crate::error::OAuthFailure;
use crate::provider::Provider;
use crate::store;

/// Requests one client may make from one address to endpoints it authenticates at, per minute.
/// Large clients share addresses and client ids, so this only stops floods.
const PER_MINUTE: u32 = 1200;

/// The longest id that is told of a request nobody has authenticated.
const MOST_CLAIMED: usize = 255;

/// Finds and authenticates the client of a request, in one statement and in two where it signs, and
/// names it in the span.
pub(crate) async fn authenticate(
    provider: &Provider,
    headers: &HeaderMap,
    params: &Params,
    address: ClientAddress,
) -> Result<client::Model, OAuthFailure> {
    let presented = presented(headers, params)?;
    let refused = || OAuthFailure::new(OAuthErrorCode::InvalidClient, "the client is unknown or its secret is wrong");
    let client = store::client::find(provider.cx().db(), presented.client_id()).await?.ok_or_else(refused)?;
    Span::current().record("client.id", &*client.client_id);
    // Only a client that exists is counted: made-up names would fill the counter.
    let key = format!("client|{}|{}", client.id, address.bucket());
    provider.cx().limit(&key, 60, PER_MINUTE).await?;
    if client.disabled {
        return Err(refused());
    }
    let registered = ClientAuthMethod::parse(&client.token_endpoint_auth_method).ok_or_else(refused)?;
    judge_client_auth(registered, &presented)?;
    let is_proven = match (&presented, client.client_secret.is_some()) {
        (PresentedClient::Public { .. }, false) => true,
        (PresentedClient::Basic { client_secret, .. } | PresentedClient::Post { client_secret, .. }, true) => {
            client_secret::is_of(&client, client_secret, provider.cx().now())
        }
        (PresentedClient::Assertion { assertion, .. }, false) => {
            client_assertion::judge(provider, &client, assertion).await?;
            true
        }
        (PresentedClient::Public { .. } | PresentedClient::Assertion { .. }, true)
        | (PresentedClient::Basic { .. } | PresentedClient::Post { .. }, false) => false,
    };
    if is_proven { Ok(client) } else { Err(refused()) }
}

/// The client a request says it is from, to be told and nothing else: nobody has checked it.
pub(super) fn claimed(headers: &HeaderMap, params: &Params) -> Option<String> {
    let id = presented(headers, params).ok()?.client_id().to_owned();
    ((1..=MOST_CLAIMED).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())).then_some(id)
}

/// Reads how a client identifies itself, without judging it.
fn presented(headers: &HeaderMap, params: &Params) -> Result<PresentedClient, OAuthFailure> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let authorization = match (lines.next(), lines.next()) {
        (None, _) => None,
        (Some(line), None) => Some(line.to_str().map_err(|_| {
            OAuthFailure::new(OAuthErrorCode::InvalidClient, "the Authorization header cannot be read")
        })?),
        (Some(_), Some(_)) => {
            return Err(OAuthFailure::new(OAuthErrorCode::InvalidRequest, "the Authorization header was sent twice"));
        }
    };
    Ok(PresentedClient::from_request(authorization, params)?)
}
