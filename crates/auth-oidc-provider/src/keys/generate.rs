//! Making keys.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::EncodingKey;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};

use super::{KeyError, SigningAlgorithm};

/// A new key in PKCS#8.
pub(super) fn private_key(algorithm: SigningAlgorithm) -> Result<Vec<u8>, KeyError> {
    let random = SystemRandom::new();
    match algorithm {
        SigningAlgorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .map(|key| key.as_ref().to_vec())
            .map_err(|_| KeyError::Generate),
        SigningAlgorithm::EdDsa => {
            Ed25519KeyPair::generate_pkcs8v1(&random).map(|key| key.as_ref().to_vec()).map_err(|_| KeyError::Generate)
        }
        SigningAlgorithm::Rs256 => KeyPair::generate(KeySize::Rsa2048)
            .and_then(|key| key.as_der().map(|der| der.as_ref().to_vec()))
            .map_err(|_| KeyError::Generate),
    }
}

/// Reads a PKCS#8 key for signing.
pub(super) fn encoding_key(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<EncodingKey, KeyError> {
    match algorithm {
        SigningAlgorithm::Es256 => Ok(EncodingKey::from_ec_der(pkcs8)),
        SigningAlgorithm::EdDsa => Ok(EncodingKey::from_ed_der(pkcs8)),
        // The DER reader of RSA keys takes PKCS#1 only; the PEM reader takes PKCS#8.
        SigningAlgorithm::Rs256 => {
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(pkcs8));
            EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| KeyError::Generate)
        }
    }
}

/// The public half as a JWK, named by its RFC 7638 thumbprint.
pub(super) fn public_jwk(algorithm: SigningAlgorithm, key: &EncodingKey) -> Result<Jwk, KeyError> {
    let mut jwk = Jwk::from_encoding_key(key, algorithm.jose()).map_err(|_| KeyError::Generate)?;
    let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyError::Generate)?;
    jwk.common.key_id = Some(kid);
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok(jwk)
}
