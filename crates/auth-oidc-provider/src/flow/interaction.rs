//! Interactions: authorization requests that wait for a person, bound to one browser.

use async_trait::async_trait;
use auth_core::database::{begin_write, retrying};
use auth_core::session::{CookieKind, SignedIn, cookie_value, set_cookie};
use auth_core::{AuthContext, Continuation, Resume, Unexpected, digest};
use auth_protocol::authorize::{self, REPEATABLE};
use auth_protocol::params::Params;
use auth_protocol::redirect_uri::RedirectUri;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue};
use sea_orm::{DbErr, SqlErr};

use crate::entity::{client, interaction};
use crate::provider::Provider;
use crate::store;

/// The cookie that holds a browser's secret: one for all its interactions.
const BROWSER_COOKIE: &str = "oauth_browser";
/// What the tag is for that a handle is.
const HANDLE: &str = "interaction-handle";
/// The most interactions a browser may have open.
const MOST_OPEN: u64 = 20;

/// An interaction just begun.
pub(crate) struct Begun {
    /// What stands in page URLs.
    pub(crate) handle: String,
    /// The browser's secret, if it had none.
    pub(crate) cookie: Option<HeaderValue>,
}

/// To which browser an interaction belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Binding<'a> {
    /// The one this request comes from.
    Now(&'a HeaderMap),
    /// The one that comes with the handle first: a post from another site brings no cookies.
    Later,
}

/// Why a request is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotBegun {
    /// The browser has too many open.
    TooManyOpen,
    /// Its client or its person was deleted at this very moment.
    Gone,
}

/// Stores a request to wait for a person.
pub(crate) async fn begin(
    provider: &Provider,
    binding: Binding<'_>,
    client_id: &str,
    request: &str,
    user_id: Option<&str>,
) -> Result<Result<Begun, NotBegun>, Unexpected> {
    let cx = provider.cx();
    let (browser, cookie) = match binding {
        Binding::Later => (String::new(), None),
        Binding::Now(headers) => {
            let (browser, cookie) = browser_of(cx, headers)?;
            if cookie.is_none() && has_too_many_open(cx, &browser).await? {
                return Ok(Err(NotBegun::TooManyOpen));
            }
            (browser, cookie)
        }
    };
    let id = cx.new_id()?;
    let handle = handle_of(cx, &id);
    let row = interaction::Model {
        handle: digest(&handle),
        browser,
        client_id: client_id.to_owned(),
        request: request.to_owned(),
        user_id: user_id.map(str::to_owned),
        created_at: cx.now(),
        expires_at: cx.after(cx.now(), provider.options().interaction_expires_in),
        completed_at: None,
        id,
    };
    let row = &row;
    let stored = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        store::interaction::insert(&tx, row.clone()).await?;
        tx.commit().await
    })
    .await;
    match stored {
        Ok(()) => Ok(Ok(Begun { handle, cookie })),
        Err(error) if is_about_nobody(&error) => Ok(Err(NotBegun::Gone)),
        Err(error) => Err(error.into()),
    }
}

/// Whether what a row refers to is not there.
fn is_about_nobody(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_)))
}

/// The digest of a browser's secret; a browser without one gets it with this cookie.
fn browser_of(cx: &AuthContext, headers: &HeaderMap) -> Result<(String, Option<HeaderValue>), Unexpected> {
    if let Some(secret) = browser_secret(cx, headers) {
        return Ok((digest(&secret), None));
    }
    let secret = cx.new_token()?;
    let cookie = set_cookie(cx.config(), BROWSER_COOKIE, &secret, CookieKind::UntilClosed)?;
    Ok((digest(&secret), Some(cookie)))
}

/// Whether an interaction can still be answered.
#[derive(Debug)]
pub(crate) enum Open {
    /// It can.
    Yes(Box<(interaction::Model, client::Model)>),
    /// It was answered before.
    Answered,
    /// It is unknown, or was given up.
    Expired,
}

/// Finds an interaction by its handle and says whether it can still be answered.
pub(crate) async fn open(provider: &Provider, handle: &str) -> Result<Open, Unexpected> {
    let cx = provider.cx();
    let found = store::interaction::find(cx.db(), &digest(handle)).await?;
    Ok(match found {
        Some((row, _)) if row.completed_at.is_some() => Open::Answered,
        Some(found) if found.0.expires_at > cx.now() => Open::Yes(Box::new(found)),
        Some(_) | None => Open::Expired,
    })
}

/// Whether an interaction can go on in a browser.
#[derive(Debug)]
pub(crate) enum Bound {
    /// It can.
    Here {
        /// When it began to wait for its person.
        since: DateTime<Utc>,
        /// The browser's new cookie, if it needed one.
        cookie: Option<HeaderValue>,
    },
    /// It belongs to another browser.
    Elsewhere,
    /// This browser has too many open.
    TooManyOpen,
}

/// Makes sure that an interaction belongs to this browser, or to the person signed in. Binds one
/// that belongs to nobody yet.
pub(crate) async fn bind(
    provider: &Provider,
    headers: &HeaderMap,
    row: &interaction::Model,
    owns: bool,
) -> Result<Bound, Unexpected> {
    let cx = provider.cx();
    if owns || is_of_browser(cx, headers, row) {
        return Ok(Bound::Here { since: row.created_at, cookie: None });
    }
    if !row.browser.is_empty() {
        return Ok(Bound::Elsewhere);
    }
    let (browser, cookie) = browser_of(cx, headers)?;
    if cookie.is_none() && has_too_many_open(cx, &browser).await? {
        return Ok(Bound::TooManyOpen);
    }
    // Its person has all the time there is, whenever it was pushed or posted.
    let since = cx.now();
    let until = cx.after(since, provider.options().interaction_expires_in);
    let won = retrying(|| store::interaction::bind(cx.db(), &row.id, &browser, since, until)).await?;
    Ok(if won { Bound::Here { since, cookie } } else { Bound::Elsewhere })
}

async fn has_too_many_open(cx: &AuthContext, browser: &str) -> Result<bool, Unexpected> {
    Ok(store::interaction::count_open(cx.db(), browser, cx.now()).await? >= MOST_OPEN)
}

/// The handle of an interaction: a keyed tag of its random id, so that it can be told again.
fn handle_of(cx: &AuthContext, id: &str) -> String {
    cx.keys().tag(HANDLE, id)
}

fn browser_secret(cx: &AuthContext, headers: &HeaderMap) -> Option<String> {
    cookie_value(headers, cx.config(), BROWSER_COOKIE).filter(|value| value.len() == 43)
}

/// Says whether an interaction began in the browser a request comes from.
pub(crate) fn is_of_browser(cx: &AuthContext, headers: &HeaderMap, row: &interaction::Model) -> bool {
    browser_secret(cx, headers).is_some_and(|browser| digest(&browser) == row.browser)
}

/// The URL that takes a person back to a request.
pub(crate) fn resume_url(provider: &Provider, handle: &str) -> String {
    let base_path = provider.cx().config().base_path();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("interaction", handle);
    format!("{base_path}/oauth2/authorize?{}", query.finish())
}

/// Finds the interaction a sign-in is for: the one it names, or the newest of this browser that
/// waits for a sign-in.
async fn waiting(
    provider: &Provider,
    resume: Resume<'_>,
) -> Result<Option<(String, interaction::Model, client::Model)>, Unexpected> {
    let cx = provider.cx();
    if let Some(handle) = resume.interaction {
        return Ok(match open(provider, handle).await? {
            Open::Yes(found) => Some((handle.to_owned(), found.0, found.1)),
            Open::Answered | Open::Expired => None,
        });
    }
    let Some(browser) = browser_secret(cx, resume.headers) else { return Ok(None) };
    let found = store::interaction::newest_waiting(cx.db(), &digest(&browser), cx.now()).await?;
    Ok(found.and_then(|(row, client)| {
        // It may have begun before the app secret changed.
        let handle = cx.keys().tags(HANDLE, &row.id).find(|handle| digest(handle) == row.handle)?;
        Some((handle, row, client))
    }))
}

#[async_trait]
impl Continuation for Provider {
    async fn next(&self, resume: Resume<'_>, who: &SignedIn) -> Result<Option<String>, Unexpected> {
        let Some((handle, row, _)) = waiting(self, resume).await? else {
            // Whoever comes too late is told so where the request would have gone on.
            return Ok(resume.interaction.map(|handle| resume_url(self, handle)));
        };
        if is_of_browser(self.cx(), resume.headers, &row) {
            store::interaction::take(self.cx().db(), &row.id, &who.user.id).await?;
        }
        Ok(Some(resume_url(self, &handle)))
    }

    async fn client_name(&self, resume: Resume<'_>) -> Result<Option<String>, Unexpected> {
        Ok(waiting(self, resume).await?.map(|(_, _, client)| client.name))
    }

    async fn login_hint(&self, resume: Resume<'_>) -> Result<Option<String>, Unexpected> {
        let Some((_, row, _)) = waiting(self, resume).await? else { return Ok(None) };
        let Ok(params) = Params::parse(&row.request, &REPEATABLE) else { return Ok(None) };
        let is_here = is_of_browser(self.cx(), resume.headers, &row);
        Ok(authorize::login_hint(&params).filter(|_| is_here).map(str::to_owned))
    }

    async fn form_target(&self, resume: Resume<'_>) -> Result<Option<String>, Unexpected> {
        let Some((_, row, client)) = waiting(self, resume).await? else { return Ok(None) };
        let Ok(params) = Params::parse(&row.request, &REPEATABLE) else { return Ok(None) };
        // Only a registered URI was ever stored, and it only widens a policy, never a redirect.
        let only = || client.redirect_uris.0.first().map(String::as_str);
        let uri = params.get("redirect_uri").or_else(only).and_then(|uri| RedirectUri::parse(uri).ok());
        Ok(uri.map(|uri| uri.form_action_source()))
    }
}
