//! How a client knows people: by one name everywhere, or by names of its own. OIDC Core §8, OIDC
//! Registration §5.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{ClientMetadata, RegistrationPolicy, acceptance};
use crate::redirect_uri::RedirectUri;
use crate::{OAuthError, OAuthErrorCode};

/// The largest length of a sector, in bytes: that of a host name. RFC 1035 §2.3.4.
pub const MAX_SECTOR_LENGTH: usize = 253;

/// The kinds of `sub`, by the names of the wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectType {
    /// A person has one `sub` for all clients.
    #[default]
    Public,
    /// A person has another `sub` in each sector.
    Pairwise,
}

impl SubjectType {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Public, Self::Pairwise];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Pairwise => "pairwise",
        }
    }
}

/// Where people have names of their own: one host, for all clients that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sector {
    /// The host.
    pub host: String,
    /// The document that says which redirect URIs belong to it; none where all are of that host.
    pub identifier_uri: Option<String>,
}

/// Judges which names a client gets for people: none of its own means `public`.
///
/// A `sector_identifier_uri` is kept only of a client that needs one; the caller fetches it and judges
/// what is there with [`judge_sector_document`].
///
/// # Errors
///
/// `invalid_client_metadata` for an unknown type, and for a pairwise client whose sector is unclear: it
/// names no document, and its redirect URIs are not all of one host on the web. Programs on people's own
/// machines share their hosts with every other program there.
pub(super) fn judge_subject_type(
    request: &ClientMetadata,
    redirect_uris: &[RedirectUri],
    policy: &RegistrationPolicy,
) -> Result<Option<Sector>, OAuthError> {
    match request.subject_type.as_deref().filter(|name| !name.is_empty()) {
        None => return Ok(None),
        Some(name) if name == SubjectType::Public.as_str() => return Ok(None),
        Some(name) if name == SubjectType::Pairwise.as_str() => {}
        Some(_) => return refuse("subject_type must be public or pairwise"),
    }
    let sector = match request.sector_identifier_uri.as_deref() {
        Some(uri) => {
            let uri = acceptance::display_uri(uri).or_else(|| local_document(uri, policy));
            let host = uri.as_deref().and_then(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned));
            host.map(|host| Sector { host, identifier_uri: uri })
                .ok_or_else(|| refusal("the sector_identifier_uri must be an https URL"))?
        }
        None => Sector { host: only_host(redirect_uris)?.to_owned(), identifier_uri: None },
    };
    if sector.host.len() > MAX_SECTOR_LENGTH {
        return refuse("the host of the sector is too long");
    }
    Ok(Some(sector))
}

/// A URL on this machine, where the policy has such.
fn local_document(uri: &str, policy: &RegistrationPolicy) -> Option<String> {
    let is_local = policy.local_documents && RedirectUri::parse(uri).is_ok_and(|uri| uri.is_loopback());
    is_local.then(|| uri.to_owned())
}

/// The one host on the web that all redirect URIs are of. OIDC Core §8.1.
///
/// # Errors
///
/// `invalid_client_metadata` where there is none.
pub fn only_host(redirect_uris: &[RedirectUri]) -> Result<&str, OAuthError> {
    let mut hosts = redirect_uris.iter().map(|uri| {
        let is_on_the_web = !uri.is_private_use() && !uri.is_loopback();
        is_on_the_web.then(|| uri.display_target())
    });
    let first = hosts.next().flatten();
    match first {
        Some(first) if hosts.all(|host| host == Some(first)) => Ok(first),
        Some(_) | None => refuse("a pairwise client needs a sector_identifier_uri, or redirect_uris of one host"),
    }
}

/// Judges what was found at a `sector_identifier_uri`: a list that holds every redirect URI, character by
/// character.
///
/// # Errors
///
/// `invalid_client_metadata` for anything else.
pub fn judge_sector_document(document: &[u8], redirect_uris: &[RedirectUri]) -> Result<(), OAuthError> {
    let Ok(listed) = serde_json::from_slice::<Vec<String>>(document) else {
        return refuse("the sector_identifier_uri leads to no list of redirect URIs");
    };
    if redirect_uris.iter().all(|uri| listed.iter().any(|text| text == uri.as_str())) {
        return Ok(());
    }
    refuse("the sector_identifier_uri does not list every redirect URI")
}

fn refuse<T>(description: &'static str) -> Result<T, OAuthError> {
    Err(refusal(description))
}

fn refusal(description: &'static str) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidClientMetadata, description)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uris(uris: &[&str]) -> Vec<RedirectUri> {
        uris.iter().map(|uri| RedirectUri::parse(uri).unwrap()).collect()
    }

    fn metadata(subject_type: Option<&str>, sector: Option<&str>) -> ClientMetadata {
        let (subject_type, sector_identifier_uri) = (subject_type.map(str::to_owned), sector.map(str::to_owned));
        ClientMetadata { subject_type, sector_identifier_uri, ..ClientMetadata::default() }
    }

    fn judged(subject_type: &str, sector: Option<&str>, redirects: &[&str]) -> Result<Option<String>, OAuthErrorCode> {
        judge_subject_type(&metadata(Some(subject_type), sector), &uris(redirects), &RegistrationPolicy::default())
            .map(|sector| sector.map(|sector| sector.host))
            .map_err(|error| error.code)
    }

    #[test]
    fn without_a_type_people_have_one_name() {
        let redirects = uris(&["https://a.example/cb"]);

        for public in [None, Some(""), Some("public")] {
            let asked = metadata(public, Some("http://127.0.0.1/"));
            let with_uri = judge_subject_type(&asked, &redirects, &RegistrationPolicy::default());
            assert_eq!(with_uri, Ok(None), "nothing is kept that nobody needs");
        }
        assert_eq!(judged("Pairwise", None, &["https://a.example/cb"]), Err(OAuthErrorCode::InvalidClientMetadata));
    }

    #[test]
    fn the_sector_is_the_one_host_of_the_redirects() {
        let sector = |redirects: &[&str]| judged("pairwise", None, redirects);
        let unclear = Err(OAuthErrorCode::InvalidClientMetadata);

        assert_eq!(sector(&["https://A.example/cb", "https://a.example:8443/other"]), Ok(Some("a.example".to_owned())));
        assert_eq!(sector(&["https://a.example/cb", "https://b.example/cb"]), unclear);
        assert_eq!(sector(&["https://a.example/cb", "http://127.0.0.1/cb"]), unclear);
        assert_eq!(sector(&["http://localhost/cb"]), unclear, "every program of this machine has this host");
        assert_eq!(sector(&["cursor://anysphere.cursor-mcp/oauth/callback"]), unclear);
        assert_eq!(sector(&[]), unclear);
        let long = format!("https://{}.example/cb", ["a"; 130].join("."));
        assert_eq!(sector(&[&long]), unclear);
    }

    #[test]
    fn or_that_of_the_document_which_names_them() {
        let sector = |uri: &str| judged("pairwise", Some(uri), &["https://a.example/cb", "http://127.0.0.1/cb"]);

        assert_eq!(sector("https://all.example/redirects.json"), Ok(Some("all.example".to_owned())));
        for wrong in ["http://all.example/", "https://u@all.example/", "file:///etc/passwd", "https://", "x", ""] {
            assert_eq!(sector(wrong), Err(OAuthErrorCode::InvalidClientMetadata), "{wrong}");
        }
    }

    #[test]
    fn it_is_on_this_machine_only_where_the_policy_says_so() {
        let policy = RegistrationPolicy { local_documents: true, ..RegistrationPolicy::default() };
        let sector = |uri, policy: &RegistrationPolicy| {
            judge_subject_type(&metadata(Some("pairwise"), Some(uri)), &uris(&["https://a.example/cb"]), policy)
        };

        assert_eq!(sector("http://127.0.0.1:4711/s", &policy).unwrap().unwrap().host, "127.0.0.1");
        assert!(sector("http://127.0.0.1:4711/s", &RegistrationPolicy::default()).is_err());
        assert!(sector("http://a.example/s", &policy).is_err());
    }

    #[test]
    fn the_document_lists_every_redirect() {
        let redirects = uris(&["https://a.example/cb", "https://b.example/cb"]);
        let judged = |document: &str| judge_sector_document(document.as_bytes(), &redirects).map_err(|e| e.code);

        assert_eq!(judged(r#"["https://b.example/cb", "https://c.example/", "https://a.example/cb"]"#), Ok(()));
        let deep = "[".repeat(10_000);
        for wrong in [
            "[]",
            r#"["https://a.example/cb"]"#,
            r#"["https://a.example/cb", "https://b.example/cb/"]"#,
            "{}",
            "",
            &deep,
        ] {
            assert_eq!(judged(wrong), Err(OAuthErrorCode::InvalidClientMetadata), "{wrong}");
        }
    }
}
