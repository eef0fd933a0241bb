//! How a client comes by its `client_id`. RFC 7591, client ID metadata documents.

use std::fmt;
use std::sync::Arc;

use http::{Method, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use crate::document::ServerDocument;
use crate::exchange::{Exchange, Request};
use crate::profile::{Profile, Registration};
use crate::rule::{Failure, Rule};

/// The grants of a client of MCP.
const GRANT_TYPES: [&str; 2] = ["authorization_code", "refresh_token"];
/// A port that a program on the person's machine listens on when it registers.
const REGISTERED_PORT: &str = "49152";

/// Signs what a client proves itself with. RFC 7523 §2.2.
pub trait Signer: fmt::Debug + Send + Sync {
    /// A client assertion for an issuer.
    fn assertion(&self, client_id: &str, issuer: &str) -> String;
}

/// How a client proves itself at the token endpoint. RFC 7591 §2.
#[derive(Debug, Clone)]
pub(crate) enum ClientAuth {
    None,
    SecretPost(String),
    SecretBasic(String),
    PrivateKeyJwt(Arc<dyn Signer>),
    /// It would sign with a key that nobody here has.
    Keyless,
}

/// A client as the server knows it.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) auth: ClientAuth,
    /// Those it may come back to.
    pub(crate) redirect_uris: Vec<String>,
    /// Where it manages itself, and with which token. RFC 7592 §3.
    managed: Option<(Url, String)>,
    /// Whether a document is its registration, which the server has to fetch.
    pub(crate) by_document: bool,
}

/// What a registration is answered. RFC 7591 §3.2.1.
#[derive(Debug, Deserialize)]
struct Registered {
    client_id: String,
    client_secret: Option<String>,
    token_endpoint_auth_method: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    registration_client_uri: Option<Url>,
    registration_access_token: Option<String>,
}

/// The ways a client knows and this server offers, the preferred first; none for the client of the specification
/// where documents are all that is taken.
///
/// # Errors
/// [`Rule::Registration`] where there is none.
pub(crate) fn ways(profile: &Profile, server: &ServerDocument) -> Result<Vec<Registration>, Failure> {
    let is_offered = |way: &Registration| match way {
        Registration::MetadataDocument => server.client_id_metadata_document_supported,
        Registration::Dynamic => server.registration_endpoint.is_some(),
        Registration::Preregistered => false,
    };
    let ways: Vec<_> = profile.registration.value.iter().copied().filter(is_offered).collect();
    // The client of the specification has no document that the server could read.
    let is_document_only = profile.is_strict() && server.client_id_metadata_document_supported;
    if ways.is_empty() && !is_document_only {
        let found = "offers this client no way to register: neither client_id_metadata_document_supported nor \
                     registration_endpoint fits";
        return Err(Failure::new(Rule::Registration, format!("the metadata of {}", server.issuer), found));
    }
    Ok(ways)
}

/// The document that describes a client, as it stands at its URL, with the keys of one that proves itself by some.
///
/// A `client_id` that differs for each server ends in `server`.
pub fn metadata_document(profile: &Profile, keys: &Value) -> Option<(Url, Value)> {
    let url = document_url(profile)?;
    let mut document = profile.registration_body.as_ref().map_or_else(Map::new, |body| body.value.clone());
    document.insert("client_id".to_owned(), json!(url));
    document.entry("client_name").or_insert_with(|| json!(profile.name));
    document.entry("grant_types").or_insert_with(|| json!(GRANT_TYPES));
    // The port is told by each request.
    let uris = profile.redirect_uris.value.iter().map(|uri| uri.replace(":{port}", "").replace("{id}", "connection"));
    document.insert("redirect_uris".to_owned(), uris.collect());
    let method = preferred(profile, |method| !is_shared(method));
    document.insert("token_endpoint_auth_method".to_owned(), json!(method));
    if method == "private_key_jwt" {
        document.insert("jwks".to_owned(), keys.clone());
    }
    Some((url, Value::Object(document)))
}

fn document_url(profile: &Profile) -> Option<Url> {
    Url::parse(&profile.metadata_document.as_ref()?.value.replace("{server_hash}", "server")).ok()
}

fn is_shared(method: &str) -> bool {
    method.starts_with("client_secret")
}

fn preferred(profile: &Profile, may: impl Fn(&str) -> bool) -> &str {
    let methods = profile.token_endpoint_auth.iter().flat_map(|fact| &fact.value);
    methods.map(String::as_str).find(|method| may(method)).unwrap_or("none")
}

/// A client whose document is its registration: nothing is sent.
pub(crate) fn by_document(
    profile: &Profile,
    server: &ServerDocument,
    signer: Option<&Arc<dyn Signer>>,
) -> Option<Client> {
    let url = document_url(profile)?;
    let offered = server.token_methods();
    let method = preferred(profile, |method| !is_shared(method) && offered.contains(&method));
    let auth = match signer {
        Some(signer) if method == "private_key_jwt" => ClientAuth::PrivateKeyJwt(Arc::clone(signer)),
        None if method == "private_key_jwt" => ClientAuth::Keyless,
        Some(_) | None => ClientAuth::None,
    };
    let uris = profile.redirect_uris.value.iter().map(|uri| uri.replace("{id}", "connection"));
    Some(Client { id: url.to_string(), auth, redirect_uris: uris.collect(), managed: None, by_document: true })
}

/// Registers as the client does. RFC 7591 §3.
pub(crate) async fn dynamically(
    exchange: &Exchange,
    profile: &Profile,
    server: &ServerDocument,
) -> Result<Client, Failure> {
    let endpoint = server.registration_endpoint.as_deref().unwrap_or_default();
    let no_url =
        |_| Failure::new(Rule::Endpoints, "the server metadata", format!("has {endpoint} as registration_endpoint"));
    let endpoint = Url::parse(endpoint).map_err(no_url)?;
    let body = body(profile, server);
    let answer = exchange.send(Request::json(&endpoint, &Value::Object(body))).await?.stays()?;
    if answer.status != StatusCode::CREATED {
        let found = format!(
            "answers {} to the registration of {}{}",
            answer.status,
            profile.name,
            error_in(answer.value().as_ref())
        );
        return Err(answer.breaks(Rule::RegistrationAnswer, found));
    }
    let read: Registered = answer.document()?;
    let wanted = redirect_uris(profile);
    let auth = match (read.token_endpoint_auth_method.as_deref(), read.client_secret) {
        (Some("client_secret_post"), Some(secret)) => ClientAuth::SecretPost(secret),
        (Some("client_secret_basic") | None, Some(secret)) => ClientAuth::SecretBasic(secret),
        (_, _) => ClientAuth::None,
    };
    let managed = read.registration_client_uri.zip(read.registration_access_token);
    let client = Client { id: read.client_id, auth, redirect_uris: wanted, managed, by_document: false };
    if let Some(lost) = client.redirect_uris.iter().find(|uri| !read.redirect_uris.contains(uri)) {
        let found = format!("does not keep the redirect URI {lost}");
        client.leaves(exchange).await;
        return Err(answer.breaks(Rule::RedirectUris, found));
    }
    Ok(client)
}

fn redirect_uris(profile: &Profile) -> Vec<String> {
    let uris = profile.redirect_uris.value.iter();
    uris.map(|uri| uri.replace("{port}", REGISTERED_PORT).replace("{id}", "connection")).collect()
}

/// The body, with what every client of MCP sends where nothing else is known. MCP authorization, registration.
fn body(profile: &Profile, server: &ServerDocument) -> Map<String, Value> {
    let mut body = profile.registration_body.as_ref().map_or_else(Map::new, |body| body.value.clone());
    let offered = server.token_methods();
    let method = preferred(profile, |method| offered.contains(&method) && method != "private_key_jwt");
    let usual = [
        ("client_name", json!(profile.name)),
        ("grant_types", json!(GRANT_TYPES)),
        ("response_types", json!(["code"])),
        ("token_endpoint_auth_method", json!(method)),
    ];
    for (member, value) in usual {
        body.entry(member).or_insert(value);
    }
    body.insert("redirect_uris".to_owned(), json!(redirect_uris(profile)));
    body
}

/// `: invalid_redirect_uri, …` of an error. RFC 6749 §5.2.
pub(crate) fn error_in(body: Option<&Value>) -> String {
    let member = |name: &str| body?.get(name)?.as_str().map(str::to_owned);
    match (member("error"), member("error_description")) {
        (Some(error), Some(description)) => format!(": {error}, {description}"),
        (Some(error), None) => format!(": {error}"),
        (None, _) => String::new(),
    }
}

impl Client {
    /// Takes a registration back, as far as the server lets it: whoever looks leaves nothing behind. RFC 7592 §2.3.
    pub(crate) async fn leaves(&self, exchange: &Exchange) {
        let Some((url, token)) = &self.managed else { return };
        let mut request = Request::get(url).with(header::AUTHORIZATION, &format!("Bearer {token}"));
        request.method = Method::DELETE;
        // What stays is collected by the server.
        exchange.send(request).await.ok();
    }
}
