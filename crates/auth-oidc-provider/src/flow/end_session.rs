//! Signing out at the wish of a client. OpenID Connect RP-Initiated Logout.

use auth_core::Unexpected;
use auth_core::database::{begin_write, retrying};
use auth_core::session::{SessionRevoked, SignedIn};
use auth_protocol::claims::IdTokenClaims;
use auth_protocol::end_session::EndSessionRequest;
use auth_protocol::redirect_uri::RedirectUri;
use http::{HeaderMap, HeaderValue};

use super::issue::sid;
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

/// Whether the person has confirmed on our own page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirmed {
    /// They have.
    Yes,
    /// They have not been asked.
    NotYet,
}

/// Signs out, or asks first. Without a confirmation only an ID token of the current session ends it.
pub(crate) async fn end_session(
    provider: &Provider,
    headers: &HeaderMap,
    request: &EndSessionRequest,
    confirmed: Confirmed,
) -> Result<SignOut, Unexpected> {
    let cx = provider.cx();
    let hint = request
        .id_token_hint
        .as_deref()
        .and_then(|hint| provider.keys().verify::<IdTokenClaims>(hint))
        .filter(|claims| claims.iss == provider.issuer());
    let client_id = match (&hint, &request.client_id) {
        (Some(claims), Some(named)) if !claims.aud.contains(named) => None,
        (Some(claims), _) => claims.aud.iter().next().map(str::to_owned),
        (None, named) => named.clone(),
    };
    let client = match &client_id {
        Some(client_id) => store::client::find(cx.db(), client_id).await?.filter(|client| !client.disabled),
        None => None,
    };
    let redirect = request.post_logout_redirect_uri.as_deref().and_then(|wanted| {
        let registered = client.as_ref()?.post_logout_redirect_uris.0.iter();
        registered
            .filter_map(|uri| RedirectUri::parse(uri).ok())
            .find(|uri| uri.matches(wanted))
            .and_then(|_| RedirectUri::parse(wanted).ok())
    });
    let url = redirect.as_ref().map(|uri| match request.state.as_deref() {
        Some(state) => uri.with_query(&[("state", state)]),
        None => uri.as_str().to_owned(),
    });
    let Some(who) = cx.find_session(headers).await? else {
        // Only a client that shows an ID token of ours may send the browser on by itself.
        return Ok(SignOut::Done { redirect: url.filter(|_| hint.is_some()), cookie: None });
    };
    let proven = hint.is_some_and(|claims| {
        claims.sub == who.user.id && claims.sid.as_deref() == Some(&sid(provider, &who.session.id))
    });
    if confirmed == Confirmed::NotYet && !(proven && redirect.is_some()) {
        let client_name = client.map(|client| client.name);
        return Ok(SignOut::Confirm(Question { account: who.user.email, client_name, leads_to: redirect }));
    }
    let cookie = end(provider, &who).await?;
    Ok(SignOut::Done { redirect: url, cookie: Some(cookie) })
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
    cx.events().emit(&event).await;
    Ok(cookie)
}
