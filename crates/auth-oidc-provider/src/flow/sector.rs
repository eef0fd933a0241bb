//! Whether the redirect URIs of a client belong to the sector it names. OpenID Connect Registration §5.

use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::registration::{AcceptedClient, judge_sector_document};
use url::Url;

use crate::documents;
use crate::provider::Provider;

/// Fetches what a `sector_identifier_uri` leads to, through the guarded client, and judges it. It is not
/// kept: each registration and each change of one is judged by what is there then.
pub(super) async fn judge(provider: &Provider, accepted: &AcceptedClient) -> Result<(), OAuthError> {
    let uri = accepted.sector.as_ref().and_then(|sector| sector.identifier_uri.as_deref());
    let Some(uri) = uri else { return Ok(()) };
    let document = fetched(provider, uri).await.ok_or_else(|| {
        OAuthError::new(OAuthErrorCode::InvalidClientMetadata, "the sector_identifier_uri cannot be fetched")
    })?;
    judge_sector_document(&document, &accepted.redirect_uris)
}

async fn fetched(provider: &Provider, uri: &str) -> Option<Vec<u8>> {
    let url = Url::parse(uri).ok()?;
    let Some(_slot) = documents::place(provider, "sector", url.host_str()?).await else {
        tracing::info!("sector.too_many");
        return None;
    };
    match provider.outbound()?.fetch_json(&url).await {
        Ok(fetched) if fetched.status == 200 => Some(fetched.body),
        Ok(fetched) => {
            tracing::info!(status = fetched.status, "sector.refused");
            None
        }
        Err(error) => {
            tracing::info!(%error, "sector.unreachable");
            None
        }
    }
}
