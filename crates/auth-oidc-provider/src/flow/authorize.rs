//! The authorization request, from its parameters to what comes next. RFC 6749 §4.1.1.

use auth_core::database::{begin_write, retrying};
use auth_core::session::SignedIn;
use auth_core::{Unexpected, digest};
use auth_protocol::authorize::{self, AuthorizationRequest, REPEATABLE, TrustedRedirect, UntrustedRequest};
use auth_protocol::claims::IdTokenClaims;
use auth_protocol::client::ClientKind;
use auth_protocol::client_auth::ClientAuthMethod;
use auth_protocol::consent::{Consent, ConsentFacts, is_remembered, judge_consent};
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::params::Params;
use auth_protocol::prompt::PromptValue;
use auth_protocol::redirect_uri::RedirectUri;
use auth_protocol::resource::{self, Resource};
use auth_protocol::scope::{self, IDENTITY_SCOPES, Scope};
use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, HeaderValue};

use super::{interaction, issue};
use crate::entity::client;
use crate::provider::Provider;
use crate::store;

/// What an authorization request comes to. HTTP only renders it.
#[derive(Debug)]
pub(crate) enum Next {
    /// Nothing about the request can be trusted: a page of our own, never a redirect.
    Untrusted(UntrustedRequest),
    /// The request cannot be read: a page of our own.
    Malformed(OAuthError),
    /// This browser has too many requests open.
    TooManyOpen,
    /// The interaction is unknown or was given up.
    Expired,
    /// The interaction was answered before.
    Answered,
    /// The interaction began in another browser; this URL starts the request again.
    Restart(String),
    /// The person must sign in.
    SignIn { handle: String, cookie: Option<HeaderValue> },
    /// The person must be asked.
    Consent { handle: String, client_id: String, scope: Scope, cookie: Option<HeaderValue> },
    /// The browser goes back to the client, with a code or an error.
    Redirect(String),
}

/// A request whose client, redirect URI and parameters are in order.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) client: client::Model,
    pub(crate) request: AuthorizationRequest,
    pub(crate) scope: Scope,
    pub(crate) resources: Vec<Resource>,
}

/// Why a request is not in order.
pub(super) enum Refusal {
    Untrusted(UntrustedRequest),
    Redirected(String),
}

impl From<Refusal> for Next {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Untrusted(why) => Self::Untrusted(why),
            Refusal::Redirected(url) => Self::Redirect(url),
        }
    }
}

impl Asked {
    pub(crate) fn redirect_uri(&self) -> &RedirectUri {
        self.request.redirect.uri()
    }

    pub(crate) fn kind(&self) -> ClientKind {
        kind(&self.client)
    }

    /// What consent is remembered for besides person and client: redirect target and resources.
    pub(crate) fn consent_reference(&self) -> String {
        let resources: Vec<&str> = self.resources.iter().map(Resource::as_str).collect();
        digest(&format!("{}\n{}", self.redirect_uri().display_target(), resources.join("\n")))
    }

    /// The URL that tells the client of an error (RFC 6749 §4.1.2.1, RFC 9207 §2).
    pub(crate) fn error_url(&self, provider: &Provider, error: &OAuthError) -> String {
        error_url(provider, self.redirect_uri(), self.request.state.as_deref(), error)
    }

    /// The URL that brings the client its code.
    pub(crate) fn code_url(&self, provider: &Provider, code: &str) -> String {
        answer_url(provider, self.redirect_uri(), self.request.state.as_deref(), &[("code", code)])
    }
}

/// Whether a client can keep a secret.
pub(crate) fn kind(client: &client::Model) -> ClientKind {
    ClientAuthMethod::parse(&client.token_endpoint_auth_method).map_or(ClientKind::Public, ClientKind::from)
}

fn error_url(provider: &Provider, to: &RedirectUri, state: Option<&str>, error: &OAuthError) -> String {
    let pairs = [("error", error.code.as_str()), ("error_description", &*error.description)];
    answer_url(provider, to, state, &pairs)
}

/// Every answer carries `state` if there was one, and always `iss`.
fn answer_url(provider: &Provider, to: &RedirectUri, state: Option<&str>, pairs: &[(&str, &str)]) -> String {
    let issuer = provider.issuer();
    let mut all = pairs.to_vec();
    all.extend(state.map(|state| ("state", state)));
    all.push(("iss", &issuer));
    to.with_query(&all)
}

/// Begins with the parameters of a request.
pub(crate) async fn begin(provider: &Provider, headers: &HeaderMap, params: &Params) -> Result<Next, Unexpected> {
    let asked = match read(provider, params).await? {
        Ok(asked) => asked,
        Err(refusal) => return Ok(refusal.into()),
    };
    let session = provider.cx().find_session(headers).await?;
    decide(provider, headers, asked, session, &Occasion::First(params)).await
}

/// Stores the parameters of a posted request and sends the browser to a GET, which may read its
/// session: a cross-site post never decides anything.
pub(crate) async fn store_posted(
    provider: &Provider,
    headers: &HeaderMap,
    params: &Params,
) -> Result<(Next, Option<HeaderValue>), Unexpected> {
    let asked = match read(provider, params).await? {
        Ok(asked) => asked,
        Err(refusal) => return Ok((refusal.into(), None)),
    };
    let begun = interaction::begin(provider, headers, &asked.client.client_id, &params.to_urlencoded(), None).await?;
    Ok(match begun {
        Some(begun) => (Next::Redirect(interaction::resume_url(provider, &begun.handle)), begun.cookie),
        None => (Next::TooManyOpen, None),
    })
}

/// Goes on with a request that waited.
pub(crate) async fn resume(provider: &Provider, headers: &HeaderMap, handle: &str) -> Result<Next, Unexpected> {
    let cx = provider.cx();
    let Some((row, client)) = store::interaction::find(cx.db(), &digest(handle)).await? else {
        return Ok(Next::Expired);
    };
    if row.completed_at.is_some() {
        return Ok(Next::Answered);
    }
    if row.expires_at <= cx.now() {
        return Ok(Next::Expired);
    }
    let session = cx.find_session(headers).await?;
    let owns = session.as_ref().is_some_and(|who| row.user_id.as_ref() == Some(&who.user.id));
    if !owns && !interaction::is_of_browser(cx, headers, &row) {
        let base_path = cx.config().base_path();
        return Ok(Next::Restart(format!("{base_path}/oauth2/authorize?{}", row.request)));
    }
    let Ok(params) = Params::parse(&row.request, &REPEATABLE) else { return Ok(Next::Expired) };
    let asked = match judge(provider, &params, client) {
        Ok(asked) => asked,
        Err(refusal) => return Ok(refusal.into()),
    };
    let waited = Occasion::Waited { handle, id: &row.id, since: row.created_at, user_id: row.user_id.as_deref() };
    decide(provider, headers, asked, session, &waited).await
}

/// Whether a request is seen for the first time, or has waited for its person.
enum Occasion<'a> {
    First(&'a Params),
    Waited { handle: &'a str, id: &'a str, since: DateTime<Utc>, user_id: Option<&'a str> },
}

async fn read(provider: &Provider, params: &Params) -> Result<Result<Asked, Refusal>, Unexpected> {
    let client_id = match authorize::client_id(params) {
        Ok(client_id) => client_id,
        Err(why) => return Ok(Err(Refusal::Untrusted(why))),
    };
    Ok(match store::client::find(provider.cx().db(), client_id).await? {
        Some(client) => judge(provider, params, client),
        None => Err(Refusal::Untrusted(UntrustedRequest::UnknownClient)),
    })
}

/// Judges client and redirect URI first: until both are trusted nothing is ever redirected.
pub(super) fn judge(provider: &Provider, params: &Params, client: client::Model) -> Result<Asked, Refusal> {
    if client.disabled {
        return Err(Refusal::Untrusted(UntrustedRequest::UnknownClient));
    }
    let registered: Vec<RedirectUri> =
        client.redirect_uris.0.iter().filter_map(|uri| RedirectUri::parse(uri).ok()).collect();
    let redirect = authorize::trusted_redirect(params, &registered).map_err(Refusal::Untrusted)?;
    let judged = parse(provider, params, redirect.clone());
    let (request, scope, resources) = judged
        .map_err(|error| Refusal::Redirected(error_url(provider, redirect.uri(), authorize::state(params), &error)))?;
    Ok(Asked { client, request, scope, resources })
}

fn parse(
    provider: &Provider,
    params: &Params,
    redirect: TrustedRedirect,
) -> Result<(AuthorizationRequest, Scope, Vec<Resource>), OAuthError> {
    let request = AuthorizationRequest::parse(params, redirect)?;
    let scope = scope::granted(request.scope.as_ref(), provider.default_scope(), provider.scopes())?;
    let resources = resource::requested(&request.resources, provider.resources())?;
    // A request that names a resource and only scopes about the person has left out what it wants
    // there, as ChatGPT does: the base scope then is the default, and the consent page shows it.
    let scope = if scope.without(&IDENTITY_SCOPES).is_empty() {
        scope.union(&provider.base_scope_of(&resources))
    } else {
        scope
    };
    Ok((request, scope, resources))
}

async fn decide(
    provider: &Provider,
    headers: &HeaderMap,
    asked: Asked,
    session: Option<SignedIn>,
    occasion: &Occasion<'_>,
) -> Result<Next, Unexpected> {
    let who = match session {
        Some(who) if is_fresh(provider, &asked, &who, occasion) => who,
        Some(_) | None if asked.request.prompt.is_none() => {
            let error = OAuthError::new(OAuthErrorCode::LoginRequired, "the person has to sign in");
            return Ok(Next::Redirect(asked.error_url(provider, &error)));
        }
        Some(_) | None => {
            return Ok(match wait(provider, headers, &asked, None, occasion).await? {
                Some((handle, cookie)) => Next::SignIn { handle, cookie },
                None => Next::TooManyOpen,
            });
        }
    };
    let reference = asked.consent_reference();
    let remembered = if is_remembered(asked.kind(), asked.redirect_uri()) {
        store::consent::find(provider.cx().db(), &who.user.id, &asked.client.client_id, &reference).await?
    } else {
        None
    };
    let remembered = remembered.and_then(|consent| Scope::parse(&consent.scope).ok());
    let facts = ConsentFacts {
        requested: &asked.scope,
        remembered: remembered.as_ref(),
        client: asked.kind(),
        redirect_uri: asked.redirect_uri(),
        prompt: &asked.request.prompt,
    };
    match judge_consent(facts) {
        Err(error) => Ok(Next::Redirect(asked.error_url(provider, &error))),
        Ok(Consent::Ask) => Ok(match wait(provider, headers, &asked, Some(&who), occasion).await? {
            Some((handle, cookie)) => {
                Next::Consent { handle, client_id: asked.client.client_id, scope: asked.scope, cookie }
            }
            None => Next::TooManyOpen,
        }),
        Ok(Consent::Remembered) => grant(provider, &asked, &who, occasion).await,
    }
}

/// Says whether the session is the one the client may expect, and recent enough for it.
fn is_fresh(provider: &Provider, asked: &Asked, who: &SignedIn, occasion: &Occasion<'_>) -> bool {
    let signed_in_at = issue::auth_time(who);
    // A sign-in that happened for this very request satisfies `login` and `max_age`, once.
    if matches!(occasion, Occasion::Waited { since, .. } if signed_in_at >= *since) {
        return true;
    }
    let prompt = &asked.request.prompt;
    let must_sign_in = [PromptValue::Login, PromptValue::SelectAccount, PromptValue::Create]
        .into_iter()
        .any(|value| prompt.contains(value));
    let too_old = asked
        .request
        .max_age
        .is_some_and(|seconds| signed_in_at + Duration::seconds(i64::from(seconds)) < provider.cx().now());
    let somebody_else = asked
        .request
        .id_token_hint
        .as_deref()
        .and_then(|hint| provider.keys().verify::<IdTokenClaims>(hint))
        .is_some_and(|claims| claims.iss != provider.issuer() || claims.sub != who.user.id);
    !must_sign_in && !too_old && !somebody_else
}

/// Lets the request wait for its person: stores it, or notes who is to answer it.
async fn wait(
    provider: &Provider,
    headers: &HeaderMap,
    asked: &Asked,
    who: Option<&SignedIn>,
    occasion: &Occasion<'_>,
) -> Result<Option<(String, Option<HeaderValue>)>, Unexpected> {
    let user_id = who.map(|who| who.user.id.as_str());
    match occasion {
        Occasion::Waited { handle, id, user_id: owner, .. } => {
            if let Some(user_id) = user_id.filter(|user_id| *owner != Some(*user_id)) {
                store::interaction::take(provider.cx().db(), id, user_id).await?;
            }
            Ok(Some(((*handle).to_owned(), None)))
        }
        Occasion::First(params) => {
            let request = params.to_urlencoded();
            let begun = interaction::begin(provider, headers, &asked.client.client_id, &request, user_id).await?;
            Ok(begun.map(|begun| (begun.handle, begun.cookie)))
        }
    }
}

/// Grants what was consented to before.
async fn grant(
    provider: &Provider,
    asked: &Asked,
    who: &SignedIn,
    occasion: &Occasion<'_>,
) -> Result<Next, Unexpected> {
    let cx = provider.cx();
    let code = retrying(|| async {
        let tx = begin_write(cx.db()).await?;
        if let Occasion::Waited { id, .. } = occasion
            && !store::interaction::complete(&tx, id, cx.now()).await?
        {
            return Ok::<_, Unexpected>(None);
        }
        let code = issue::code(provider, &tx, asked, &asked.scope, who).await?;
        tx.commit().await?;
        Ok(Some(code))
    })
    .await?;
    Ok(code.map_or(Next::Answered, |code| Next::Redirect(asked.code_url(provider, &code))))
}
