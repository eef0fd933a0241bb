#![doc = include_str!("../README.md")]

mod challenge;
mod clock;
mod cors;
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
pub use gate::{Gate, Guard, Guarded};
pub use host::HostRule;
pub use jwks::{InvalidIssuer, Jwks, JwksBuilder};
pub use metadata::{MetadataError, metadata_router};
pub use origin::OriginRule;
pub use require_token::{Denial, RequireToken, RequireTokenBuilder};
pub use token::{InvalidToken, VerifiedToken, Verifier, VerifyError};
