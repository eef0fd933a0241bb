//! The routes of those who administer the provider: there where the app says who may.

use auth_core::{Contributions, RateLimit};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::codes::{
    CLIENT_HAS_NO_SECRET, CLIENT_IS_DECLARED, CLIENT_NOT_FOUND, CLIENT_REFUSED, CONSENT_NOT_FOUND, NOT_ALLOWED,
    RESOURCE_EXISTS, RESOURCE_IS_DECLARED, RESOURCE_NOT_FOUND, RESOURCE_REFUSED,
};
use crate::config::OidcProvider;
use crate::http::administration::{clients, consents, initial_access, resources};
use crate::provider::Provider;
use crate::registration_mode::Registration;

/// Requests an address may make to each of the routes, per minute.
const PER_MINUTE: u32 = 300;

impl OidcProvider {
    fn manages_clients(&self) -> bool {
        self.managed_by.operators.is_some() || self.managed_by.owners
    }

    fn issues_initial_access_tokens(&self) -> bool {
        self.managed_by.operators.is_some() && self.registration == Registration::InitialAccessToken
    }

    pub(super) fn contribute_administration(&self, to: &mut Contributions) {
        let limited = |to: &mut Contributions, path: &str| to.rate_limit(RateLimit::new(path, 60, PER_MINUTE));
        if self.manages_clients() {
            to.errors("/oauth2/clients", &[NOT_ALLOWED, CLIENT_REFUSED]);
            let of_one = [NOT_ALLOWED, CLIENT_REFUSED, CLIENT_NOT_FOUND, CLIENT_IS_DECLARED];
            to.errors("/oauth2/clients/{client_id}", &of_one);
            let of_secrets = [NOT_ALLOWED, CLIENT_NOT_FOUND, CLIENT_IS_DECLARED, CLIENT_HAS_NO_SECRET];
            to.errors("/oauth2/clients/{client_id}/rotate-secret", &of_secrets);
            for path in ["", "/{client_id}", "/{client_id}/rotate-secret"] {
                limited(to, &format!("/oauth2/clients{path}"));
            }
        }
        if self.managed_by.operators.is_some() {
            to.errors("/oauth2/consents", &[NOT_ALLOWED]);
            to.errors("/oauth2/consents/{client_id}/{user_id}", &[NOT_ALLOWED, CONSENT_NOT_FOUND]);
            to.errors("/oauth2/resources", &[NOT_ALLOWED, RESOURCE_REFUSED, RESOURCE_EXISTS]);
            let of_one = [NOT_ALLOWED, RESOURCE_REFUSED, RESOURCE_NOT_FOUND, RESOURCE_IS_DECLARED];
            to.errors("/oauth2/resources/{id}", &of_one);
            for path in ["/consents", "/consents/{client_id}/{user_id}", "/resources", "/resources/{id}"] {
                limited(to, &format!("/oauth2{path}"));
            }
        }
        if self.issues_initial_access_tokens() {
            to.errors("/oauth2/initial-access-tokens", &[NOT_ALLOWED]);
            limited(to, "/oauth2/initial-access-tokens");
        }
    }

    pub(super) fn administration_endpoints(&self, mut router: OpenApiRouter<Provider>) -> OpenApiRouter<Provider> {
        if self.manages_clients() {
            router = router
                .routes(routes!(clients::list))
                .routes(routes!(clients::read, clients::update, clients::delete))
                .routes(routes!(clients::rotate_secret));
        }
        if self.managed_by.operators.is_some() {
            router = router
                .routes(routes!(clients::create))
                .routes(routes!(consents::list))
                .routes(routes!(consents::withdraw))
                .routes(routes!(resources::list, resources::create))
                .routes(routes!(resources::update));
        }
        if self.issues_initial_access_tokens() {
            router = router.routes(routes!(initial_access::issue));
        }
        router
    }
}
