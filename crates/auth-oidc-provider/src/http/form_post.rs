//! `GET /oauth2/form-post`: a page that posts an answer to the client. Form Post Response Mode §2.

use std::fmt::Write as _;

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use utoipa::IntoParams;

use super::page;
use crate::error::no_store;
use crate::flow::form_post::{self, FormPost};
use crate::provider::Provider;

/// The whole of the script, and its SHA-256, by which alone the policy lets it run.
const SCRIPT: &str = "document.forms[0].submit()";
const SCRIPT_HASH: &str = "'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='";

#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Answer {
    /// The answer, sealed by this server.
    answer: Option<String>,
}

/// Shows a form that posts itself to the client, or by a button where scripts do not run.
#[utoipa::path(
    get, path = "/oauth2/form-post", tag = "oidc", params(Answer),
    responses(
        (status = 200, description = "A page that posts the answer to the redirect URI",
            content_type = "text/html", body = String),
        (status = 400, description = "A page: the answer is unknown, over, or for another browser", content_type = "text/html", body = String),
    )
)]
pub(crate) async fn form_post(
    State(provider): State<Provider>,
    headers: HeaderMap,
    Query(Answer { answer }): Query<Answer>,
) -> Response {
    let form = match form_post::open(&provider, &headers, answer.as_deref().unwrap_or_default()).await {
        Ok(form) => form,
        Err(failure) => return provider.cx().failure_page(&failure),
    };
    let Some(form) = form else {
        let message = "This answer is unknown, its time is over, or it began in another browser.";
        let hint = Some("Go back to the app and connect again.");
        return page::error_page(&provider, StatusCode::BAD_REQUEST, "Nothing to send", message, hint);
    };
    let policy = format!(
        "default-src 'none'; script-src {SCRIPT_HASH}; form-action {}; base-uri 'none'; frame-ancestors 'none'",
        form.form_action
    );
    let Ok(policy) = HeaderValue::from_str(&policy) else {
        return provider.cx().failure_page(&auth_core::Unexpected::new("a policy has no place in a header"));
    };
    let mut response = Html(document(&form)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    no_store(headers);
    response
}

fn document(form: &FormPost) -> String {
    let mut fields = String::new();
    for (name, value) in &form.fields {
        // Writing to a String cannot fail.
        let _ = writeln!(fields, "<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value));
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Back to the app</title>\n\
         <form method=\"post\" action=\"{}\">\n{fields}<noscript><button>Continue to the app</button></noscript>\n\
         </form>\n<script>{SCRIPT}</script>\n</html>\n",
        escaped(&form.action)
    )
}

/// A text that is nothing but text between quotation marks of HTML.
fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, letter| {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
        safe
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn the_policy_names_the_script_that_is_there() {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, SCRIPT.as_bytes());

        assert_eq!(SCRIPT_HASH, format!("'sha256-{}'", STANDARD.encode(hash.as_ref())));
    }

    #[test]
    fn a_value_never_leaves_its_quotation_marks() {
        assert_eq!(escaped(r#""><script>'&"#), "&quot;&gt;&lt;script&gt;&#39;&amp;");
    }
}
