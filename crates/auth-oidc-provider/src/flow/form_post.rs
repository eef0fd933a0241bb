//! Answers that a browser posts, so that a code stands in no URL. Form Post Response Mode §2.
//!
//! Whoever answers a request sends the browser to a page of ours. What is to be posted travels there
//! sealed: it is in no table, and nobody who sees the URL can read or change it.

use auth_core::{Sealing, Unexpected};
use auth_protocol::redirect_uri::RedirectUri;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::provider::Provider;

/// A form that is posted to a client.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FormPost {
    /// The redirect URI, which was trusted when it was sealed.
    pub(crate) action: String,
    /// What the policy of the page allows to be posted to.
    pub(crate) form_action: String,
    /// Names and values.
    pub(crate) fields: Vec<(String, String)>,
    until: i64,
}

const SEALING: Sealing<'static> = Sealing { purpose: "form-post", salt: b"", bound_to: "form_post" };

/// Where the browser gets a form with these fields for the redirect URI.
pub(crate) fn url(provider: &Provider, to: &RedirectUri, fields: &[(&str, &str)]) -> Result<String, Unexpected> {
    let cx = provider.cx();
    // It need not outlive the code in it.
    let until = cx.after(cx.now(), provider.options().code_expires_in).timestamp();
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let form = FormPost { action: to.as_str().to_owned(), form_action: to.form_action_source(), fields, until };
    let sealed = cx.keys().seal(cx.random(), &SEALING, &serde_json::to_vec(&form)?)?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("answer", &sealed);
    Ok(format!("{}/oauth2/form-post?{}", cx.config().base_path(), query.finish()))
}

/// Opens what was sealed; none if it was not by us, or its time is over.
pub(crate) fn open(provider: &Provider, sealed: &str, now: DateTime<Utc>) -> Option<FormPost> {
    let plain = provider.cx().keys().open(&SEALING, sealed).ok()?;
    let form: FormPost = serde_json::from_slice(&plain).ok()?;
    (now.timestamp() < form.until).then_some(form)
}
