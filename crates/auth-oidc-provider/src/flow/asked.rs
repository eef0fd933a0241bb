//! A request whose client, redirect URI and parameters are in order. RFC 6749 §4.1.1.

use auth_core::session::SignedIn;
use auth_core::{RequestRefused, Unexpected, digest};
use auth_protocol::authorize::{
    self, AuthorizationRequest, REPEATABLE, ResponseMode, TrustedRedirect, UntrustedRequest,
};
use auth_protocol::claims::IdTokenClaims;
use auth_protocol::claims_request::ClaimsRequest;
use auth_protocol::client::ClientKind;
use auth_protocol::client_auth::ClientAuthMethod;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::params::Params;
use auth_protocol::redirect_uri::RedirectUri;
use auth_protocol::resource::Resource;
use auth_protocol::scope::{self, IDENTITY_SCOPES, Scope};

use super::form_post;
use crate::entity::client;
use crate::provider::Provider;

/// The parameters a request is made of. Nothing else is ever stored: whoever puts a secret into the
/// URL, or eight kilobytes of noise, finds neither in the database.
const KNOWN: [&str; 19] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "resource",
    "login_hint",
    "acr_values",
    "claims",
    "dpop_jkt",
    "request",
    "request_uri",
    "registration",
];

/// The name under which the person of a verified `id_token_hint` is kept, in place of the token:
/// what it calls them and a keyed tag, so that nobody can ask by hand whether this or that person is signed in.
const HINTED_PERSON: &str = "hinted_person";

/// What no person is called.
const NOBODY: &str = "";

/// The most bytes of a request that waits, as it is stored: well below what a text of MySQL holds.
const MOST_KEPT: usize = 32 * 1024;

/// A request whose client, redirect URI and parameters are in order.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) client: client::Model,
    pub(crate) request: AuthorizationRequest,
    pub(crate) scope: Scope,
    pub(crate) resources: Vec<Resource>,
    /// The only person the client expects: as it knows them.
    pub(crate) hinted_person: Option<String>,
    /// Whether a hint of ours names that person; otherwise the client may be guessing.
    pub(crate) is_hint_ours: bool,
}

/// Why a request is not in order.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Nothing about it can be trusted: it is never redirected.
    Untrusted(UntrustedRequest),
    /// The document that is to describe the client does not: it is never redirected either.
    Document(OAuthError),
    /// The client is told.
    Redirected(Box<Told>),
}

/// An error, and how it gets to the client.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) error: OAuthError,
    client_id: String,
    to: RedirectUri,
    mode: ResponseMode,
    state: Option<String>,
}

impl Told {
    /// The URL that tells the client; logs why, once.
    pub(crate) fn url(&self, provider: &Provider) -> Result<String, Unexpected> {
        refuse(provider, &self.client_id, &self.error);
        error_url(provider, &self.to, self.mode, self.state.as_deref(), &self.error)
    }
}

impl Asked {
    pub(crate) fn redirect_uri(&self) -> &RedirectUri {
        self.request.redirect.uri()
    }

    pub(crate) fn kind(&self) -> ClientKind {
        kind(&self.client)
    }

    /// Whether the client asks, without showing a page, about a person it may only have guessed.
    pub(crate) fn is_guess(&self) -> bool {
        self.hinted_person.is_some() && !self.is_hint_ours && self.request.prompt.is_none()
    }

    /// What consent is remembered for besides person and client: redirect target and resources.
    pub(crate) fn consent_reference(&self) -> String {
        let resources: Vec<&str> = self.resources.iter().map(Resource::as_str).collect();
        digest(&format!("{}\n{}", self.redirect_uri().display_target(), resources.join("\n")))
    }

    /// Refuses at the URL that tells the client why, and logs that once.
    pub(crate) fn refusal(&self, provider: &Provider, error: &OAuthError) -> Result<String, Unexpected> {
        refuse(provider, &self.client.client_id, error);
        self.error_url(provider, error)
    }

    /// The URL that tells the client of an error (RFC 6749 §4.1.2.1, RFC 9207 §2).
    pub(crate) fn error_url(&self, provider: &Provider, error: &OAuthError) -> Result<String, Unexpected> {
        error_url(provider, self.redirect_uri(), self.request.response_mode, self.request.state.as_deref(), error)
    }

    /// The URL that tells the client what a hook refused, or the failure if it was none. By now client
    /// and redirect URI are trusted, so the client is told and not the person (RFC 6749 §4.1.2.1).
    pub(crate) fn told_of_refusal(&self, provider: &Provider, failure: Unexpected) -> Result<String, Unexpected> {
        let Some(code) = failure.refusal() else { return Err(failure) };
        let error = match code.status {
            429 | 503 => OAuthErrorCode::TemporarilyUnavailable,
            500.. => OAuthErrorCode::ServerError,
            _ => OAuthErrorCode::AccessDenied,
        };
        self.refusal(provider, &OAuthError::new(error, code.message))
    }

    /// The URL that brings the client its code, in the browser of the person who allowed it.
    pub(crate) fn code_url(&self, provider: &Provider, who: &SignedIn, code: &str) -> Result<String, Unexpected> {
        let request = &self.request;
        let way = Way { to: self.redirect_uri(), mode: request.response_mode, session_id: Some(&who.session.id) };
        answer_url(provider, way, request.state.as_deref(), &[("code", code)])
    }
}

/// Whether a client can keep a secret.
pub(crate) fn kind(client: &client::Model) -> ClientKind {
    let method = ClientAuthMethod::parse(&client.token_endpoint_auth_method);
    // One that authenticates by an extension proves who it is; without the extension it gets nothing at all.
    method.map_or(ClientKind::Confidential, ClientKind::from)
}

fn error_url(
    provider: &Provider,
    to: &RedirectUri,
    mode: ResponseMode,
    state: Option<&str>,
    error: &OAuthError,
) -> Result<String, Unexpected> {
    let pairs = [("error", error.code.as_str()), ("error_description", &*error.description)];
    answer_url(provider, Way { to, mode, session_id: None }, state, &pairs)
}

/// Logs a refusal the client is told of, and tells whoever listens.
fn refuse(provider: &Provider, client_id: &str, error: &OAuthError) {
    let (code, reason) = (error.code.as_str(), &*error.description);
    tracing::info!(error = code, reason, "authorization.refused");
    let client_id = Some(client_id.to_owned());
    let (error, reason) = (code.to_owned(), reason.to_owned());
    provider.cx().events().notify(RequestRefused { asked: "authorize", client_id, user_id: None, error, reason });
}

/// How an answer gets to the client.
#[derive(Clone, Copy)]
struct Way<'a> {
    to: &'a RedirectUri,
    mode: ResponseMode,
    /// The session in which alone it may be seen.
    session_id: Option<&'a str>,
}

/// Every answer carries `state` if there was one, and always `iss`.
fn answer_url(
    provider: &Provider,
    way: Way<'_>,
    state: Option<&str>,
    pairs: &[(&str, &str)],
) -> Result<String, Unexpected> {
    let issuer = provider.issuer();
    let mut all = pairs.to_vec();
    all.extend(state.map(|state| ("state", state)));
    all.push(("iss", &issuer));
    match way.mode {
        ResponseMode::Query => Ok(way.to.with_query(&all)),
        ResponseMode::FormPost => form_post::url(provider, way.to, &all, way.session_id),
    }
}

/// Keeps of the parameters what a request is made of, and of an ID token only whom it names.
pub(crate) fn kept(provider: &Provider, params: &Params) -> Result<Params, OAuthError> {
    let hint =
        params.get("id_token_hint").and_then(|hint| provider.keys().verify::<IdTokenClaims>(hint, provider.cx().now()));
    let tagged = |person: &str| format!("{person}.{}", provider.cx().keys().tag(HINTED_PERSON, person));
    let hinted = match hint.filter(|claims| claims.iss == provider.issuer()) {
        Some(claims) => Some(tagged(&claims.sub)),
        // Whom the client means cannot be told: where no page may be shown, it is nobody who is here.
        None if params.get("id_token_hint").is_some() && shows_no_page(params) => Some(tagged(NOBODY)),
        None => params.get(HINTED_PERSON).map(str::to_owned),
    };
    let known = params.iter().filter(|(name, _)| KNOWN.contains(name));
    let pairs = known.chain(hinted.as_deref().map(|person| (HINTED_PERSON, person)));
    let kept = Params::from_pairs(pairs, &REPEATABLE)?;
    if kept.to_urlencoded().len() > MOST_KEPT {
        return Err(OAuthError::new(OAuthErrorCode::InvalidRequest, "the request is too long"));
    }
    Ok(kept)
}

fn shows_no_page(params: &Params) -> bool {
    params.get("prompt").is_some_and(|prompt| prompt.split_ascii_whitespace().any(|value| value == "none"))
}

/// The person a kept request expects, if we have tagged them ourselves.
fn hinted_person(provider: &Provider, kept: &Params) -> Option<String> {
    let (person, tag) = kept.get(HINTED_PERSON)?.rsplit_once('.')?;
    provider.cx().keys().tag_fits(HINTED_PERSON, person, tag).then(|| person.to_owned())
}

/// Judges client and redirect URI first: until both are trusted nothing is ever redirected.
pub(crate) fn judge(provider: &Provider, kept: &Params, client: client::Model) -> Result<Asked, Refusal> {
    if client.disabled || !provider.options().admits(&client) {
        return Err(Refusal::Untrusted(UntrustedRequest::UnknownClient));
    }
    let registered: Vec<RedirectUri> =
        client.redirect_uris.0.iter().filter_map(|uri| RedirectUri::parse(uri).ok()).collect();
    let redirect = authorize::trusted_redirect(kept, &registered).map_err(Refusal::Untrusted)?;
    let (request, scope, resources) = parse(provider, kept, redirect.clone()).map_err(|error| {
        let to = redirect.uri().clone();
        // A request that cannot be read as a whole still says how it wants to be answered.
        let mode = ResponseMode::of(kept).filter(|_| !to.is_private_use()).unwrap_or_default();
        let state = authorize::state(kept).map(str::to_owned);
        let client_id = client.client_id.clone();
        Refusal::Redirected(Box::new(Told { error, client_id, to, mode, state }))
    })?;
    let of_ours = hinted_person(provider, kept);
    let is_hint_ours = of_ours.is_some();
    let hinted_person = of_ours.or_else(|| request.claims.sub().map(str::to_owned));
    Ok(Asked { client, request, scope, resources, hinted_person, is_hint_ours })
}

fn parse(
    provider: &Provider,
    params: &Params,
    redirect: TrustedRedirect,
) -> Result<(AuthorizationRequest, Scope, Vec<Resource>), OAuthError> {
    let request = AuthorizationRequest::parse(params, redirect)?;
    let resources = provider.requested_resources(&request.resources)?;
    let names_a_resource = !request.resources.is_empty();
    let base = provider.base_scope_of(&resources);
    let default = provider.default_scope(names_a_resource.then_some(&base));
    let scope = scope::granted(request.scope.as_ref(), &default, provider.scopes())?;
    // A claim asked for by itself is covered by a scope, which the consent page shows.
    let scope = scope.union(&covering(provider, &request.claims)?);
    judge_acr(provider, &request)?;
    // A request that names a resource and only scopes about the person has left out what it wants
    // there, as ChatGPT does: the base scope then is the default, and the consent page shows it.
    let left_open = request.scope.is_none() && provider.options().default_scope.is_none();
    let scope = if names_a_resource && (left_open || scope.without(&IDENTITY_SCOPES).is_empty()) {
        scope.union(&base)
    } else {
        scope
    };
    let scope = provider.allowed_scope(&scope, &resources);
    if scope.is_empty() {
        return Err(OAuthError::new(OAuthErrorCode::InvalidScope, "no scope asked for is one of the resource"));
    }
    Ok((request, scope, resources))
}

/// The scope that covers what is asked for claim by claim, as far as there is such a scope here.
fn covering(provider: &Provider, claims: &ClaimsRequest) -> Result<Scope, OAuthError> {
    let custom = provider.options().custom_claims().filter(|claim| claims.asks_for(&claim.name));
    let all: Vec<String> = claims.scopes().map(str::to_owned).chain(custom.filter_map(|claim| claim.scope)).collect();
    Ok(Scope::from_tokens(all.iter().map(String::as_str))?.intersection(provider.scopes()))
}

/// Refuses at once where no sign-in there is could be what the client cannot do without.
fn judge_acr(provider: &Provider, request: &AuthorizationRequest) -> Result<(), OAuthError> {
    let is_known = |acr: &String| provider.options().contexts.iter().any(|context| context.acr == *acr);
    if request.acr.is_essential && !request.acr.values.iter().any(is_known) {
        let description = "no sign-in here has the acr that is asked for";
        return Err(OAuthError::new(OAuthErrorCode::UnmetAuthenticationRequirements, description));
    }
    Ok(())
}
