//! The keys in memory: to sign with, to verify with, to publish.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use auth_core::database::{begin_write, retrying};
use auth_core::{AuthContext, OpenError, Sealing};
use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{DecodingKey, EncodingKey, Header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::generate::{encoding_key, private_key, public_jwk};
use super::rotation::is_taken;
use super::{KeyError, SigningAlgorithm, TokenKind};
use crate::entity::key;
use crate::store;

/// All keys of a provider.
#[derive(Clone, Default)]
pub(crate) struct Keyring(Arc<RwLock<Arc<Loaded>>>);

#[derive(Default)]
struct Loaded {
    active: HashMap<SigningAlgorithm, (String, EncodingKey)>,
    published: Vec<Published>,
    /// The document as long as none of the keys has come to its end.
    document: Bytes,
}

/// A key that tokens are verified with.
struct Published {
    kid: String,
    jwk: Jwk,
    algorithm: SigningAlgorithm,
    decoding: DecodingKey,
    until: Option<DateTime<Utc>>,
}

impl Published {
    fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.until.is_some_and(|end| end <= now)
    }
}

impl Loaded {
    fn document_of<'a>(keys: impl Iterator<Item = &'a Published>) -> Result<Bytes, serde_json::Error> {
        let keys = keys.map(|key| key.jwk.clone()).collect();
        Ok(Bytes::from(serde_json::to_vec(&JwkSet { keys })?))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(..)")
    }
}

impl Keyring {
    /// Loads all keys and makes those that are missing. Safe to run in several instances at once.
    #[tracing::instrument(skip_all)]
    pub(crate) async fn load(&self, cx: &AuthContext) -> Result<(), KeyError> {
        let mut rows = store::key::all(cx.db()).await?;
        if SigningAlgorithm::ALL.iter().any(|algorithm| !has_active(&rows, *algorithm)) {
            make_missing(cx).await?;
            rows = store::key::all(cx.db()).await?;
        }
        reseal(cx, &rows).await?;
        let mut loaded = Loaded::default();
        for row in &rows {
            if row.expires_at.is_some_and(|end| end <= cx.now()) {
                continue;
            }
            // Rows that another product wrote name no algorithm of ours: they are not published.
            let Some(algorithm) = SigningAlgorithm::parse(&row.alg) else { continue };
            let damaged = || KeyError::Damaged(row.id.clone());
            let jwk: Jwk = serde_json::from_str(&row.public_key).map_err(|_| damaged())?;
            let decoding = DecodingKey::from_jwk(&jwk).map_err(|_| damaged())?;
            let kid = jwk.common.key_id.clone().ok_or_else(damaged)?;
            if row.slot.as_deref() == Some(algorithm.as_str()) {
                let pkcs8 = open(cx, row)?;
                loaded.active.insert(algorithm, (kid.clone(), encoding_key(algorithm, &pkcs8)?));
            }
            loaded.published.push(Published { kid, jwk, algorithm, decoding, until: row.expires_at });
        }
        loaded.document = Loaded::document_of(loaded.published.iter()).map_err(|_| KeyError::Generate)?;
        let kids = |loaded: &Loaded| loaded.published.iter().map(|key| key.kid.clone()).collect::<Vec<_>>();
        if kids(&loaded) != kids(&self.loaded()) {
            tracing::info!(keys = loaded.published.len(), "keys.loaded");
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
        Ok(())
    }

    /// The JWKS document: a retired key is in it until its end, also where the app is not started anew.
    pub(crate) fn document(&self, now: DateTime<Utc>) -> Bytes {
        let loaded = self.loaded();
        if !loaded.published.iter().any(|key| key.is_over(now)) {
            return loaded.document.clone();
        }
        let keys = loaded.published.iter().filter(|key| !key.is_over(now));
        Loaded::document_of(keys).unwrap_or_else(|_| loaded.document.clone())
    }

    /// Signs claims with the active key of an algorithm. The type in the header keeps one kind of token
    /// from being taken for another (RFC 8725 §3.11).
    pub(crate) fn sign<C: Serialize>(
        &self,
        algorithm: SigningAlgorithm,
        token: TokenKind,
        claims: &C,
    ) -> Result<String, KeyError> {
        let loaded = self.loaded();
        let (kid, key) = loaded.active.get(&algorithm).ok_or(KeyError::Missing(algorithm.as_str()))?;
        let mut header = Header::new(algorithm.jose());
        header.typ = Some(token.typ().to_owned());
        header.kid = Some(kid.clone());
        jsonwebtoken::encode(&header, claims, key).map_err(KeyError::Sign)
    }

    /// Reads the claims of a token one of our published keys has signed, whatever its expiry and
    /// audience: the caller judges those. Only the algorithm of the key itself is accepted.
    pub(crate) fn verify<C: DeserializeOwned>(&self, token: &str, now: DateTime<Utc>) -> Option<C> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref().is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
            return None;
        }
        let loaded = self.loaded();
        let kid = header.kid?;
        let key = loaded.published.iter().find(|key| key.kid == kid && !key.is_over(now))?;
        let mut rules = jsonwebtoken::Validation::new(key.algorithm.jose());
        rules.validate_exp = false;
        rules.validate_aud = false;
        rules.required_spec_claims.clear();
        jsonwebtoken::decode::<C>(token, &key.decoding, &rules).ok().map(|token| token.claims)
    }

    fn loaded(&self) -> Arc<Loaded> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What a key is for an algorithm, of which there is one at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// It signs.
    Active,
    /// It is published, and signs later.
    Next,
}

impl Slot {
    /// The value of the unique column.
    pub(super) fn of(self, algorithm: SigningAlgorithm) -> String {
        match self {
            Self::Active => algorithm.as_str().to_owned(),
            Self::Next => format!("{}+next", algorithm.as_str()),
        }
    }

    fn state(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Next => "next",
        }
    }
}

fn has_active(rows: &[key::Model], algorithm: SigningAlgorithm) -> bool {
    rows.iter().any(|row| row.slot.as_deref() == Some(algorithm.as_str()))
}

/// Makes the keys that are missing. An instance that comes second finds the slot taken and uses
/// the key of the first.
async fn make_missing(cx: &AuthContext) -> Result<(), KeyError> {
    let mut rows = Vec::new();
    for algorithm in SigningAlgorithm::ALL {
        rows.push(new_row(cx, algorithm, Slot::Active)?);
    }
    let rows = &rows;
    retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        let there = store::key::all(&tx).await?;
        for row in rows {
            if !there.iter().any(|other| other.slot == row.slot) {
                store::key::insert(&tx, row.clone()).await?;
            }
        }
        tx.commit().await
    })
    .await
    .or_else(|error| if is_taken(&error) { Ok(()) } else { Err(KeyError::Database(error)) })
}

pub(super) fn new_row(cx: &AuthContext, algorithm: SigningAlgorithm, slot: Slot) -> Result<key::Model, KeyError> {
    let pkcs8 = private_key(algorithm)?;
    let jwk = public_jwk(algorithm, &encoding_key(algorithm, &pkcs8)?)?;
    // No thumbprint: a table of Better Auth on MySQL has room for 36 characters.
    let id = cx.new_id()?;
    let bound_to = bound_to(&id);
    let sealed = cx.keys().seal(cx.random(), &sealing(&bound_to), STANDARD.encode(&pkcs8).as_bytes())?;
    Ok(key::Model {
        public_key: serde_json::to_string(&jwk).map_err(|_| KeyError::Generate)?,
        private_key: sealed,
        alg: algorithm.as_str().to_owned(),
        state: slot.state().to_owned(),
        slot: Some(slot.of(algorithm)),
        created_at: cx.now(),
        activated_at: (slot == Slot::Active).then(|| cx.now()),
        expires_at: None,
        id,
    })
}

/// Seals private keys with the app secret of now, so that an earlier one can be taken away.
async fn reseal(cx: &AuthContext, rows: &[key::Model]) -> Result<(), KeyError> {
    for row in rows.iter().filter(|row| row.slot.is_some() && !cx.keys().is_current(&row.private_key)) {
        let pkcs8 = open(cx, row)?;
        let bound_to = bound_to(&row.id);
        let sealed = cx.keys().seal(cx.random(), &sealing(&bound_to), STANDARD.encode(&pkcs8).as_bytes())?;
        retrying(|| store::key::reseal(cx.db(), &row.id, &row.private_key, &sealed)).await?;
        tracing::info!(alg = row.alg, "key.resealed");
    }
    Ok(())
}

fn open(cx: &AuthContext, row: &key::Model) -> Result<Vec<u8>, KeyError> {
    let bound_to = bound_to(&row.id);
    let plain = cx.keys().open(&sealing(&bound_to), &row.private_key).map_err(|error| match error {
        OpenError::OtherSecret => KeyError::OtherSecret,
        OpenError::Damaged => KeyError::Damaged(row.id.clone()),
    })?;
    STANDARD.decode(plain.as_slice()).map_err(|_| KeyError::Damaged(row.id.clone()))
}

fn bound_to(id: &str) -> String {
    format!("jwks/{id}")
}

fn sealing(bound_to: &str) -> Sealing<'_> {
    Sealing { purpose: "signing-key", salt: b"", bound_to }
}
