//! Request bodies: JSON endpoints take JSON only, form endpoints forms only.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::{HeaderMap, StatusCode, header};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::codes::{PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE};
use crate::error::ApiError;

/// A JSON object as body; anything else is refused with the core's error shape.
#[derive(Clone, Copy, Debug)]
pub struct JsonBody<T>(pub T);

impl<T, S> FromRequest<S> for JsonBody<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        demand(request.headers(), is_json, "application/json")?;
        let bytes = bytes(request, state).await?;
        // The reader takes the members of an array for those of a struct, one by one.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            let is_json = serde_json::from_slice::<IgnoredAny>(&bytes).is_ok();
            return Err(ApiError::validation(if is_json { "[body] expected an object" } else { "[body] is not JSON" }));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            // The reader's words name members and types, never values we were given.
            ApiError::validation(if error.is_data() {
                format!("[body] {}", data_error(&error))
            } else {
                "[body] is not JSON".to_owned()
            })
        })
    }
}

/// The pairs of a form body; a name that is sent twice is refused.
#[derive(Clone, Debug)]
pub struct FormBody(Vec<(String, String)>);

impl FormBody {
    /// Returns the value of a field; empty if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Returns the value of a field if it was sent and is not empty.
    pub fn optional(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }
}

impl<S: Send + Sync> FromRequest<S> for FormBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        demand(request.headers(), is_form, "application/x-www-form-urlencoded")?;
        let bytes = bytes(request, state).await?;
        let pairs = form_pairs(&bytes)?;
        if has_twins(&pairs) {
            return Err(ApiError::validation("[body] a field was sent twice"));
        }
        Ok(Self(pairs))
    }
}

/// Splits a form body into pairs, at most 100 of them.
///
/// # Errors
/// [`ApiError`] 400 when there are more.
pub fn form_pairs(bytes: &[u8]) -> Result<Vec<(String, String)>, ApiError> {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(bytes).into_owned().take(101).collect();
    if pairs.len() > 100 {
        return Err(ApiError::validation("[body] has too many fields"));
    }
    Ok(pairs)
}

/// Says whether a name is there twice.
pub(super) fn has_twins(pairs: &[(String, String)]) -> bool {
    let mut names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            ApiError::code(PAYLOAD_TOO_LARGE)
        } else {
            ApiError::validation("[body] could not be read")
        }
    })
}

fn demand(headers: &HeaderMap, fits: fn(&str) -> bool, allowed: &str) -> Result<(), ApiError> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = given.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if fits(&essence) {
        return Ok(());
    }
    let message = format!("{}. Use {allowed}.", UNSUPPORTED_MEDIA_TYPE.message);
    Err(ApiError::code(UNSUPPORTED_MEDIA_TYPE).saying(message))
}

fn is_json(essence: &str) -> bool {
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn is_form(essence: &str) -> bool {
    essence == "application/x-www-form-urlencoded"
}

/// The part of a reader's message that names the member and the expected type.
fn data_error(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.starts_with("missing field") {
        return text.split(" at line").next().unwrap_or("").to_owned();
    }
    match text.rsplit_once("expected ") {
        // Our own name of the type says nothing to the caller.
        Some((_, expected)) if expected.starts_with("struct ") => "expected an object".to_owned(),
        Some((_, expected)) => format!("expected {}", expected.split(" at line").next().unwrap_or("")),
        None => "does not have the right shape".to_owned(),
    }
}
