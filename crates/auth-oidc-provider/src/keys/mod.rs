//! Signing keys: one active for each algorithm, the private half sealed at rest. And those of clients.

mod client_keys;
mod generate;
mod keyring;
mod remote;
mod rotation;

pub(crate) use client_keys::{BadSignature, ClientKeySet};
pub(crate) use keyring::Keyring;
pub(crate) use remote::{RemoteKeys, Wanted};
pub(crate) use rotation::{Occasion, Schedule, is_taken, turn};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;

/// The algorithms the provider signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256: the default.
    Es256,
    /// RSA: understood everywhere, and the slowest.
    Rs256,
    /// Ed25519.
    EdDsa,
}

impl SigningAlgorithm {
    /// All of them, the default first.
    pub(crate) const ALL: [Self; 3] = [Self::Es256, Self::Rs256, Self::EdDsa];

    /// The name in JOSE headers and metadata.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads a name; an unknown one means the default.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }

    /// The `at_hash` of an access token: over the hash the signature uses, SHA-512 for Ed25519
    /// (OpenID Connect Core §3.1.3.6).
    pub(crate) fn at_hash(self, access_token: &str, sha256: fn(&str) -> String) -> String {
        match self {
            Self::Es256 | Self::Rs256 => sha256(access_token),
            Self::EdDsa => {
                let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA512, access_token.as_bytes());
                let left: Vec<u8> = hash.as_ref().iter().copied().take(32).collect();
                URL_SAFE_NO_PAD.encode(left)
            }
        }
    }

    pub(crate) fn jose(self) -> Algorithm {
        match self {
            Self::Es256 => Algorithm::ES256,
            Self::Rs256 => Algorithm::RS256,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}

/// What a signed token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    IdToken,
    AccessToken,
    UserInfo,
    Introspection,
}

impl TokenKind {
    /// The `typ` of its header: RFC 9068 §2.1 for access tokens, RFC 9701 §5 for introspection. Userinfo has a
    /// type that nothing else has, so that nobody takes it for an ID token, which has the same issuer, audience
    /// and subject (RFC 8725 §3.11).
    pub(crate) fn typ(self) -> &'static str {
        match self {
            Self::IdToken => "JWT",
            Self::AccessToken => "at+jwt",
            Self::UserInfo => "userinfo+jwt",
            Self::Introspection => "token-introspection+jwt",
        }
    }
}

/// Why a key could not be made, read or used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("the database was sealed with another secret: use the one it was made with, or empty the table jwks")]
    OtherSecret,
    #[error("the signing key {0} is damaged")]
    Damaged(String),
    #[error("no signing key for {0} is loaded")]
    Missing(&'static str),
    #[error("the cryptography library failed to make a key")]
    Generate,
    #[error("the signature could not be made")]
    Sign(#[source] jsonwebtoken::errors::Error),
    #[error(transparent)]
    Random(#[from] auth_core::NoRandomness),
    #[error(transparent)]
    Database(#[from] sea_orm::DbErr),
}
