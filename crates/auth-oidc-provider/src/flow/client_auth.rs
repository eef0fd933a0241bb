//! Who asks: the client, by the one method it registered. RFC 6749 §2.3.

use auth_core::ClientAddress;
use auth_protocol::client_assertion::ASSERTION_TYPE;
use auth_protocol::client_auth::{ClientAuthMethod, PresentedClient, judge_client_auth};
use auth_protocol::error::OAuthErrorCode;
use auth_protocol::params::Params;
use http::{HeaderMap, HeaderValue, header};
use tracing::Span;

use super::{client_assertion, client_secret};
use crate::entity::client;
use crate::error::OAuthFailure;
use crate::extension_client_auth::{ClientAuthRefusal, ClientAuthRequest};
use crate::provider::Provider;
use crate::store;

/// Requests one client may make from one address to endpoints it authenticates at, per minute.
/// Large clients share addresses and client ids, so this only stops floods.
const PER_MINUTE: u32 = 1200;
/// The same for one that asks about the tokens of others, once for each in a while.
const PER_MINUTE_OF_A_RESOURCE_SERVER: u32 = 6000;

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
    let request = ClientAuthRequest { provider, headers, params };
    let presented = presented(request)?;
    let refused = || OAuthFailure::new(OAuthErrorCode::InvalidClient, "the client is unknown or its secret is wrong");
    let client = store::client::find(provider.cx().db(), presented.client_id()).await?.ok_or_else(refused)?;
    Span::current().record("client.id", &*client.client_id);
    // Only a client that exists is counted: made-up names would fill the counter.
    let key = format!("client|{}|{}", client.id, address.bucket());
    let allowed = if client.introspects.is_some() { PER_MINUTE_OF_A_RESOURCE_SERVER } else { PER_MINUTE };
    provider.cx().limit(&key, 60, allowed).await?;
    if client.disabled || !provider.options().admits(&client) {
        return Err(refused());
    }
    match &presented {
        Presented::Own(own) => {
            let registered = ClientAuthMethod::parse(&client.token_endpoint_auth_method).ok_or_else(refused)?;
            if !may_prove_itself(&client, own) {
                judge_client_auth(registered, own)?;
            }
            if !is_proven(provider, &client, own).await? {
                return Err(refused());
            }
        }
        Presented::Extension { method, .. } => by_extension(request, &client, method).await?,
    }
    Ok(client)
}

/// Whether a client proves itself by the keys of its metadata document, though it need not: one that has keys and
/// names no method chooses by what is offered.
fn may_prove_itself(client: &client::Model, presented: &PresentedClient) -> bool {
    matches!(presented, PresentedClient::Assertion { .. })
        && client.document_expires_at.is_some()
        && (client.jwks.is_some() || client.jwks_uri.is_some())
}

/// Whether the client is the one it says it is, by one of the provider's own methods.
async fn is_proven(
    provider: &Provider,
    client: &client::Model,
    presented: &PresentedClient,
) -> Result<bool, OAuthFailure> {
    Ok(match (presented, client.client_secret.is_some()) {
        (PresentedClient::Public { .. }, false) => true,
        (PresentedClient::Basic { client_secret, .. } | PresentedClient::Post { client_secret, .. }, true) => {
            client_secret::is_of(client, client_secret, provider.cx().now())
        }
        (PresentedClient::Assertion { assertion, .. }, false) => {
            client_assertion::judge(provider, client, assertion).await?;
            true
        }
        (PresentedClient::Public { .. } | PresentedClient::Assertion { .. }, true)
        | (PresentedClient::Basic { .. } | PresentedClient::Post { .. }, false) => false,
    })
}

/// Lets an extension judge, where the client registered its method.
async fn by_extension(
    request: ClientAuthRequest<'_>,
    client: &client::Model,
    method: &str,
) -> Result<(), OAuthFailure> {
    let refused = |description| OAuthFailure::new(OAuthErrorCode::InvalidClient, description);
    let registered = &client.token_endpoint_auth_method;
    let extension = request.provider.options().extension_auth(method).filter(|_| registered == method);
    let Some(extension) = extension else {
        return Err(refused("the client must authenticate by the method it registered"));
    };
    extension.prove(request, client).await.map_err(|refusal| match refusal {
        ClientAuthRefusal::NotProven(description) => refused(description),
        ClientAuthRefusal::Failed(failure) => failure.into(),
    })
}

/// The client a request says it is from, to be told and nothing else: nobody has checked it.
pub(super) fn claimed(provider: &Provider, headers: &HeaderMap, params: &Params) -> Option<String> {
    let id = presented(ClientAuthRequest { provider, headers, params }).ok()?.client_id().to_owned();
    ((1..=MOST_CLAIMED).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())).then_some(id)
}

/// How a client identifies itself.
enum Presented {
    /// By one of the provider's own methods.
    Own(PresentedClient),
    /// By one of an extension.
    Extension { method: &'static str, client_id: String },
}

impl Presented {
    fn client_id(&self) -> &str {
        match self {
            Self::Own(own) => own.client_id(),
            Self::Extension { client_id, .. } => client_id,
        }
    }
}

/// Reads how a client identifies itself, without judging it. One way only (RFC 6749 §2.3).
fn presented(request: ClientAuthRequest<'_>) -> Result<Presented, OAuthFailure> {
    let mut by_extension = None;
    for extension in &request.provider.options().auth_methods {
        let Some(client_id) = extension.claimed(request)? else { continue };
        if by_extension.is_some() || uses_own_method(request) {
            return Err(invalid("the client authenticates in more than one way"));
        }
        if request.params.get("client_id").is_some_and(|named| named != client_id) {
            return Err(invalid("the request names two different clients"));
        }
        by_extension = Some(Presented::Extension { method: extension.method(), client_id });
    }
    match by_extension {
        Some(presented) => Ok(presented),
        None => own(request).map(Presented::Own),
    }
}

/// Whether a request carries what one of the provider's own methods is about.
fn uses_own_method(ClientAuthRequest { headers, params, .. }: ClientAuthRequest<'_>) -> bool {
    let is_basic =
        |line: &HeaderValue| line.as_bytes().get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic "));
    params.get("client_secret").is_some()
        || params.get("client_assertion_type") == Some(ASSERTION_TYPE)
        || headers.get_all(header::AUTHORIZATION).iter().any(is_basic)
}

fn own(ClientAuthRequest { headers, params, .. }: ClientAuthRequest<'_>) -> Result<PresentedClient, OAuthFailure> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let authorization = match (lines.next(), lines.next()) {
        (None, _) => None,
        (Some(line), None) => Some(line.to_str().map_err(|_| {
            OAuthFailure::new(OAuthErrorCode::InvalidClient, "the Authorization header cannot be read")
        })?),
        (Some(_), Some(_)) => {
            return Err(invalid("the Authorization header was sent twice"));
        }
    };
    Ok(PresentedClient::from_request(authorization, params)?)
}

fn invalid(description: &'static str) -> OAuthFailure {
    OAuthFailure::new(OAuthErrorCode::InvalidRequest, description)
}
