//! Asking a person, and what follows from the answer.

use auth_core::Unexpected;
use auth_core::database::{begin_write, retrying};
use auth_core::session::SignedIn;
use auth_protocol::authorize::REPEATABLE;
use auth_protocol::consent::is_remembered;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::params::Params;
use auth_protocol::scope::Scope;
use http::HeaderMap;
use tracing::Span;

use super::asked::{Asked, judge};
use super::fresh::{Fresh, is_fresh};
use super::interaction::{self, Open};
use super::issue::{self, IssuedCode};
use crate::entity::consent;
use crate::event::{ConsentDenied, ConsentGiven};
use crate::provider::Provider;
use crate::store;

/// A request that waits for a person's answer.
#[derive(Debug)]
pub(crate) struct Pending {
    id: String,
    pub(crate) asked: Asked,
    pub(crate) who: SignedIn,
    /// Whether the request began in this browser; otherwise it is known by its person only.
    pub(crate) of_browser: bool,
}

/// Why there is nothing to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NothingToAnswer {
    /// Unknown, given up, or no longer in order.
    Expired,
    /// Answered before.
    Answered,
    /// Nobody is signed in, or somebody else than the person it waits for.
    NotYours,
    /// The client asked for a more recent sign-in than this one.
    SignInFirst,
}

impl NothingToAnswer {
    /// The word in logs.
    fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Answered => "answered",
            Self::NotYours => "not_yours",
            Self::SignInFirst => "sign_in_first",
        }
    }
}

/// A person's answer.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Yes, to this much of what was asked; none means all of it.
    Allow(Option<Scope>),
    /// No.
    Deny,
}

/// Finds the request a consent page is about. Only its person sees it.
#[tracing::instrument(skip_all, fields(client.id, user.id))]
pub(crate) async fn pending(
    provider: &Provider,
    headers: &HeaderMap,
    handle: &str,
) -> Result<Result<Pending, NothingToAnswer>, Unexpected> {
    let found = waiting(provider, headers, handle).await?;
    Ok(found.inspect_err(|why| tracing::info!(reason = why.as_str(), "consent.refused")))
}

async fn waiting(
    provider: &Provider,
    headers: &HeaderMap,
    handle: &str,
) -> Result<Result<Pending, NothingToAnswer>, Unexpected> {
    let cx = provider.cx();
    let (row, client) = match interaction::open(provider, handle).await? {
        Open::Yes(found) => *found,
        Open::Answered => return Ok(Err(NothingToAnswer::Answered)),
        Open::Expired => return Ok(Err(NothingToAnswer::Expired)),
    };
    Span::current().record("client.id", &*client.client_id);
    let who = match cx.find_session(headers).await? {
        Some(who) if row.user_id.as_ref() == Some(&who.user.id) => who,
        Some(_) | None => return Ok(Err(NothingToAnswer::NotYours)),
    };
    Span::current().record("user.id", &*who.user.id);
    let of_browser = interaction::is_of_browser(cx, headers, &row);
    let Ok(params) = Params::parse(&row.request, &REPEATABLE) else { return Ok(Err(NothingToAnswer::Expired)) };
    let Ok(asked) = judge(provider, &params, client) else { return Ok(Err(NothingToAnswer::Expired)) };
    // The session may be another one than the sign-in this request has waited for.
    match is_fresh(provider, &asked, &who, Some(row.created_at)).await? {
        Fresh::Yes => Ok(Ok(Pending { id: row.id, asked, who, of_browser })),
        Fresh::No | Fresh::Unmet => Ok(Err(NothingToAnswer::SignInFirst)),
        Fresh::SomebodyElse => Ok(Err(NothingToAnswer::NotYours)),
    }
}

/// Acts on an answer; returns the URL that tells the client, or nothing if it was answered before.
#[tracing::instrument(skip_all, fields(client.id = pending.asked.client.client_id, grant.id, user.id = pending.who.user.id))]
pub(crate) async fn answer(
    provider: &Provider,
    pending: &Pending,
    answer: &Answer,
) -> Result<Option<String>, Unexpected> {
    let told = match answer {
        Answer::Allow(narrowed) => allow(provider, pending, narrowed.as_ref()).await,
        Answer::Deny => deny(provider, pending).await,
    };
    told.or_else(|failure| pending.asked.told_of_refusal(provider, failure).map(Some))
}

async fn deny(provider: &Provider, pending: &Pending) -> Result<Option<String>, Unexpected> {
    let cx = provider.cx();
    let event =
        ConsentDenied { client_id: pending.asked.client.client_id.clone(), user_id: pending.who.user.id.clone() };
    let told = &event;
    let open = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        let open = store::interaction::complete(&tx, &pending.id, cx.now()).await?;
        if open {
            cx.events().emit_in(told, &tx).await?;
        }
        tx.commit().await?;
        Ok::<_, Unexpected>(open)
    })
    .await?;
    if !open {
        return Ok(None);
    }
    tracing::info!(client.id = event.client_id, user.id = event.user_id, "consent.denied");
    cx.events().emit(&event).await;
    let error = OAuthError::new(OAuthErrorCode::AccessDenied, "the person denied the request");
    pending.asked.error_url(provider, &error).map(Some)
}

/// What came of a yes.
enum Allowing {
    Issued(IssuedCode),
    /// The request was answered before.
    Answered,
    /// Whoever said so is no longer signed in.
    SessionEnded,
}

/// Completes the interaction, remembers the consent and writes grant and code, all or nothing.
async fn allow(provider: &Provider, pending: &Pending, narrowed: Option<&Scope>) -> Result<Option<String>, Unexpected> {
    let cx = provider.cx();
    let Pending { id, asked, who, .. } = pending;
    let scope = narrowed.map_or_else(|| asked.scope.clone(), |narrowed| asked.scope.intersection(narrowed));
    let event = ConsentGiven { client_id: asked.client.client_id.clone(), user_id: who.user.id.clone() };
    let (scope, told) = (&scope, &event);
    let issued = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        if !cx.hold_session(&tx, &who.user.id, &who.session.id).await? {
            return Ok::<_, Unexpected>(Allowing::SessionEnded);
        }
        if !store::interaction::complete(&tx, id, cx.now()).await? {
            return Ok(Allowing::Answered);
        }
        cx.events().emit_in(told, &tx).await?;
        if is_remembered(asked.kind(), asked.redirect_uri()) {
            remember(provider, &tx, asked, scope, who).await?;
        }
        let issued = issue::code(provider, &tx, asked, scope, who).await?;
        tx.commit().await?;
        Ok(Allowing::Issued(issued))
    })
    .await?;
    let issued = match issued {
        Allowing::Issued(issued) => issued,
        Allowing::Answered => return Ok(None),
        Allowing::SessionEnded => {
            let error = OAuthError::new(OAuthErrorCode::LoginRequired, "the session of the person has ended");
            return asked.refusal(provider, &error).map(Some);
        }
    };
    tracing::info!(client.id = event.client_id, user.id = event.user_id, "consent.given");
    cx.events().emit(&event).await;
    issued.tell(provider).await;
    asked.code_url(provider, who, &issued.code).map(Some)
}

/// Adds to what this person agreed to before for the same client, redirect target and resources.
async fn remember(
    provider: &Provider,
    tx: &sea_orm::DatabaseTransaction,
    asked: &Asked,
    scope: &Scope,
    who: &SignedIn,
) -> Result<(), Unexpected> {
    let cx = provider.cx();
    let reference = asked.consent_reference();
    let before = store::consent::find_held(tx, &who.user.id, &asked.client.client_id, &reference).await?;
    let before = before.and_then(|consent| Scope::parse(&consent.scope).ok()).unwrap_or_default();
    let row = consent::Model {
        id: cx.new_id()?,
        user_id: who.user.id.clone(),
        client_id: asked.client.client_id.clone(),
        reference,
        scope: before.union(scope).to_string(),
        created_at: cx.now(),
        updated_at: cx.now(),
    };
    Ok(store::consent::upsert(tx, row).await?)
}
