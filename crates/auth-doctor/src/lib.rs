#![doc = include_str!("../README.md")]

mod authorization;
mod catalogue;
mod challenge;
mod discovery;
mod doctor;
mod document;
mod exchange;
mod journey;
mod person;
mod profile;
mod registration;
mod report;
mod rule;
mod tokens;

pub use catalogue::{InvalidProfile, profiles};
pub use doctor::Doctor;
pub use person::{Person, Trial};
pub use profile::{
    Check, Discovery, Evidence, Fact, OfflineAccess, Profile, RefreshHabit, Registration, ResourceFrom, ResourcePlace,
    ResourceUse, RunsAs, ScopeFrom, ScopeUse, ServerPlace,
};
pub use registration::{Signer, metadata_document};
pub use report::{Examination, Outcome, Report, Step};
pub use rule::{Failure, Rule};
