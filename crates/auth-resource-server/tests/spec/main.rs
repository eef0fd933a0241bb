//! A guarded route and what stands around it, over requests and a loopback issuer.
#![cfg(test)]

mod clock;
mod issuer;
mod requests;

mod cors;
mod dpop;
mod guard;
mod hosts;
mod jwks;
mod metadata;
