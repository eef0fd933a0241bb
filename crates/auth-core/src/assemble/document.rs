//! The API description: its head, and the names of its operations.

use std::collections::HashSet;

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};

use crate::context::AuthContext;
use crate::mount::Mount;

/// The head of the API description: who we are and how callers prove who they are.
pub(super) fn head(cx: &AuthContext) -> OpenApi {
    let config = cx.config();
    let mut openapi = OpenApiBuilder::new()
        .info(InfoBuilder::new().title(config.app_name()).version(env!("CARGO_PKG_VERSION")).build())
        .build();
    let components = openapi.components.get_or_insert_default();
    let cookie = ApiKey::Cookie(ApiKeyValue::new(config.cookie_name(crate::session::SESSION_COOKIE)));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    components.add_security_scheme("client", SecurityScheme::Http(Http::new(HttpAuthScheme::Basic)));
    openapi
}

/// Names every operation after its plugin, its method and its path: an alias is another operation.
///
/// The name does not depend on the base path: `email_password_post_sign_in_email`; what is at the
/// origin says so: `email_password_get_origin_sign_in`.
pub(super) fn name_operations(mount: &mut Mount) {
    let mut taken = HashSet::new();
    let base = mount.base.iter_mut().map(|(by, router)| (*by, "", router));
    let origin = mount.origin.iter_mut().map(|(by, router)| (*by, "/origin", router));
    for (by, place, router) in base.chain(origin) {
        for (path, item) in &mut router.get_openapi_mut().paths.paths {
            for (method, operation) in operations(item) {
                let mut name = plain(&format!("{by}/{method}{place}{path}"));
                while !taken.insert(name.clone()) {
                    name.push('_');
                }
                operation.operation_id = Some(name);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("delete", &mut item.delete),
        ("patch", &mut item.patch),
        ("head", &mut item.head),
        ("options", &mut item.options),
        ("trace", &mut item.trace),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Joins the words of a text by one underscore each.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}
