//! Examines a server in the way of each client.

use std::fmt;
use std::sync::Arc;

use url::Url;

use crate::catalogue::{InvalidProfile, profiles};
use crate::exchange::{Exchange, shown};
use crate::journey::{Attended, Journey};
use crate::person::{Person, Trial};
use crate::profile::Profile;
use crate::registration::Signer;
use crate::report::Examination;
use crate::rule::Failure;

/// Where the page of a client in a browser is served from.
const PAGE: &str = "http://localhost:6274";

/// Walks through a server as clients do.
///
/// Alone it goes as far as a client comes without a person: discovery, registration, the page that asks, and how the
/// token endpoint and the MCP route refuse. With somebody who signs in it goes to the end.
pub struct Doctor {
    profiles: Vec<Profile>,
    attended: Option<Attended>,
}

impl fmt::Debug for Doctor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clients: Vec<_> = self.profiles.iter().map(|profile| &profile.name).collect();
        f.debug_struct("Doctor").field("clients", &clients).finish_non_exhaustive()
    }
}

impl Doctor {
    /// Looks in the way of the specification, and of every client that is known.
    ///
    /// # Errors
    /// [`InvalidProfile`] names the first file that is not of the documented shape.
    pub fn new() -> Result<Self, InvalidProfile> {
        let mut all = vec![Profile::specification()];
        all.extend(profiles()?);
        Ok(Self { profiles: all, attended: None })
    }

    /// Looks in the way of those alone whose name has one of these words in it, whatever the case.
    #[must_use]
    pub fn only(mut self, words: &[String]) -> Self {
        let is_meant = |profile: &Profile| {
            let name = profile.name.to_lowercase();
            words.is_empty() || words.iter().any(|word| name.contains(&word.to_lowercase()))
        };
        self.profiles.retain(is_meant);
        self
    }

    /// Goes to the end: with somebody who signs in, two tools to call, and the key of clients that prove themselves.
    #[must_use]
    pub fn attended(mut self, person: Arc<dyn Person>, trial: Trial, signer: Arc<dyn Signer>) -> Self {
        self.attended = Some(Attended { person, trial, signer });
        self
    }

    /// The clients in whose way it looks.
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// Examines the MCP server at a URL, one client after the other.
    ///
    /// # Errors
    /// A [`Failure`] where no request can be made at all; what a server does wrong is in the [`Examination`].
    pub async fn examine(&self, target: &Url) -> Result<Examination, Failure> {
        let mut reports = Vec::new();
        for profile in &self.profiles {
            let exchange = Exchange::new(profile.is_page().then_some(PAGE))?;
            let journey = Journey { profile, exchange: &exchange, target, attended: self.attended.as_ref() };
            reports.extend(journey.all().await);
        }
        Ok(Examination { server: shown(target), reports })
    }
}
