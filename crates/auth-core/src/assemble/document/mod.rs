//! The API description: its head, and what the core knows of every operation.

mod errors;
mod operations;
mod security;

use std::collections::HashMap;

use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder, ServerBuilder};
use utoipa::{PartialSchema as _, ToSchema as _};

pub use errors::DeclaredError;
pub(super) use errors::declared;

use crate::complaint::Complaint;
use crate::context::AuthContext;
use crate::contributions::Contributions;
use crate::error::ErrorBody;
use crate::error_shape::ErrorShape;
use crate::http::failure::OAuthBody;
use crate::http::rules::Rules;
use crate::mount::Mount;

/// What the core says of itself.
const ABOUT: &str = "Who is signed in, and signing out.";

/// The head of the API description: who we are, what the plugins are for, and how callers prove
/// who they are.
pub(super) fn head(cx: &AuthContext, table: &HashMap<String, Rules>, contributions: &Contributions) -> OpenApi {
    let config = cx.config();
    let mut openapi = OpenApiBuilder::new()
        .info(InfoBuilder::new().title(config.app_name()).version(env!("CARGO_PKG_VERSION")).build())
        .servers(Some([ServerBuilder::new().url(config.origin()).build()]))
        .build();
    let about = |by: &str| contributions.abouts.iter().find(|(plugin, _)| *plugin == by).map(|(_, about)| *about);
    let tags = contributions.plugins().iter().map(|by| {
        let about = if *by == "core" { Some(ABOUT) } else { about(by) };
        TagBuilder::new().name(*by).description(about).build()
    });
    openapi.tags = Some(tags.collect());
    security::declare(&mut openapi, cx, contributions);
    let schemas = &mut openapi.components.get_or_insert_default().schemas;
    schemas.insert(ErrorBody::name().into_owned(), ErrorBody::schema());
    if table.values().any(|rules| rules.errors == ErrorShape::OAuth) {
        schemas.insert(OAuthBody::name().into_owned(), OAuthBody::schema());
    }
    openapi
}

/// Writes into the description of every operation what the core knows of it: its name, its plugin,
/// the ways to present a session, and the errors that rules, extractors and plugins declare.
pub(super) fn complete(
    base_path: &str,
    mount: &mut Mount,
    table: &HashMap<String, Rules>,
    contributions: &Contributions,
) -> Vec<Complaint> {
    operations::name(mount);
    let mut complaints = security::complete(mount, contributions);
    complaints.extend(errors::complete(base_path, mount, table, contributions));
    complaints
}
