//! Where the keys of an issuer come from.

use auth_outbound::Outbound;
use serde::Deserialize;
use url::Url;

use super::key_set::KeySet;
use crate::discovery::{Discovery, DiscoveryError, InvalidIssuer, document};

/// What RFC 9111 allows us to keep the keys for, beside the keys.
pub(crate) struct FetchedKeys {
    pub(crate) keys: KeySet,
    pub(crate) max_age: Option<std::time::Duration>,
}

/// A place to fetch keys from.
pub(crate) struct Source {
    outbound: Outbound,
    place: Place,
}

enum Place {
    At(Url),
    Discovered(Box<Discovery>),
}

#[derive(Deserialize)]
struct Metadata {
    jwks_uri: Url,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    #[error("no document of the issuer")]
    Document(#[from] DiscoveryError),
    #[error("the keys cannot be read")]
    Keys(#[from] serde_json::Error),
    #[error("the fetch was interrupted")]
    Interrupted,
}

impl Source {
    pub(crate) fn at(outbound: Outbound, jwks_uri: Url) -> Self {
        Self { outbound, place: Place::At(jwks_uri) }
    }

    pub(crate) fn discovered(outbound: Outbound, issuer: &str) -> Result<Self, InvalidIssuer> {
        let discovery = Box::new(Discovery::of(outbound.clone(), issuer)?);
        Ok(Self { outbound, place: Place::Discovered(discovery) })
    }

    pub(crate) async fn fetch(&self) -> Result<FetchedKeys, SourceError> {
        let jwks_uri = match &self.place {
            Place::At(jwks_uri) => jwks_uri.clone(),
            Place::Discovered(discovery) => discovery.metadata::<Metadata>().await?.jwks_uri,
        };
        let fetched = document(&self.outbound, &jwks_uri).await?;
        Ok(FetchedKeys { keys: KeySet::parse(&fetched.body)?, max_age: fetched.max_age() })
    }
}
