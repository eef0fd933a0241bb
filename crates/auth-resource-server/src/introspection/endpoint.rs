//! The introspection endpoint of an issuer: where it is, and what it says. RFC 7662 §2, RFC 8414 §2.

use std::sync::Arc;
use std::time::Duration;

use auth_outbound::{Outbound, OutboundError};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::answer::Answer;
use super::client::IntrospectionClient;
use crate::clock::{Clock, within};
use crate::discovery::{Discovery, DiscoveryError};

/// How long the endpoint that an issuer named is asked without another look.
const FRESH: Duration = Duration::from_hours(1);
/// How long after a failed look the issuer is left alone.
const BACK_OFF: Duration = Duration::from_secs(5);

/// The endpoint, and who asks there.
pub(super) struct Endpoint {
    pub(super) outbound: Outbound,
    pub(super) issuer: String,
    pub(super) place: Place,
    pub(super) client: IntrospectionClient,
    pub(super) clock: Arc<dyn Clock>,
}

/// Where it is.
pub(super) enum Place {
    At(Url),
    /// Held while the issuer is asked, so that it is asked once.
    Discovered(Box<Discovery>, Mutex<Found>),
}

/// What the issuer has said.
#[derive(Default)]
pub(super) struct Found {
    endpoint: Option<(Url, i64)>,
    failure: Option<(Arc<DiscoveryError>, i64)>,
}

#[derive(Deserialize)]
struct Metadata {
    introspection_endpoint: Url,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum EndpointError {
    #[error("the issuer does not say where its introspection endpoint is")]
    Place(#[source] Arc<DiscoveryError>),
    #[error("the question cannot be signed")]
    Signature(#[from] jsonwebtoken::errors::Error),
    #[error("the introspection endpoint cannot be reached")]
    Outbound(#[from] OutboundError),
    #[error("the introspection endpoint does not accept this client")]
    Client,
    #[error("the answer had status {0}")]
    Status(u16),
    #[error("the answer is not JSON")]
    MediaType,
    #[error("the answer cannot be read")]
    Document(#[from] serde_json::Error),
}

impl Endpoint {
    /// Asks about a token. Says when it was asked, too, in seconds since the Unix epoch.
    pub(super) async fn ask(&self, token: &str) -> Result<(i64, Answer), EndpointError> {
        let url = self.url().await?;
        let asked_at = self.clock.unix_seconds();
        let form = self.client.asks(token, &self.issuer, asked_at)?;
        let answer = self.outbound.post_form(&url, &form).await?;
        match answer.status {
            200 if answer.is_json() => Ok((asked_at, Answer::read(&answer.body)?)),
            200 => Err(EndpointError::MediaType),
            401 => Err(EndpointError::Client),
            status => Err(EndpointError::Status(status)),
        }
    }

    /// Where it is. What was known goes on to count while the issuer does not say.
    async fn url(&self) -> Result<Url, EndpointError> {
        let (discovery, found) = match &self.place {
            Place::At(url) => return Ok(url.clone()),
            Place::Discovered(discovery, found) => (discovery, found),
        };
        let mut found = found.lock().await;
        let now = self.clock.unix_seconds();
        let is_fresh = found.endpoint.as_ref().is_some_and(|(_, at)| within(*at, FRESH, now));
        let is_left_alone = found.failure.as_ref().is_some_and(|(_, at)| within(*at, BACK_OFF, now));
        if !is_fresh && !is_left_alone {
            let metadata = discovery.metadata::<Metadata>().await;
            // Those who wait here count from the end of it, so that they need not all try for themselves.
            let now = self.clock.unix_seconds();
            match metadata {
                Ok(metadata) => {
                    *found = Found { endpoint: Some((metadata.introspection_endpoint, now)), failure: None }
                }
                Err(error) => {
                    tracing::warn!(cause = &error as &dyn std::error::Error, "endpoint.not_found");
                    found.failure = Some((Arc::new(error), now));
                }
            }
        }
        match (&found.endpoint, &found.failure) {
            (Some((url, _)), _) => Ok(url.clone()),
            (None, Some((failure, _))) => Err(EndpointError::Place(Arc::clone(failure))),
            (None, None) => Err(EndpointError::Place(Arc::new(DiscoveryError::Status(404)))),
        }
    }
}
