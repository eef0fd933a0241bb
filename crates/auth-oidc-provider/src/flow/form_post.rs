//! Answers that a browser posts, so that a code stands in no URL. Form Post Response Mode §2.
//!
//! Whoever answers a request sends the browser to a page of ours. What is to be posted travels there
//! sealed: it is in no table, nobody who sees the URL can read or change it, and one with a code opens only
//! where the person is signed in who allowed it.

use auth_core::{Sealing, Unexpected};
use auth_protocol::redirect_uri::RedirectUri;
use http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::provider::Provider;

/// A form that is posted to a client.
#[derive(Serialize, Deserialize)]
pub(crate) struct FormPost {
    /// The redirect URI, which was trusted when it was sealed.
    pub(crate) action: String,
    /// What the policy of the page allows to be posted to.
    pub(crate) form_action: String,
    /// Names and values.
    pub(crate) fields: Vec<(String, String)>,
    /// The session in which alone it is shown; none where nothing in it is a secret.
    session_id: Option<String>,
    until: i64,
}

const SEALING: Sealing<'static> = Sealing { purpose: "form-post", salt: b"", bound_to: "form_post" };

/// Where the browser gets a form with these fields for the redirect URI, in this session if in one.
pub(crate) fn url(
    provider: &Provider,
    to: &RedirectUri,
    fields: &[(&str, &str)],
    session_id: Option<&str>,
) -> Result<String, Unexpected> {
    let cx = provider.cx();
    // It need not outlive the code in it.
    let until = cx.after(cx.now(), provider.options().code_expires_in).timestamp();
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let session_id = session_id.map(str::to_owned);
    let (action, form_action) = (to.as_str().to_owned(), to.form_action_source());
    let form = FormPost { action, form_action, fields, session_id, until };
    let sealed = cx.keys().seal(cx.random(), &SEALING, &serde_json::to_vec(&form)?)?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("answer", &sealed);
    Ok(format!("{}/oauth2/form-post?{}", cx.config().base_path(), query.finish()))
}

/// Opens what was sealed; none if it was not by us, its time is over, or it is for another session.
pub(crate) async fn open(
    provider: &Provider,
    headers: &HeaderMap,
    sealed: &str,
) -> Result<Option<FormPost>, Unexpected> {
    let cx = provider.cx();
    let Some(form) = unsealed(provider, sealed).filter(|form| cx.now().timestamp() < form.until) else {
        return Ok(None);
    };
    let is_theirs = match &form.session_id {
        None => true,
        Some(id) => cx.find_session(headers).await?.is_some_and(|who| who.session.id == *id),
    };
    Ok(is_theirs.then_some(form))
}

fn unsealed(provider: &Provider, sealed: &str) -> Option<FormPost> {
    let plain = provider.cx().keys().open(&SEALING, sealed).ok()?;
    serde_json::from_slice(&plain).ok()
}
