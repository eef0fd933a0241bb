//! The app secret, and what is derived from it: cookie signatures, sealed values, digests.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::random::{NoRandomness, Random};

/// The fewest bytes an app secret may have.
pub(crate) const MIN_SECRET_BYTES: usize = 32;

/// Values that stand in public examples and are no secrets.
const KNOWN_DEFAULTS: [&str; 4] = [
    "better-auth-secret-123456789",
    "better-auth-secret-12345678901234567890",
    "changemechangemechangemechangeme",
    "0123456789abcdef0123456789abcdef",
];

/// Values that stand in our own documentation: good enough on the reader's own machine.
const PUBLISHED: [&str; 2] = ["Qe0mS4vO8yB2pX6tD1kL5wZ9rH3nJ7gC", "an example secret that is long enough 1234"];

/// A secret the app was given. Prints nothing.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a secret.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// Says what is wrong with it, if anything is: too short, or a known default.
    pub fn weakness(&self) -> Option<String> {
        if self.0.len() < MIN_SECRET_BYTES {
            return Some(format!("{} bytes long", self.0.len()));
        }
        let distinct = self.0.bytes().collect::<std::collections::BTreeSet<_>>().len();
        if distinct < 2 || KNOWN_DEFAULTS.contains(&self.0.as_str()) {
            return Some("a known default".to_owned());
        }
        None
    }

    /// Its digest, as what a person or a client presents is compared with.
    pub fn digest(&self) -> String {
        digest(&self.0)
    }

    /// Says whether it looks typed rather than drawn: fewer than 10 distinct bytes.
    pub fn is_poor(&self) -> bool {
        self.0.bytes().collect::<std::collections::BTreeSet<_>>().len() < 10
    }

    /// Says whether it is printed in our documentation, so that anybody can sign with it.
    pub(crate) fn is_published(&self) -> bool {
        PUBLISHED.contains(&self.0.as_str())
    }

    fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Why a sealed value could not be opened.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum OpenError {
    /// It was sealed with another app secret.
    #[error("the value was sealed with another secret")]
    OtherSecret,
    /// It is not a sealed value, was changed, or belongs to another row.
    #[error("the sealed value is damaged")]
    Damaged,
}

/// Everything derived from the app secret, and from those before it.
///
/// Whatever is made, is made with the secret of now; what was made with an earlier one still counts.
#[derive(Clone)]
pub struct Keys {
    secret: Secret,
    previous: Vec<Secret>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(..)")
    }
}

impl Keys {
    /// Derives from this secret.
    pub fn new(secret: Secret) -> Self {
        Self { secret, previous: Vec::new() }
    }

    /// Keeps taking what earlier secrets have made, newest first.
    #[must_use]
    pub fn with_previous(mut self, previous: impl IntoIterator<Item = Secret>) -> Self {
        self.previous = previous.into_iter().collect();
        self
    }

    /// The secret of now, then those before it.
    fn all(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.secret).chain(&self.previous)
    }

    /// Signs a cookie value the way Better Auth does: `value.base64(HMAC-SHA256(secret, value))`.
    pub fn sign(&self, value: &str) -> String {
        let mac = mac(self.secret.bytes(), value.as_bytes()).finalize();
        format!("{value}.{}", STANDARD.encode(mac.into_bytes()))
    }

    /// Returns the value of a signed cookie, or nothing if the signature does not fit.
    pub fn verify<'a>(&self, signed: &'a str) -> Option<&'a str> {
        let (value, signature) = signed.rsplit_once('.')?;
        if signature.len() != 44 {
            return None;
        }
        let signature = STANDARD.decode(signature).ok()?;
        let fits = |secret: &Secret| mac(secret.bytes(), value.as_bytes()).verify_slice(&signature).is_ok();
        self.all().any(fits).then_some(value)
    }

    /// Computes a keyed tag over `value` for one purpose, as base64url.
    pub fn tag(&self, purpose: &str, value: &str) -> String {
        tag_of(&self.secret, purpose, value)
    }

    /// The tag of now, then those earlier secrets would have given: to find what was stored by one.
    pub fn tags(&self, purpose: &str, value: &str) -> impl Iterator<Item = String> {
        self.all().map(move |secret| tag_of(secret, purpose, value))
    }

    /// Compares a tag in constant time.
    pub fn tag_fits(&self, purpose: &str, value: &str, tag: &str) -> bool {
        let Ok(tag) = URL_SAFE_NO_PAD.decode(tag) else { return false };
        self.all().any(|secret| {
            let key = derive(secret, purpose, b"");
            mac(&key[..], value.as_bytes()).verify_slice(&tag).is_ok()
        })
    }

    /// Seals bytes so that they can be read back: XChaCha20-Poly1305 under a key for `purpose`.
    ///
    /// `salt` narrows the key further (a presented token, say; it may be empty), `bound_to` is
    /// authenticated beside it: a table and row id. Shape: `v1.<key id>.<nonce>.<ciphertext>`.
    ///
    /// # Errors
    /// [`NoRandomness`] when no nonce can be drawn.
    pub fn seal(&self, random: &dyn Random, what: &Sealing<'_>, plain: &[u8]) -> Result<String, NoRandomness> {
        let mut nonce = [0_u8; 24];
        random.fill(&mut nonce)?;
        let key = derive(&self.secret, what.purpose, what.salt);
        let cipher = <XChaCha20Poly1305 as chacha20poly1305::KeyInit>::new((&*key).into());
        let payload = Payload { msg: plain, aad: what.bound_to.as_bytes() };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| NoRandomness)?;
        Ok(format!("v1.{}.{}.{}", key_id(&self.secret), URL_SAFE_NO_PAD.encode(nonce), URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Opens what [`Keys::seal`] made.
    ///
    /// # Errors
    /// [`OpenError::OtherSecret`] when the app secret has changed, [`OpenError::Damaged`] otherwise.
    pub fn open(&self, what: &Sealing<'_>, sealed: &str) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let mut parts = sealed.split('.');
        let (Some("v1"), Some(key_id), Some(nonce), Some(text), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(OpenError::Damaged);
        };
        let secret = self.all().find(|secret| self::key_id(secret) == key_id).ok_or(OpenError::OtherSecret)?;
        let nonce = URL_SAFE_NO_PAD.decode(nonce).map_err(|_| OpenError::Damaged)?;
        let nonce = XNonce::try_from(&nonce[..]).map_err(|_| OpenError::Damaged)?;
        let text = URL_SAFE_NO_PAD.decode(text).map_err(|_| OpenError::Damaged)?;
        let key = derive(secret, what.purpose, what.salt);
        let cipher = <XChaCha20Poly1305 as chacha20poly1305::KeyInit>::new((&*key).into());
        cipher
            .decrypt(&nonce, Payload { msg: &text, aad: what.bound_to.as_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| OpenError::Damaged)
    }

    /// Says whether a value was sealed with the secret of now. One that was not should be sealed again
    /// before the earlier secret is taken away.
    pub fn is_current(&self, sealed: &str) -> bool {
        sealed.split('.').nth(1) == Some(key_id(&self.secret).as_str())
    }
}

/// A short public name of a secret, so that a value sealed with another one is recognised.
fn key_id(secret: &Secret) -> String {
    let tag = mac(secret.bytes(), b"auth/v1/key-id").finalize().into_bytes();
    URL_SAFE_NO_PAD.encode(tag).chars().take(8).collect()
}

fn tag_of(secret: &Secret, purpose: &str, value: &str) -> String {
    let key = derive(secret, purpose, b"");
    URL_SAFE_NO_PAD.encode(mac(&key[..], value.as_bytes()).finalize().into_bytes())
}

/// One key per purpose and salt: HMAC-SHA256 of both under the secret.
fn derive(secret: &Secret, purpose: &str, salt: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut mac = mac(secret.bytes(), b"auth/v1/");
    mac.update(purpose.as_bytes());
    mac.update(&[0]);
    mac.update(salt);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// What a sealed value is for and which row it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Sealing<'a> {
    /// The use the key is derived for.
    pub purpose: &'a str,
    /// A further secret that must be at hand to open it; may be empty.
    pub salt: &'a [u8],
    /// The table and row the value belongs to; authenticated, not hidden.
    pub bound_to: &'a str,
}

/// Returns the form in which a credential is stored: `sha256:` and 43 characters of base64url.
///
/// Only for values with at least 128 random bits: a digest of a short code could be searched.
pub fn digest(credential: &str) -> String {
    format!("sha256:{}", URL_SAFE_NO_PAD.encode(Sha256::digest(credential.as_bytes())))
}

fn mac(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length, RFC 2104 §2")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(message);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    const ROW: Sealing<'_> = Sealing { purpose: "test", salt: b"", bound_to: "jwks/1" };

    fn keys(secret: &str) -> Keys {
        Keys::new(Secret::new(secret))
    }

    #[test]
    fn a_signed_value_verifies_and_a_changed_one_does_not() {
        let keys = keys("a secret of more than thirty-two bytes");
        let signed = keys.sign("v.a+b/c=");

        assert_eq!(keys.verify(&signed), Some("v.a+b/c="));
        assert_eq!(keys.verify(&signed.replace("v.a", "v.b")), None);
        assert_eq!(keys.verify("v"), None);
        assert_eq!(keys.verify("v."), None);
    }

    #[test]
    fn a_sealed_value_opens_only_for_its_row_its_purpose_and_its_secret() {
        let ours = keys("a secret of more than thirty-two bytes");
        let sealed = ours.seal(&SystemRandom, &ROW, b"private").unwrap();

        assert_eq!(ours.open(&ROW, &sealed).unwrap().as_slice(), b"private");
        for other in
            [Sealing { bound_to: "jwks/2", ..ROW }, Sealing { purpose: "other", ..ROW }, Sealing { salt: b"x", ..ROW }]
        {
            assert_eq!(ours.open(&other, &sealed), Err(OpenError::Damaged));
        }
        let theirs = keys("another secret of more than 32 bytes");
        assert_eq!(theirs.open(&ROW, &sealed), Err(OpenError::OtherSecret));
        assert_eq!(ours.open(&ROW, "junk"), Err(OpenError::Damaged));
    }

    #[test]
    fn what_an_earlier_secret_has_made_still_counts_and_nothing_is_made_with_it() {
        let old = keys("a secret of more than thirty-two bytes");
        let both = keys("another secret of more than 32 bytes")
            .with_previous([Secret::new("a secret of more than thirty-two bytes")]);
        let new = keys("another secret of more than 32 bytes");
        let (signed, sealed) = (old.sign("v"), old.seal(&SystemRandom, &ROW, b"private").unwrap());
        let tag = old.tag("test", "v");

        assert_eq!(both.verify(&signed), Some("v"));
        assert!(both.tag_fits("test", "v", &tag) && both.tags("test", "v").any(|other| other == tag));
        assert_eq!(both.open(&ROW, &sealed).unwrap().as_slice(), b"private");
        assert!(!both.is_current(&sealed));
        let again = both.seal(&SystemRandom, &ROW, b"private").unwrap();
        assert!(both.is_current(&again));
        assert_eq!(new.open(&ROW, &again).unwrap().as_slice(), b"private");
        assert_eq!((new.verify(&both.sign("v")), both.tag("test", "v")), (Some("v"), new.tag("test", "v")));
        assert_eq!((new.verify(&signed), new.tag_fits("test", "v", &tag)), (None, false));
    }

    #[test]
    fn a_weak_secret_is_named_as_such() {
        assert!(Secret::new("short").weakness().is_some());
        assert!(Secret::new("a".repeat(40)).weakness().is_some());
        assert!(Secret::new("changemechangemechangemechangeme").weakness().is_some());
        assert!(Secret::new("q8Zk2vP0sT7xLw4nR6yB1mD9cF3hJ5gK").weakness().is_none());
        assert_eq!(format!("{:?}", Secret::new("x")), "Secret(..)");
    }
}
