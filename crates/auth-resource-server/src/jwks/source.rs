//! Where the keys of an issuer come from. RFC 8414 §3.

use auth_outbound::{Fetched, Outbound, OutboundError};
use serde::Deserialize;
use url::Url;

use super::InvalidIssuer;
use super::key_set::KeySet;

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
    Discovered { issuer: String, metadata: [Url; 3] },
}

/// The members of the metadata that matter here; the others may be anything.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: Url,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    #[error("the fetch failed")]
    Fetch(#[from] OutboundError),
    #[error("the answer had status {0}")]
    Status(u16),
    #[error("the document cannot be read")]
    Document(#[from] serde_json::Error),
    #[error("the metadata is of another issuer")]
    Issuer,
    #[error("the fetch was interrupted")]
    Interrupted,
}

impl Source {
    pub(crate) fn at(outbound: Outbound, jwks_uri: Url) -> Self {
        Self { outbound, place: Place::At(jwks_uri) }
    }

    pub(crate) fn discovered(outbound: Outbound, issuer: &str) -> Result<Self, InvalidIssuer> {
        let metadata = metadata_urls(issuer).ok_or_else(|| InvalidIssuer(issuer.to_owned()))?;
        Ok(Self { outbound, place: Place::Discovered { issuer: issuer.to_owned(), metadata } })
    }

    pub(crate) async fn fetch(&self) -> Result<FetchedKeys, SourceError> {
        let jwks_uri = match &self.place {
            Place::At(jwks_uri) => jwks_uri.clone(),
            Place::Discovered { issuer, metadata } => self.discover(issuer, metadata).await?,
        };
        let fetched = self.document(&jwks_uri).await?;
        Ok(FetchedKeys { keys: KeySet::parse(&fetched.body)?, max_age: fetched.max_age() })
    }

    /// Asks each place in turn; only a client error, such as 404, leads on to the next.
    async fn discover(&self, issuer: &str, metadata: &[Url]) -> Result<Url, SourceError> {
        let mut missing = SourceError::Status(404);
        for url in metadata {
            match self.document(url).await {
                Ok(fetched) => {
                    let metadata: Metadata = fetched.json()?;
                    // RFC 8414 §3.3: identical to the issuer that was asked.
                    return if metadata.issuer == issuer { Ok(metadata.jwks_uri) } else { Err(SourceError::Issuer) };
                }
                Err(SourceError::Status(status)) if (400..500).contains(&status) => {
                    missing = SourceError::Status(status);
                }
                Err(error) => return Err(error),
            }
        }
        Err(missing)
    }

    async fn document(&self, url: &Url) -> Result<Fetched, SourceError> {
        let fetched = self.outbound.fetch_json(url).await?;
        if fetched.status == 200 { Ok(fetched) } else { Err(SourceError::Status(fetched.status)) }
    }
}

/// Returns where the metadata may be, in the order MCP clients look for it.
fn metadata_urls(issuer: &str) -> Option<[Url; 3]> {
    let issuer = Url::parse(issuer).ok()?;
    let is_plain =
        matches!(issuer.scheme(), "https" | "http") && issuer.username().is_empty() && issuer.password().is_none();
    if !is_plain || issuer.query().is_some() || issuer.fragment().is_some() {
        return None;
    }
    let path = issuer.path().trim_end_matches('/');
    let at = |path: String| {
        let mut url = issuer.clone();
        url.set_path(&path);
        url
    };
    Some([
        at(format!("/.well-known/oauth-authorization-server{path}")),
        at(format!("/.well-known/openid-configuration{path}")),
        at(format!("{path}/.well-known/openid-configuration")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_looked_for_with_the_path_inserted_first() {
        let urls = metadata_urls("https://issuer.example/tenant").unwrap();

        assert_eq!(
            urls.map(String::from),
            [
                "https://issuer.example/.well-known/oauth-authorization-server/tenant",
                "https://issuer.example/.well-known/openid-configuration/tenant",
                "https://issuer.example/tenant/.well-known/openid-configuration",
            ]
        );
    }

    #[test]
    fn an_issuer_has_a_host_and_no_query_fragment_or_user() {
        for issuer in [
            "issuer.example",
            "urn:issuer",
            "ftp://issuer.example",
            "file:///issuer",
            "https://issuer.example?a=b",
            "https://issuer.example#a",
            "https://alice@issuer.example",
            "https://:secret@issuer.example",
        ] {
            assert!(metadata_urls(issuer).is_none(), "{issuer}");
        }
    }
}
