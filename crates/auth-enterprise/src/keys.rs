//! The keys of identity providers, fetched by the one guarded client of the provider.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use auth_core::{AuthContext, Unexpected};
use auth_oidc_provider::Provider;
use auth_resource_server::{Clock, IssuerKeys};
use url::Url;

use crate::identity_provider::IdentityProvider;

/// The keys of each, by issuer: made when first needed, since only a request brings the client to fetch by.
#[derive(Default)]
pub(crate) struct Keys(Mutex<HashMap<String, IssuerKeys>>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(..)")
    }
}

/// The app's clock, in seconds.
struct Seconds(AuthContext);

impl Clock for Seconds {
    fn unix_seconds(&self) -> i64 {
        self.0.now().timestamp()
    }
}

impl Keys {
    /// The keys of an identity provider. Nothing is fetched yet.
    pub(crate) fn of(&self, trusted: &IdentityProvider, provider: &Provider) -> Result<IssuerKeys, Unexpected> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = all.get(&trusted.issuer) {
            return Ok(keys.clone());
        }
        let outbound = provider.outbound().ok_or_else(|| Unexpected::new("there is no client to fetch keys by"))?;
        let builder = IssuerKeys::builder(outbound.clone(), &trusted.issuer).clock(Seconds(provider.cx().clone()));
        let builder = match &trusted.jwks_uri {
            Some(url) => builder.jwks_uri(Url::parse(url).map_err(Unexpected::new)?),
            None => builder,
        };
        let keys = builder.build().map_err(Unexpected::new)?;
        all.insert(trusted.issuer.clone(), keys.clone());
        Ok(keys)
    }
}
