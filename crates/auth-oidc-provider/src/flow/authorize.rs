//! The authorization request, from its parameters to what comes next. RFC 6749 §4.1.1.

use auth_core::Unexpected;
use auth_core::database::{begin_write, retrying};
use auth_core::session::SignedIn;
use auth_protocol::authorize::{self, REPEATABLE, UntrustedRequest};
use auth_protocol::consent::{Consent, ConsentFacts, is_remembered, judge_consent};
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::params::Params;
use auth_protocol::scope::Scope;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue};
use tracing::Span;

use super::asked::{Asked, Refusal, judge, kept};
use super::fresh::{self, Fresh};
use super::interaction::{self, Binding, Bound, Open};
use super::issue::IssuedCode;
use super::next::{Door, Next};
use super::{issue, par};
use crate::provider::Provider;
use crate::store;

/// Begins with the parameters of a request.
#[tracing::instrument(skip_all, fields(client.id, grant.id, user.id))]
pub(crate) async fn begin(provider: &Provider, headers: &HeaderMap, params: &Params) -> Result<Next, Unexpected> {
    first(provider, headers, params).await.inspect(|next| next.tell(provider))
}

async fn first(provider: &Provider, headers: &HeaderMap, params: &Params) -> Result<Next, Unexpected> {
    if let Some(handle) = par::handle(params) {
        if par::is_of(provider, handle, params).await? {
            return again(provider, headers, handle).await;
        }
        return Ok(Next::Expired);
    }
    let params = match kept(provider, params) {
        Ok(params) => params,
        Err(error) => return Ok(Next::Malformed(error)),
    };
    let asked = match read(provider, &params).await? {
        Ok(asked) => asked,
        Err(refusal) => return Next::refused(provider, refusal),
    };
    if let Some(error) = par::missing(provider, &asked) {
        return Ok(Next::Redirect(asked.refusal(provider, &error)?));
    }
    let session = provider.cx().find_session(headers).await?;
    decide(provider, headers, asked, session, &Occasion::First(&params)).await
}

/// Stores the parameters of a posted request and sends the browser to a GET, which may read its
/// cookies: a post from another site brings none, so it decides nothing and sets nothing.
#[tracing::instrument(skip_all, fields(client.id))]
pub(crate) async fn store_posted(provider: &Provider, params: &Params) -> Result<Next, Unexpected> {
    posted(provider, params).await.inspect(|next| next.tell(provider))
}

async fn posted(provider: &Provider, params: &Params) -> Result<Next, Unexpected> {
    if let Some(handle) = par::handle(params) {
        let is_theirs = par::is_of(provider, handle, params).await?;
        return Ok(if is_theirs { Next::Redirect(interaction::resume_url(provider, handle)) } else { Next::Expired });
    }
    let params = match kept(provider, params) {
        Ok(params) => params,
        Err(error) => return Ok(Next::Malformed(error)),
    };
    let asked = match read(provider, &params).await? {
        Ok(asked) => asked,
        Err(refusal) => return Next::refused(provider, refusal),
    };
    if let Some(error) = par::missing(provider, &asked) {
        return Ok(Next::Redirect(asked.refusal(provider, &error)?));
    }
    let request = params.to_urlencoded();
    let begun = interaction::begin(provider, Binding::Later, &asked.client.client_id, &request, None).await?;
    Ok(begun.map_or(Next::TooManyOpen, |begun| Next::Redirect(interaction::resume_url(provider, &begun.handle))))
}

/// Goes on with a request that waited.
#[tracing::instrument(skip_all, fields(client.id, grant.id, user.id))]
pub(crate) async fn resume(provider: &Provider, headers: &HeaderMap, handle: &str) -> Result<Next, Unexpected> {
    again(provider, headers, handle).await.inspect(|next| next.tell(provider))
}

async fn again(provider: &Provider, headers: &HeaderMap, handle: &str) -> Result<Next, Unexpected> {
    let cx = provider.cx();
    let (row, client) = match interaction::open(provider, handle).await? {
        Open::Yes(found) => *found,
        Open::Answered => return Ok(Next::Answered),
        Open::Expired => return Ok(Next::Expired),
    };
    Span::current().record("client.id", &*client.client_id);
    let session = cx.find_session(headers).await?;
    let owns = session.as_ref().is_some_and(|who| row.user_id.as_ref() == Some(&who.user.id));
    let (since, cookie) = match interaction::bind(provider, headers, &row, owns).await? {
        Bound::Here { since, cookie } => (since, cookie),
        Bound::TooManyOpen => return Ok(Next::TooManyOpen),
        Bound::Elsewhere => {
            let base_path = cx.config().base_path();
            return Ok(Next::Restart(format!("{base_path}/oauth2/authorize?{}", row.request)));
        }
    };
    let Ok(params) = Params::parse(&row.request, &REPEATABLE) else { return Ok(Next::Expired) };
    let asked = match judge(provider, &params, client) {
        Ok(asked) => asked,
        Err(refusal) => return Next::refused(provider, refusal),
    };
    let waited = Occasion::Waited { handle, id: &row.id, since, user_id: row.user_id.as_deref(), cookie };
    decide(provider, headers, asked, session, &waited).await
}

/// Whether a request is seen for the first time, or has waited for its person.
enum Occasion<'a> {
    First(&'a Params),
    Waited {
        handle: &'a str,
        id: &'a str,
        since: DateTime<Utc>,
        user_id: Option<&'a str>,
        /// The browser's new cookie, if it got one just now.
        cookie: Option<HeaderValue>,
    },
}

impl Occasion<'_> {
    /// When the request began to wait, if it did.
    fn since(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::First(_) => None,
            Self::Waited { since, .. } => Some(*since),
        }
    }
}

async fn read(provider: &Provider, params: &Params) -> Result<Result<Asked, Refusal>, Unexpected> {
    let client_id = match authorize::client_id(params) {
        Ok(client_id) => client_id,
        Err(why) => return Ok(Err(Refusal::Untrusted(why))),
    };
    Ok(match store::client::find(provider.cx().db(), client_id).await? {
        Some(client) => {
            Span::current().record("client.id", &*client.client_id);
            judge(provider, params, client)
        }
        None => Err(Refusal::Untrusted(UntrustedRequest::UnknownClient)),
    })
}

async fn decide(
    provider: &Provider,
    headers: &HeaderMap,
    asked: Asked,
    session: Option<SignedIn>,
    occasion: &Occasion<'_>,
) -> Result<Next, Unexpected> {
    Span::current().record("user.id", session.as_ref().map(|who| &*who.user.id));
    let who = match fresh::judged(provider, &asked, session, occasion.since()).await? {
        Some((Fresh::Yes, who)) => who,
        Some((Fresh::SomebodyElse, who)) if occasion.since().is_some_and(|since| issue::auth_time(&who) >= since) => {
            return refused(provider, &asked, OAuthErrorCode::LoginRequired, "another person has signed in");
        }
        Some((Fresh::Unmet, _)) => {
            let code = OAuthErrorCode::UnmetAuthenticationRequirements;
            return refused(provider, &asked, code, "the person cannot sign in as the client needs it");
        }
        Some((Fresh::No | Fresh::SomebodyElse, _)) | None if asked.request.prompt.is_none() => {
            return refused(provider, &asked, OAuthErrorCode::LoginRequired, "the person has to sign in");
        }
        Some((Fresh::No | Fresh::SomebodyElse, _)) | None => {
            return Ok(match wait(provider, headers, &asked, None, occasion).await? {
                Some((handle, cookie)) => Next::SignIn { door: Door::of(&asked), handle, cookie },
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
        first_party: asked.client.skip_consent,
    };
    match judge_consent(facts) {
        Err(error) => Ok(Next::Redirect(asked.refusal(provider, &error)?)),
        Ok(Consent::Ask) => ask(provider, headers, asked, &who, occasion).await,
        Ok(Consent::Remembered) => match grant(provider, &asked, &who, occasion).await {
            Ok(Granting::Issued(issued)) => {
                issued.tell(provider).await;
                Ok(Next::Redirect(asked.code_url(provider, &issued.code)?))
            }
            Ok(Granting::Answered) => Ok(Next::Answered),
            // It was taken back just now.
            Ok(Granting::Forgotten) if asked.request.prompt.is_none() => {
                refused(provider, &asked, OAuthErrorCode::ConsentRequired, "the person has to consent")
            }
            Ok(Granting::Forgotten) => ask(provider, headers, asked, &who, occasion).await,
            Err(failure) => asked.told_of_refusal(provider, failure).map(Next::Redirect),
        },
    }
}

/// Sends the person to the page where they are asked.
async fn ask(
    provider: &Provider,
    headers: &HeaderMap,
    asked: Asked,
    who: &SignedIn,
    occasion: &Occasion<'_>,
) -> Result<Next, Unexpected> {
    Ok(match wait(provider, headers, &asked, Some(who), occasion).await? {
        Some((handle, cookie)) => {
            Next::Consent { handle, client_id: asked.client.client_id, scope: asked.scope, cookie }
        }
        None => Next::TooManyOpen,
    })
}

/// Tells the client.
fn refused(provider: &Provider, asked: &Asked, code: OAuthErrorCode, why: &'static str) -> Result<Next, Unexpected> {
    Ok(Next::Redirect(asked.refusal(provider, &OAuthError::new(code, why))?))
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
        Occasion::Waited { handle, id, user_id: owner, cookie, .. } => {
            if let Some(user_id) = user_id.filter(|user_id| *owner != Some(*user_id)) {
                store::interaction::take(provider.cx().db(), id, user_id).await?;
            }
            Ok(Some(((*handle).to_owned(), cookie.clone())))
        }
        Occasion::First(params) => {
            let request = params.to_urlencoded();
            let binding = Binding::Now(headers);
            let begun = interaction::begin(provider, binding, &asked.client.client_id, &request, user_id).await?;
            Ok(begun.map(|begun| (begun.handle, begun.cookie)))
        }
    }
}

/// What came of granting without asking.
enum Granting {
    Issued(IssuedCode),
    /// The request was answered meanwhile.
    Answered,
    /// What was remembered was taken back meanwhile.
    Forgotten,
}

/// Grants what was consented to before, if it still is: the memory is looked at again, and held, in the
/// transaction that issues, so that who takes it back at the same time takes the new grant too.
async fn grant(
    provider: &Provider,
    asked: &Asked,
    who: &SignedIn,
    occasion: &Occasion<'_>,
) -> Result<Granting, Unexpected> {
    let cx = provider.cx();
    let reference = asked.consent_reference();
    let reference = reference.as_str();
    retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        if !asked.client.skip_consent {
            let (user, client) = (&who.user.id, &asked.client.client_id);
            let remembered = store::consent::find_held(&tx, user, client, reference).await?;
            let scope = remembered.and_then(|consent| Scope::parse(&consent.scope).ok()).unwrap_or_default();
            if !asked.scope.is_subset_of(&scope) {
                tx.rollback().await?;
                return Ok::<_, Unexpected>(Granting::Forgotten);
            }
        }
        if let Occasion::Waited { id, .. } = occasion
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
