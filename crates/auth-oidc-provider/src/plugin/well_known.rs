//! The routes of the metadata documents.

use auth_core::route_at;
use auth_protocol::metadata::WellKnown;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::{Document, discovery};
use crate::issuer::places;
use crate::provider::Provider;

/// Both documents below the base path.
pub(super) fn below_the_base_path() -> OpenApiRouter<Document> {
    OpenApiRouter::new()
        .routes(routes!(discovery::authorization_server))
        .routes(routes!(discovery::openid_configuration))
}

/// Both documents wherever clients look for them at the origin.
pub(super) fn at_the_origin(provider: &Provider) -> OpenApiRouter<Document> {
    let (issuer, base) = (provider.options().path_of_issuer(), provider.cx().config().base_path());
    let resources = provider.options().paths_of_resources();
    let places = |of| places(of, issuer, base, &resources).into_iter();
    let router = places(WellKnown::OAuthAuthorizationServer).fold(OpenApiRouter::new(), |router, place| {
        router.routes(route_at(&place, routes!(discovery::authorization_server)))
    });
    places(WellKnown::OpenIdConfiguration)
        .fold(router, |router, place| router.routes(route_at(&place, routes!(discovery::openid_configuration))))
}
