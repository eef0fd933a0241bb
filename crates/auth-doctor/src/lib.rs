#![doc = include_str!("../README.md")]

mod catalogue;
mod profile;

pub use catalogue::{InvalidProfile, profiles};
pub use profile::{
    Check, Evidence, Fact, OfflineAccess, Profile, RefreshHabit, Registration, ResourceFrom, ResourceUse, RunsAs,
    ScopeFrom, ScopeUse,
};
