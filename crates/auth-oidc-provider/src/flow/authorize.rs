//! The authorization request, from its parameters to what comes next. RFC 6749 §4.1.1.

use auth_core::Unexpected;
use auth_core::session::SignedIn;
use auth_protocol::authorize::{self, REPEATABLE, UntrustedRequest};
use auth_protocol::consent::{Consent, ConsentFacts, judge_consent};
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::params::Params;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue};
use tracing::Span;

use super::asked::{Asked, Refusal, judge, kept};
use super::client_document::{self, NoClient};
use super::fresh::{self, Fresh};
use super::interaction::{self, Binding, Bound, NotBegun, Open};
use super::next::{Door, Next};
use super::remembered::{self, Granting};
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
    Ok(match begun {
        Ok(begun) => Next::Redirect(interaction::resume_url(provider, &begun.handle)),
        Err(why) => why.into(),
    })
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
        // What was pushed is for no other eyes than its client's.
        Bound::Elsewhere if par::was_pushed(&row.request) => return Ok(Next::Expired),
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
    /// The row of the request, if it has waited.
    fn row_id(&self) -> Option<&str> {
        match self {
            Self::First(_) => None,
            Self::Waited { id, .. } => Some(id),
        }
    }

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
    Ok(match client_document::find(provider, client_id).await? {
        Ok(client) => {
            Span::current().record("client.id", &*client.client_id);
            judge(provider, params, client)
        }
        Err(NoClient::Unknown) => Err(Refusal::Untrusted(UntrustedRequest::UnknownClient)),
        Err(NoClient::Document(error)) => Err(Refusal::Document(error)),
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
        Some((Fresh::Unmet, _)) if !asked.is_guess() => {
            let code = OAuthErrorCode::UnmetAuthenticationRequirements;
            return refused(provider, &asked, code, "the person cannot sign in as the client needs it");
        }
        Some((Fresh::No | Fresh::SomebodyElse | Fresh::Unmet, _)) | None if asked.request.prompt.is_none() => {
            return refused(provider, &asked, OAuthErrorCode::LoginRequired, "the person has to sign in");
        }
        Some((Fresh::No | Fresh::SomebodyElse | Fresh::Unmet, _)) | None => {
            return Ok(match wait(provider, headers, &asked, None, occasion).await? {
                Ok((handle, cookie)) => Next::SignIn { door: Door::of(&asked), handle, cookie },
                Err(why) => why.into(),
            });
        }
    };
    let remembered = remembered::scope(provider, &asked, &who).await?;
    let facts = ConsentFacts {
        requested: &asked.scope,
        remembered: remembered.as_ref(),
        client: asked.kind(),
        redirect_uri: asked.redirect_uri(),
        prompt: &asked.request.prompt,
        first_party: asked.client.skip_consent,
    };
    match judge_consent(facts) {
        // A client that only guesses who is there is told the same about everybody.
        Err(_) if asked.is_guess() => {
            refused(provider, &asked, OAuthErrorCode::LoginRequired, "the person has to sign in")
        }
        Err(error) => Ok(Next::Redirect(asked.refusal(provider, &error)?)),
        Ok(Consent::Ask) => ask(provider, headers, asked, &who, occasion).await,
        Ok(Consent::Remembered) => grant_unasked(provider, headers, asked, &who, occasion).await,
    }
}

/// Grants what was agreed to before.
async fn grant_unasked(
    provider: &Provider,
    headers: &HeaderMap,
    asked: Asked,
    who: &SignedIn,
    occasion: &Occasion<'_>,
) -> Result<Next, Unexpected> {
    match remembered::grant(provider, &asked, who, occasion.row_id()).await {
        Ok(Granting::Issued(issued)) => {
            issued.tell(provider).await;
            Ok(Next::Redirect(asked.code_url(provider, who, &issued.code)?))
        }
        Ok(Granting::Answered) => Ok(Next::Answered),
        Ok(Granting::Gone) => Ok(Next::Gone),
        Ok(Granting::Ended) => {
            refused(provider, &asked, OAuthErrorCode::LoginRequired, "the session of the person has ended")
        }
        // It was taken back just now.
        Ok(Granting::Forgotten) if asked.request.prompt.is_none() => {
            refused(provider, &asked, OAuthErrorCode::ConsentRequired, "the person has to consent")
        }
        Ok(Granting::Forgotten) => ask(provider, headers, asked, who, occasion).await,
        Err(failure) => asked.told_of_refusal(provider, failure).map(Next::Redirect),
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
        Ok((handle, cookie)) => Next::Consent { handle, client_id: asked.client.client_id, scope: asked.scope, cookie },
        Err(why) => why.into(),
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
) -> Result<Result<(String, Option<HeaderValue>), NotBegun>, Unexpected> {
    let user_id = who.map(|who| who.user.id.as_str());
    match occasion {
        Occasion::Waited { handle, id, user_id: owner, cookie, .. } => {
            if let Some(user_id) = user_id.filter(|user_id| *owner != Some(*user_id)) {
                store::interaction::take(provider.cx().db(), id, user_id).await?;
            }
            Ok(Ok(((*handle).to_owned(), cookie.clone())))
        }
        Occasion::First(params) => {
            let request = params.to_urlencoded();
            let binding = Binding::Now(headers);
            let begun = interaction::begin(provider, binding, &asked.client.client_id, &request, user_id).await?;
            Ok(begun.map(|begun| (begun.handle, begun.cookie)))
        }
    }
}
