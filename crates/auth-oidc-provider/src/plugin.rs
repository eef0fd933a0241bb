//! The provider as a plugin.

mod administration;
mod well_known;

use auth_core::session::AccessEnded;
use auth_core::{
    Access, AuthContext, Contributions, ErrorShape, Mount, Plugin, PluginId, RateLimit, StartError, route_at,
};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::codes;
use crate::complaints::WrongOption;
use crate::config::OidcProvider;
use crate::entity::{
    access_token, authorization_code, client, consent, grant, initial_access_token, interaction, key, pairwise_subject,
    refresh_token, resource, used_jti,
};
use crate::flow::{seed, seed_resources, sweep};
use crate::http::{
    Document, allowed, authorize, consent as consent_http, discovery, end_session, form_post,
    interaction as interaction_http, introspect, jwks, manage, par, register, revoke, token, userinfo,
};
use crate::provider::Provider;
use crate::store;

/// The name of the plugin.
pub const OIDC_PROVIDER: PluginId = "oidc-provider";

/// How clients authenticate, in the API description.
const CLIENT: &str = "The client's id and secret, form-encoded (RFC 6749 §2.3.1). A client that registered \
                      `client_secret_post` sends both in the body, one that registered `private_key_jwt` a \
                      `client_assertion` (RFC 7523 §2.2); a public client sends its `client_id` there.";

impl Plugin for OidcProvider {
    fn id(&self) -> PluginId {
        OIDC_PROVIDER
    }

    fn contribute(&self, to: &mut Contributions) {
        // Better Auth has tables of these names with other columns: they are set aside, not taken over.
        let _ = to.table::<client::Entity>().recognised_by(client::Column::RedirectUris);
        to.table::<grant::Entity>();
        to.table::<interaction::Entity>();
        let _ = to
            .table::<authorization_code::Entity>()
            .index([authorization_code::Column::ConsumedAt, authorization_code::Column::ExpiresAt]);
        let _ = to.table::<refresh_token::Entity>().recognised_by(refresh_token::Column::GrantId);
        let _ = to.table::<access_token::Entity>().recognised_by(access_token::Column::GrantId);
        let _ = to.table::<consent::Entity>().recognised_by(consent::Column::Reference);
        to.table::<key::Entity>();
        to.table::<used_jti::Entity>();
        to.table::<initial_access_token::Entity>();
        let _ = to.table::<resource::Entity>().recognised_by(resource::Column::BaseScope);
        let _ = to
            .table::<pairwise_subject::Entity>()
            .unique([pairwise_subject::Column::Sector, pairwise_subject::Column::Subject]);
        to.data_migration("oidc-provider/0001-foreign-keys", store::foreign_keys::retired());
        to.about("An OAuth 2.1 authorization server and OpenID Connect provider.");
        to.errors("/oauth2/token", &codes::TOKEN);
        to.errors("/oauth2/par", &codes::PAR);
        to.errors("/oauth2/introspect", &codes::OF_A_CLIENT);
        to.errors("/oauth2/revoke", &codes::OF_A_CLIENT);
        to.errors("/oauth2/userinfo", &codes::USERINFO);
        to.errors("/oauth2/consent", &[codes::INVALID_CONSENT_CODE]);
        to.errors("/oauth2/delete-consent", &[codes::CONSENT_NOT_FOUND]);
        to.errors("/oauth2/interaction", &[codes::INVALID_CONSENT_CODE]);
        to.security_scheme("bearer", scheme(HttpAuthScheme::Bearer, "An access token this provider has issued."));
        to.security_scheme("client", scheme(HttpAuthScheme::Basic, CLIENT));
        let public =
            ["/oauth2/token", "/oauth2/par", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/userinfo", "/jwks"];
        for path in public {
            to.access(path, Access::Public);
            to.error_shape(path, ErrorShape::OAuth);
        }
        to.access("/.well-known/*", Access::Public);
        for (alias, of) in self.appended_documents() {
            to.alias(alias, of);
        }
        to.access("/oauth2/authorize", Access::CrossSiteNavigation);
        to.access("/oauth2/form-post", Access::CrossSiteNavigation);
        to.access("/oauth2/end-session", Access::CrossSiteNavigation);
        limit(to);
        self.contribute_registration(to);
        self.contribute_administration(to);
        for (alias, of) in self.offered_aliases() {
            to.alias(alias, of);
        }
        for needed in self.grants.iter().filter_map(|grant| grant.needs()) {
            to.needs(needed);
        }
        for WrongOption { option, value, right } in self.complaints() {
            to.refuse(option, value, right);
        }
    }

    fn mount(&self, cx: &AuthContext) -> Mount {
        self.mount_as(&self.open(cx))
    }
}

/// How often one address may ask.
fn limit(to: &mut Contributions) {
    to.rate_limit(RateLimit::new("/oauth2/authorize", 60, 300));
    // Large clients share addresses: these stop floods, not use.
    for path in ["/oauth2/token", "/oauth2/par", "/oauth2/revoke", "/oauth2/introspect", "/oauth2/userinfo"] {
        to.rate_limit(RateLimit::new(path, 60, 6000));
    }
    for path in ["/oauth2/interaction", "/oauth2/get-consents", "/oauth2/delete-consent"] {
        to.rate_limit(RateLimit::new(path, 60, 300));
    }
}

impl OidcProvider {
    /// Mounts a provider opened before, for a plugin that wraps it.
    pub fn mount_as(&self, provider: &Provider) -> Mount {
        let mount = Mount::of(self.id());
        let document = match Document::of(&discovery::metadata(provider)) {
            Ok(document) => document,
            Err(error) => return mount.complain(error.to_string()),
        };
        let mount = provider
            .complaints()
            .iter()
            .cloned()
            .fold(mount, |mount, WrongOption { option, value, right }| mount.refuse(option, value, right));
        let consent_page = OpenApiRouter::new()
            .routes(route_at(&self.consent_page, routes!(consent_http::consent_page, consent_http::consent_form)))
            .with_state(provider.clone());
        let (loading, rotating) = (provider.clone(), provider.clone());
        let rotate = move || {
            let provider = rotating.clone();
            async move { provider.rotate_signing_keys().await }
        };
        mount
            .base(self.endpoints(provider))
            .base(well_known::below_the_base_path().with_state(document.clone()))
            .origin(well_known::at_the_origin(provider).with_state(document))
            .origin(if self.own_consent_page { OpenApiRouter::new() } else { consent_page })
            .continuation(provider.clone())
            .expose(provider.clone())
            .on_in_transaction::<AccessEnded>(provider.clone())
            .on_order("rotate-keys", "Changes all signing keys at once, as when one may have leaked", rotate)
            .at_start(async move { start(loading).await })
    }

    /// What registering and managing a registration need.
    fn contribute_registration(&self, to: &mut Contributions) {
        if !self.registers() {
            return;
        }
        to.errors("/oauth2/register", &codes::REGISTER);
        to.errors("/oauth2/register/{client_id}", &codes::MANAGE);
        for path in ["/oauth2/register", "/oauth2/register/{client_id}"] {
            to.access(path, Access::Public);
            to.error_shape(path, ErrorShape::OAuth);
            to.rate_limit(RateLimit::new(path, 60, 120));
        }
        let description = "The `registration_access_token` a client got when it registered (RFC 7592 §3).";
        to.security_scheme("registration", scheme(HttpAuthScheme::Bearer, description));
    }

    /// The aliases of routes that are there: registration has none while it is off.
    fn offered_aliases(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.good_aliases().filter(|(_, of)| self.registers() || *of != "/oauth2/register")
    }

    fn endpoints(&self, provider: &Provider) -> OpenApiRouter {
        let router = OpenApiRouter::new()
            .routes(routes!(authorize::authorize, authorize::authorize_post))
            .routes(routes!(form_post::form_post))
            .routes(routes!(par::par))
            .routes(routes!(token::token))
            .routes(routes!(introspect::introspect))
            .routes(routes!(revoke::revoke))
            .routes(routes!(userinfo::userinfo, userinfo::userinfo_post))
            .routes(routes!(end_session::end_session, end_session::end_session_post))
            .routes(routes!(consent_http::consent_json))
            .routes(routes!(interaction_http::interaction))
            .routes(routes!(allowed::get_consents))
            .routes(routes!(allowed::delete_consent))
            .routes(routes!(jwks::jwks));
        let router = if self.registers() {
            router.routes(routes!(register::register)).routes(routes!(manage::read, manage::update, manage::delete))
        } else {
            router
        };
        let router = self.administration_endpoints(router);
        let router = self.offered_aliases().fold(router, |router, (alias, of)| match of {
            "/oauth2/authorize" => {
                router.routes(route_at(alias, routes!(authorize::authorize, authorize::authorize_post)))
            }
            "/oauth2/token" => router.routes(route_at(alias, routes!(token::token))),
            "/oauth2/userinfo" => router.routes(route_at(alias, routes!(userinfo::userinfo, userinfo::userinfo_post))),
            "/oauth2/register" => router.routes(route_at(alias, routes!(register::register))),
            _ => router.routes(route_at(alias, routes!(jwks::jwks))),
        });
        router.with_state(provider.clone())
    }
}

fn scheme(of: HttpAuthScheme, description: &str) -> SecurityScheme {
    let mut scheme = Http::new(of);
    scheme.description = Some(description.to_owned());
    SecurityScheme::Http(scheme)
}

/// Loads the keys and writes what is declared, then lets a background task delete what nobody needs any more.
async fn start(provider: Provider) -> Result<(), StartError> {
    provider.keys().load(provider.cx()).await?;
    seed::seed(&provider).await?;
    seed_resources::seed(&provider).await?;
    provider.reload_resources().await?;
    tokio::spawn(sweep::run(provider));
    Ok(())
}
