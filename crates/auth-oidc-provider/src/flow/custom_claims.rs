//! Claims of extensions, beside those of the provider. OpenID Connect Core §5.1.2.

use auth_core::Unexpected;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::extension_claims::ClaimsFor;

/// What the provider tells, and what extensions add to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Extended<C> {
    #[serde(flatten)]
    pub(super) own: C,
    #[serde(flatten)]
    pub(super) custom: Map<String, Value>,
}

/// Asks every extension that has something to tell here. What it did not declare is left out, so that
/// nothing takes the place of a claim of the protocol.
pub(super) async fn told(request: ClaimsFor<'_>) -> Result<Map<String, Value>, Unexpected> {
    let mut all = Map::new();
    for extension in &request.provider.options().claims {
        let declared = extension.claims();
        if !declared.iter().any(|claim| claim.is_opened_by(request.scope)) {
            continue;
        }
        for (name, value) in extension.tell(request).await? {
            match declared.iter().find(|claim| claim.name == name) {
                Some(claim) if claim.is_opened_by(request.scope) && !value.is_null() => {
                    all.insert(name, value);
                }
                Some(_) => {}
                None => tracing::warn!(claim = name, "claim.dropped"),
            }
        }
    }
    Ok(all)
}
