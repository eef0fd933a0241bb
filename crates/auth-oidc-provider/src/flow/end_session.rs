//! Signing out at the wish of a client. OpenID Connect RP-Initiated Logout.

use auth_core::Unexpected;
use auth_core::database::{begin_write, retrying};
use auth_core::session::{SessionRevoked, SignedIn};
use auth_protocol::claims::IdTokenClaims;
use auth_protocol::end_session::{
    Confirmation, CurrentSession, EndSession, EndSessionFacts, EndSessionRequest, judge_end_session, named_client,
    trusted_redirect,
};
use auth_protocol::redirect_uri::RedirectUri;
use http::{HeaderMap, HeaderValue};
use tracing::Span;

use super::signed::sid_like;
use super::subject;
use crate::provider::Provider;
use crate::store;

/// What a request to sign out comes to.
#[derive(Debug)]
pub(crate) enum SignOut {
    /// The person must confirm: the request alone proves nothing.
    Confirm(Question),
    /// Nobody is signed in any more; the browser goes on to the client, or sees a page.
    Done { redirect: Option<String>, cookie: Option<HeaderValue> },
}

/// What a person is asked before they are signed out.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) account: String,
    pub(crate) client_name: Option<String>,
    /// Where a yes leads to, if the client registered it.
    pub(crate) leads_to: Option<RedirectUri>,
}

/// Signs out, or asks first. Without a confirmation only an ID token of the current session ends it.
#[tracing::instrument(skip_all, fields(client.id, user.id))]
pub(crate) async fn end_session(
    provider: &Provider,
    headers: &HeaderMap,
    request: &EndSessionRequest,
    confirmation: Confirmation,
) -> Result<SignOut, Unexpected> {
    let cx = provider.cx();
    let hint = request
        .id_token_hint
        .as_deref()
        .and_then(|hint| provider.keys().verify::<IdTokenClaims>(hint, provider.cx().now()))
        .filter(|claims| claims.iss == provider.issuer());
    let client = match named_client(request, hint.as_ref()) {
        Some(client_id) => store::client::find(cx.db(), client_id).await?.filter(|client| !client.disabled),
        None => None,
    };
    Span::current().record("client.id", client.as_ref().map(|client| &*client.client_id));
    let registered: Vec<RedirectUri> = client
        .iter()
        .flat_map(|client| &client.post_logout_redirect_uris.0)
        .filter_map(|uri| RedirectUri::parse(uri).ok())
        .collect();
    let redirect = trusted_redirect(request, &registered);
    let who = cx.find_session(headers).await?;
    Span::current().record("user.id", who.as_ref().map(|who| &*who.user.id));
    let named = hint.as_ref().and_then(|hint| hint.sid.as_deref());
    let sid = who.as_ref().map(|who| sid_like(provider, client.as_ref(), &who.session.id, named)).unwrap_or_default();
    let subject = match (&who, &client) {
        (Some(who), Some(client)) => subject::known(provider, client, &who.user.id).await?,
        (Some(_), None) | (None, _) => None,
    };
    let known_as = |who: &'_ SignedIn| subject.clone().unwrap_or_else(|| who.user.id.clone());
    let subject = who.as_ref().map(known_as).unwrap_or_default();
    let session = who.as_ref().map(|_| CurrentSession { subject: &subject, sid: &sid });
    let facts = EndSessionFacts { hint: hint.as_ref(), session, redirect: redirect.as_deref(), confirmation };
    match (judge_end_session(facts), &who) {
        (EndSession::NobodySignedIn, _) | (_, None) => Ok(SignOut::Done { redirect: None, cookie: None }),
        (EndSession::Ask, Some(who)) => Ok(SignOut::Confirm(Question {
            account: who.user.email.clone(),
            client_name: client.map(|client| client.name),
            leads_to: redirect.as_deref().and_then(|uri| RedirectUri::parse(uri).ok()),
        })),
        (EndSession::End(to), Some(who)) => {
            let redirect = to.map(str::to_owned);
            Ok(SignOut::Done { redirect, cookie: Some(end(provider, who).await?) })
        }
    }
}

async fn end(provider: &Provider, who: &SignedIn) -> Result<HeaderValue, Unexpected> {
    let cx = provider.cx();
    let cookie = retrying(|| async {
        let tx = begin_write(cx.db()).await?;
        let cookie = cx.end_session(&tx, &who.session).await?;
        tx.commit().await?;
        Ok::<_, Unexpected>(cookie)
    })
    .await?;
    let event = SessionRevoked { user_id: who.user.id.clone(), session_id: who.session.id.clone() };
    tracing::info!(user.id = event.user_id, session.id = event.session_id, "session.revoked");
    cx.events().emit(&event).await;
    Ok(cookie)
}
