//! A guarded route and what stands around it, over requests and a loopback issuer.
#![cfg(test)]

mod asked;
mod clock;
mod issuer;
mod requests;

mod cors;
mod dpop;
mod guard;
mod hosts;
mod introspection;
mod jwks;
mod kept_answers;
mod metadata;
