//! Client authentication at the token, revocation and introspection endpoints. RFC 6749 §2.3.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::client_assertion::{ASSERTION_TYPE, claimed_client};
use crate::params::{Params, form_decode};
use crate::{OAuthError, OAuthErrorCode};

/// The largest length of Basic credentials, in bytes before decoding.
pub const MAX_BASIC_LENGTH: usize = 8192;

/// How a client authenticates, by the names of RFC 7591 §2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// Not at all: a public client.
    None,
    /// By secret in the `Authorization` header.
    ClientSecretBasic,
    /// By secret in the form.
    ClientSecretPost,
    /// By a JWT signed with its private key. OIDC Core §9.
    PrivateKeyJwt,
}

impl ClientAuthMethod {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::None, Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt];
    /// Those by which a client proves who it is.
    pub const WITH_PROOF: [Self; 3] = [Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt];

    /// The method as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// The method of that name, if it is known.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}

/// What a request presents as its client; `Debug` hides what proves it. RFC 6749 §2.3.
#[derive(Clone, PartialEq, Eq)]
pub enum PresentedClient {
    /// A `client_id` alone.
    Public {
        /// Who it claims to be.
        client_id: String,
    },
    /// Basic credentials.
    Basic {
        /// Who it claims to be.
        client_id: String,
        /// The secret, not yet checked.
        client_secret: String,
    },
    /// `client_id` and `client_secret` in the form.
    Post {
        /// Who it claims to be.
        client_id: String,
        /// The secret, not yet checked.
        client_secret: String,
    },
    /// A JWT that the client has signed. RFC 7523 §2.2.
    Assertion {
        /// Who it claims to be.
        client_id: String,
        /// The JWT, not yet checked.
        assertion: String,
    },
}

impl PresentedClient {
    /// Reads the one way of authentication a request uses, from its header and its form.
    ///
    /// # Errors
    ///
    /// `invalid_request` for two ways at once (RFC 6749 §2.3) or two different client ids;
    /// `invalid_client` for no client, another scheme than Basic, or malformed Basic credentials or
    /// assertion.
    pub fn from_request(authorization: Option<&str>, form: &Params) -> Result<Self, OAuthError> {
        let asserts = form.get("client_assertion").is_some() || form.get("client_assertion_type").is_some();
        let secret = form.get("client_secret");
        let ways = [authorization.is_some(), secret.is_some(), asserts];
        if ways.into_iter().filter(|used| *used).count() > 1 {
            return refuse(OAuthErrorCode::InvalidRequest, "the client authenticates in more than one way");
        }
        if asserts {
            return asserted(form);
        }
        if let Some(header) = authorization {
            return basic(header, form.get("client_id"));
        }
        let Some(client_id) = form.get("client_id").map(str::to_owned) else {
            return refuse(OAuthErrorCode::InvalidClient, "the request names no client");
        };

        Ok(match secret {
            Some(secret) => Self::Post { client_id, client_secret: secret.to_owned() },
            None => Self::Public { client_id },
        })
    }

    /// Who the request claims to be.
    pub fn client_id(&self) -> &str {
        match self {
            Self::Public { client_id }
            | Self::Basic { client_id, .. }
            | Self::Post { client_id, .. }
            | Self::Assertion { client_id, .. } => client_id,
        }
    }

    /// The method it uses.
    pub fn method(&self) -> ClientAuthMethod {
        match self {
            Self::Public { .. } => ClientAuthMethod::None,
            Self::Basic { .. } => ClientAuthMethod::ClientSecretBasic,
            Self::Post { .. } => ClientAuthMethod::ClientSecretPost,
            Self::Assertion { .. } => ClientAuthMethod::PrivateKeyJwt,
        }
    }
}

impl fmt::Debug for PresentedClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PresentedClient")
            .field("client_id", &self.client_id())
            .field("method", &self.method())
            .finish_non_exhaustive()
    }
}

/// Whether the request uses exactly the registered method; the secret itself is checked elsewhere.
///
/// # Errors
///
/// `invalid_client` for any other method, also a weaker or a stronger one. RFC 7591 §2.
pub fn judge_client_auth(registered: ClientAuthMethod, presented: &PresentedClient) -> Result<(), OAuthError> {
    if presented.method() == registered {
        return Ok(());
    }

    refuse(OAuthErrorCode::InvalidClient, "the client must authenticate by the method it registered")
}

/// Splits at the first colon and form-decodes each half. RFC 6749 §2.3.1, RFC 7617 §2.
fn basic(header: &str, form_client_id: Option<&str>) -> Result<PresentedClient, OAuthError> {
    let malformed = || OAuthError::new(OAuthErrorCode::InvalidClient, "the Basic credentials are malformed");
    let (scheme, credentials) = header.split_once(' ').ok_or_else(malformed)?;
    let credentials = credentials.trim_matches(' ');
    if !scheme.eq_ignore_ascii_case("Basic") || credentials.len() > MAX_BASIC_LENGTH {
        return Err(malformed());
    }
    let decoded = STANDARD.decode(credentials).map_err(|_| malformed())?;
    let mut halves = decoded.splitn(2, |byte| *byte == b':');
    let mut half = || {
        halves
            .next()
            .and_then(form_decode)
            .filter(|text| !text.is_empty() && !text.chars().any(char::is_control))
            .ok_or_else(malformed)
    };
    let client_id = half()?;
    let client_secret = half()?;

    if form_client_id.is_some_and(|other| other != client_id) {
        return refuse(OAuthErrorCode::InvalidRequest, "header and form name different clients");
    }
    Ok(PresentedClient::Basic { client_id, client_secret })
}

/// Reads whom a JWT claims to be from; a `client_id` beside it must say the same. RFC 7521 §4.2.
fn asserted(form: &Params) -> Result<PresentedClient, OAuthError> {
    if form.get("client_assertion_type") != Some(ASSERTION_TYPE) {
        return refuse(OAuthErrorCode::InvalidClient, "the client_assertion_type is not offered here");
    }
    let assertion = form.get("client_assertion").unwrap_or_default();
    let Some(client_id) = claimed_client(assertion) else {
        return refuse(OAuthErrorCode::InvalidClient, "the client_assertion is malformed");
    };
    if form.get("client_id").is_some_and(|other| other != client_id) {
        return refuse(OAuthErrorCode::InvalidRequest, "assertion and form name different clients");
    }

    Ok(PresentedClient::Assertion { client_id, assertion: assertion.to_owned() })
}

fn refuse<T>(code: OAuthErrorCode, description: &'static str) -> Result<T, OAuthError> {
    Err(OAuthError::new(code, description))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Params {
        Params::parse(text, &[]).unwrap()
    }

    fn header(credentials: impl AsRef<[u8]>) -> String {
        format!("Basic {}", STANDARD.encode(credentials))
    }

    fn presented(authorization: Option<&str>, text: &str) -> PresentedClient {
        PresentedClient::from_request(authorization, &form(text)).unwrap()
    }

    fn refusal(authorization: Option<&str>, text: &str) -> OAuthErrorCode {
        PresentedClient::from_request(authorization, &form(text)).unwrap_err().code
    }

    #[test]
    fn the_vector_of_rfc_6749_2_3_1_is_read() {
        let client = presented(Some("Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"), "");

        let (client_id, client_secret) = ("s6BhdRkqt3".to_owned(), "7Fjfp0ZBr1KtDRbnfVdmIw".to_owned());
        assert_eq!(client, PresentedClient::Basic { client_id, client_secret });
    }

    #[test]
    fn basic_credentials_are_form_decoded_and_split_at_the_first_colon() {
        let client = presented(Some(&header("https%3A%2F%2Fc%2Fid:a:b+c%2B%C3%A9")), "");

        let (client_id, client_secret) = ("https://c/id".to_owned(), "a:b c+é".to_owned());
        assert_eq!(client, PresentedClient::Basic { client_id, client_secret });
    }

    #[test]
    fn the_scheme_is_case_insensitive() {
        let lower = header("a:b").replace("Basic", "bASIC");

        assert_eq!(presented(Some(&lower), "").client_id(), "a");
    }

    #[test]
    fn the_form_gives_post_or_public() {
        assert_eq!(
            presented(None, "client_id=a&client_secret=b"),
            PresentedClient::Post { client_id: "a".to_owned(), client_secret: "b".to_owned() }
        );
        assert_eq!(
            presented(None, "client_id=a&client_secret="),
            PresentedClient::Public { client_id: "a".to_owned() }
        );
    }

    #[test]
    fn two_ways_at_once_are_an_invalid_request() {
        let basic = header("a:b");

        assert_eq!(refusal(Some(&basic), "client_id=a&client_secret=b"), OAuthErrorCode::InvalidRequest);
        assert_eq!(refusal(Some(&basic), "client_assertion=x"), OAuthErrorCode::InvalidRequest);
        assert_eq!(refusal(None, "client_id=a&client_secret=b&client_assertion=x"), OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn header_and_form_must_name_the_same_client() {
        let basic = header("a:b");

        assert_eq!(presented(Some(&basic), "client_id=a").client_id(), "a");
        assert_eq!(refusal(Some(&basic), "client_id=z"), OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn malformed_basic_credentials_are_an_invalid_client() {
        for bad in [
            "Basic".to_owned(),
            "Basic ".to_owned(),
            "Basic !!!".to_owned(),
            "Bearer abc".to_owned(),
            header("no-colon"),
            header(":secret"),
            header("id:"),
            header(b"id:\xff"),
            header("id:%00"),
            header("id:%ff"),
            format!("Basic {}", "A".repeat(MAX_BASIC_LENGTH + 4)),
        ] {
            assert_eq!(refusal(Some(&bad), ""), OAuthErrorCode::InvalidClient, "{bad}");
        }
    }

    #[test]
    fn no_client_at_all_is_an_invalid_client() {
        assert_eq!(refusal(None, ""), OAuthErrorCode::InvalidClient);
        assert_eq!(refusal(None, "client_secret=x"), OAuthErrorCode::InvalidClient);
    }

    #[test]
    fn an_assertion_names_its_client_and_nobody_else() {
        // {"alg":"none"}.{"sub":"a"}.
        let assertion = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.";
        let form = format!("client_assertion={assertion}&client_assertion_type={ASSERTION_TYPE}");
        let client = presented(None, &format!("{form}&client_id=a"));

        assert_eq!((client.client_id(), client.method()), ("a", ClientAuthMethod::PrivateKeyJwt));
        assert!(!format!("{client:?}").contains(assertion));
        assert_eq!(presented(None, &form), client);
        assert_eq!(refusal(None, &format!("{form}&client_id=b")), OAuthErrorCode::InvalidRequest);
        for wrong in [
            "client_assertion=x".to_owned(),
            format!("client_assertion={assertion}"),
            format!("client_assertion={assertion}&client_assertion_type=urn:other"),
            format!("client_assertion_type={ASSERTION_TYPE}&client_id=a"),
            format!("client_assertion=x&client_assertion_type={ASSERTION_TYPE}"),
        ] {
            assert_eq!(refusal(None, &wrong), OAuthErrorCode::InvalidClient, "{wrong}");
        }
    }

    #[test]
    fn only_the_registered_method_is_good() {
        let ways = [
            presented(None, "client_id=a"),
            presented(Some(&header("a:b")), ""),
            presented(None, "client_id=a&client_secret=b"),
            PresentedClient::Assertion { client_id: "a".to_owned(), assertion: String::new() },
        ];

        for registered in ClientAuthMethod::ALL {
            for way in &ways {
                let judged = judge_client_auth(registered, way);

                match judged {
                    Ok(()) => assert_eq!(way.method(), registered),
                    Err(error) => {
                        assert_ne!(way.method(), registered);
                        assert_eq!(error.code, OAuthErrorCode::InvalidClient);
                    }
                }
            }
        }
    }

    #[test]
    fn method_names_are_those_of_rfc_7591() {
        for name in ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"] {
            let method = ClientAuthMethod::parse(name).unwrap();

            assert_eq!(serde_json::to_value(method).unwrap(), name);
        }
        assert_eq!(ClientAuthMethod::parse("client_secret_jwt"), None);
    }

    #[test]
    fn debug_hides_the_secret() {
        let shown = format!("{:?}", presented(Some(&header("a:hush")), ""));

        assert!(shown.contains("ClientSecretBasic") && !shown.contains("hush"));
    }

    #[test]
    fn a_missing_secret_never_authenticates_a_confidential_client() {
        for form in ["client_id=a", "client_id=a&client_secret="] {
            for registered in [ClientAuthMethod::ClientSecretBasic, ClientAuthMethod::ClientSecretPost] {
                let error = judge_client_auth(registered, &presented(None, form)).unwrap_err();

                assert_eq!(error.code, OAuthErrorCode::InvalidClient, "{form}");
            }
        }
    }

    #[test]
    fn a_public_client_that_sends_a_secret_is_refused() {
        for way in [presented(None, "client_id=a&client_secret=b"), presented(Some(&header("a:b")), "")] {
            assert!(judge_client_auth(ClientAuthMethod::None, &way).is_err());
        }
    }

    #[test]
    fn a_megabyte_of_credentials_is_refused_unread() {
        let huge = format!("Basic {}", "A".repeat(1 << 20));

        assert_eq!(refusal(Some(&huge), ""), OAuthErrorCode::InvalidClient);
    }

    #[test]
    fn a_bearer_token_is_no_client_authentication() {
        assert_eq!(refusal(Some("Bearer abc"), "client_id=a"), OAuthErrorCode::InvalidClient);
        assert_eq!(refusal(Some("Bearer abc"), "client_id=a&client_secret=b"), OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn an_empty_header_is_malformed_and_not_a_public_client() {
        assert_eq!(refusal(Some(""), "client_id=a"), OAuthErrorCode::InvalidClient);
    }
}
