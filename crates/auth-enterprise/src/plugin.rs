//! What the plugin adds.

use auth_core::{AuthContext, Contributions, Mount, Plugin, PluginId};
use auth_oidc_provider::OIDC_PROVIDER;
use url::Url;

use crate::accounts::EnterpriseAccounts;
use crate::codes;
use crate::enterprise::Enterprise;
use crate::entity::enterprise_account::{Column, Entity};

/// The name of the plugin.
pub const ENTERPRISE: PluginId = "enterprise";

impl Plugin for Enterprise {
    fn id(&self) -> PluginId {
        ENTERPRISE
    }

    fn contribute(&self, to: &mut Contributions) {
        to.about("Access tokens for what a company's identity provider says of its people.");
        to.needs(OIDC_PROVIDER);
        // A person is one at an identity provider: whoever takes over their address is another.
        let _ = to.table::<Entity>().unique([Column::UserId, Column::Issuer, Column::Tenant]);
        if !self.identity_providers.is_empty() {
            to.errors("/oauth2/token", &codes::TOKEN);
        }
        self.complain(to);
    }

    fn mount(&self, cx: &AuthContext) -> Mount {
        let accounts = EnterpriseAccounts::new(cx.clone(), self.identity_providers.clone());
        let mount = Mount::of(self.id()).expose(accounts);
        // What this server signs itself would widen what it has granted: ID-JAG §9.3.
        let is_ours = |issuer: &str| {
            Url::parse(issuer).is_ok_and(|url| url.origin().ascii_serialization() == cx.config().origin())
        };
        let ours = self.identity_providers.iter().filter(|trusted| is_ours(&trusted.issuer));
        ours.fold(mount, |mount, trusted| {
            mount.refuse("issuer", format!("{:?}", trusted.issuer), "trust somebody else than this server")
        })
    }
}
