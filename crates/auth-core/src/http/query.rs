//! The parameters of a query, refused in the core's error shape.

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::body::has_twins;
use crate::error::ApiError;

/// The parameters of a query; a name that is sent twice is refused, as in a [`FormBody`](crate::FormBody).
#[derive(Clone, Copy, Debug)]
pub struct QueryParams<T>(pub T);

impl<T, S> FromRequestParts<S> for QueryParams<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let pairs: Vec<_> = form_urlencoded::parse(parts.uri.query().unwrap_or("").as_bytes()).into_owned().collect();
        if has_twins(&pairs) {
            return Err(ApiError::validation("[query] a parameter was sent twice"));
        }
        // The reader's words may repeat values we were given.
        let Query(read) = Query::try_from_uri(&parts.uri)
            .map_err(|_| ApiError::validation("[query] does not have the right shape"))?;
        Ok(Self(read))
    }
}
