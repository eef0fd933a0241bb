#![doc = include_str!("../README.md")]

mod by_form;
mod challenge;
mod claims;
mod clock;
mod cors;
mod denial;
mod discovery;
mod dpop;
mod gate;
mod host;
mod introspection;
mod jwks;
mod loopback;
mod metadata;
mod origin;
mod reference;
mod refusal;
mod require_token;
mod token;

pub use by_form::ByForm;
pub use challenge::InvalidChallenge;
pub use clock::{Clock, SystemClock};
pub use cors::cors;
pub use denial::Denial;
pub use discovery::InvalidIssuer;
pub use dpop::{DPOP, DPOP_NONCE, MemoryProofs, Proofs, Proven, SIGNATURE_ALGORITHMS, hand_out_nonce};
pub use gate::{Gate, Guard, Guarded};
pub use host::HostRule;
pub use introspection::{ClientKey, Introspection, IntrospectionBuilder, IntrospectionClient, InvalidClientKey};
pub use jwks::{IssuerKeys, IssuerKeysBuilder, Jwks, JwksBuilder};
pub use metadata::{MetadataError, metadata_router};
pub use origin::OriginRule;
pub use require_token::{InvalidGuard, RequireToken, RequireTokenBuilder};
pub use token::{InvalidToken, VerifiedToken, Verifier, VerifyError};
