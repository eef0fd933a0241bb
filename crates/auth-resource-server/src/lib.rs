#![doc = include_str!("../README.md")]

mod challenge;
mod clock;
mod cors;
mod denial;
mod dpop;
mod gate;
mod host;
mod jwks;
mod loopback;
mod metadata;
mod origin;
mod reference;
mod refusal;
mod require_token;
mod token;

pub use challenge::InvalidChallenge;
pub use clock::{Clock, SystemClock};
pub use cors::cors;
pub use denial::Denial;
pub use dpop::{DPOP, DPOP_NONCE, MemoryProofs, Proofs, Proven, SIGNATURE_ALGORITHMS, hand_out_nonce};
pub use gate::{Gate, Guard, Guarded};
pub use host::HostRule;
pub use jwks::{InvalidIssuer, Jwks, JwksBuilder};
pub use metadata::{MetadataError, metadata_router};
pub use origin::OriginRule;
pub use require_token::{InvalidGuard, RequireToken, RequireTokenBuilder};
pub use token::{InvalidToken, VerifiedToken, Verifier, VerifyError};
