//! How a verifier that asks is made.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_outbound::Outbound;
use auth_protocol::resource::Resource;
use tokio::sync::Semaphore;
use url::Url;

use super::client::IntrospectionClient;
use super::endpoint::{Endpoint, Place};
use super::kept::Kept;
use super::{Inner, Introspection, State};
use crate::claims::{Expected, ToldBy};
use crate::clock::{Clock, SystemClock};
use crate::discovery::{Discovery, InvalidIssuer};

/// For how many answers about valid tokens there is one about another.
const VALID_FOR_EACH_INVALID: usize = 10;

/// Makes an [`Introspection`] verifier.
pub struct IntrospectionBuilder {
    outbound: Outbound,
    issuer: String,
    resource: Resource,
    client: IntrospectionClient,
    introspection_endpoint: Option<Url>,
    kept_for: Duration,
    capacity: usize,
    at_once: usize,
    leeway: Duration,
    clock: Arc<dyn Clock>,
}

impl IntrospectionBuilder {
    pub(super) fn new(outbound: Outbound, issuer: String, resource: &Resource, client: IntrospectionClient) -> Self {
        Self {
            outbound,
            issuer,
            resource: resource.clone(),
            client,
            introspection_endpoint: None,
            kept_for: Duration::from_secs(30),
            capacity: 10_000,
            at_once: 32,
            leeway: Duration::from_secs(30),
            clock: Arc::new(SystemClock),
        }
    }

    /// Sets where the issuer is asked. Default what its metadata says.
    #[must_use]
    pub fn introspection_endpoint(mut self, endpoint: Url) -> Self {
        self.introspection_endpoint = Some(endpoint);
        self
    }

    /// Sets how long an answer counts, in whole seconds, and with it how long a revoked token may still work.
    /// Default 30 seconds. Zero asks for each request; those that come at the same time still share an answer.
    #[must_use]
    pub fn kept_for(mut self, span: Duration) -> Self {
        self.kept_for = span;
        self
    }

    /// Sets how many answers are kept. Default 10 000; of tokens that are not valid, a tenth of it besides.
    #[must_use]
    pub fn capacity(mut self, answers: usize) -> Self {
        self.capacity = answers;
        self
    }

    /// Sets how many tokens the issuer is asked about at once. Default 32; the others wait for their turn, for five
    /// seconds.
    #[must_use]
    pub fn at_once(mut self, look_ups: usize) -> Self {
        self.at_once = look_ups;
        self
    }

    /// Sets how far the clocks may differ. Default 30 seconds.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Sets the clock. Default the machine's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Makes the verifier. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// If the issuer is not an `https` URL without query, fragment and user, or `http` for
    /// development. RFC 8414 §2.
    pub fn build(self) -> Result<Introspection, InvalidIssuer> {
        let place = if let Some(endpoint) = self.introspection_endpoint {
            Place::At(endpoint)
        } else {
            let discovery = Discovery::of(self.outbound.clone(), &self.issuer)?;
            Place::Discovered(Box::new(discovery), tokio::sync::Mutex::default())
        };
        let state = State {
            valid: Kept::new(self.capacity),
            invalid: Kept::new(self.capacity.div_ceil(VALID_FOR_EACH_INVALID)),
            asking: HashMap::new(),
        };
        Ok(Introspection(Arc::new(Inner {
            endpoint: Endpoint {
                outbound: self.outbound,
                issuer: self.issuer.clone(),
                place,
                client: self.client,
                clock: Arc::clone(&self.clock),
            },
            expected: Expected::new(self.issuer, self.resource, self.leeway, ToldBy::Issuer),
            kept_for: self.kept_for,
            state: Mutex::new(state),
            turns: Semaphore::new(self.at_once.clamp(1, Semaphore::MAX_PERMITS)),
            clock: self.clock,
        })))
    }
}

impl fmt::Debug for IntrospectionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectionBuilder").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
