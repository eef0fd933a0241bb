//! The metadata of an issuer, from where it publishes it. RFC 8414 §3.

use auth_outbound::{Fetched, Outbound, OutboundError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

/// An issuer whose metadata cannot be found, because it is not a plain `https` URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an issuer URL")]
pub struct InvalidIssuer(pub(crate) String);

/// Why a document of an issuer cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DiscoveryError {
    #[error("the fetch failed")]
    Fetch(#[from] OutboundError),
    #[error("the answer had status {0}")]
    Status(u16),
    #[error("the document cannot be read")]
    Document(#[from] serde_json::Error),
    #[error("the metadata is of another issuer")]
    Issuer,
}

/// Where the metadata of an issuer may be.
pub(crate) struct Discovery {
    outbound: Outbound,
    issuer: String,
    places: [Url; 3],
}

/// The one member every document must have.
#[derive(Deserialize)]
struct Named {
    issuer: String,
}

impl Discovery {
    pub(crate) fn of(outbound: Outbound, issuer: &str) -> Result<Self, InvalidIssuer> {
        let places = metadata_urls(issuer).ok_or_else(|| InvalidIssuer(issuer.to_owned()))?;
        Ok(Self { outbound, issuer: issuer.to_owned(), places })
    }

    /// Reads some members of the metadata; the others may be anything. Each place is asked in turn; only a client
    /// error, such as 404, leads on to the next.
    pub(crate) async fn metadata<T: DeserializeOwned>(&self) -> Result<T, DiscoveryError> {
        let mut missing = DiscoveryError::Status(404);
        for url in &self.places {
            match document(&self.outbound, url).await {
                Ok(fetched) => {
                    let Named { issuer } = fetched.json()?;
                    // RFC 8414 §3.3: identical to the issuer that was asked.
                    return if issuer == self.issuer { Ok(fetched.json()?) } else { Err(DiscoveryError::Issuer) };
                }
                Err(DiscoveryError::Status(status)) if (400..500).contains(&status) => {
                    missing = DiscoveryError::Status(status);
                }
                Err(error) => return Err(error),
            }
        }
        Err(missing)
    }
}

/// Fetches a document that has to be there.
pub(crate) async fn document(outbound: &Outbound, url: &Url) -> Result<Fetched, DiscoveryError> {
    let fetched = outbound.fetch_json(url).await?;
    if fetched.status == 200 { Ok(fetched) } else { Err(DiscoveryError::Status(fetched.status)) }
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
