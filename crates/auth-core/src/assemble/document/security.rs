//! How callers prove who they are.

use std::collections::{BTreeMap, BTreeSet};

use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};

use super::operations;
use crate::complaint::Complaint;
use crate::context::AuthContext;
use crate::contributions::Contributions;
use crate::mount::Mount;
use crate::plugin::PluginId;
use crate::session::SESSION_COOKIE;

/// The name of the session cookie among the schemes.
pub(super) const SESSION: &str = "session";

/// Declares the session cookie, and what plugins declare.
pub(super) fn declare(openapi: &mut OpenApi, cx: &AuthContext, contributions: &Contributions) {
    let components = openapi.components.get_or_insert_default();
    let cookie = ApiKeyValue::with_description(
        cx.config().cookie_name(SESSION_COOKIE),
        "The signed cookie of a session; signing in sets it.".to_owned(),
    );
    components.add_security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    for (_, name, scheme) in &contributions.security_schemes {
        components.add_security_scheme(*name, scheme.clone());
    }
}

/// Adds the other ways to present a session, and complains of schemes nobody or two plugins declare.
pub(super) fn complete(mount: &mut Mount, contributions: &Contributions) -> Vec<Complaint> {
    let mut declared: BTreeMap<&str, PluginId> = BTreeMap::from([(SESSION, "core")]);
    let mut complaints = Vec::new();
    for (by, name, _) in &contributions.security_schemes {
        if let Some(first) = declared.insert(name, by) {
            complaints.push(Complaint::new(*by, format!("declares the security scheme {name}, and so does {first}")));
        }
    }
    let mut unknown = BTreeSet::new();
    for (by, router) in mount.base.iter_mut().chain(&mut mount.origin) {
        for item in router.get_openapi_mut().paths.paths.values_mut() {
            for (_, operation) in operations::of(item) {
                let Some(ways) = &mut operation.security else { continue };
                let names: Vec<String> = ways.iter().flat_map(names_of).collect();
                unknown.extend(
                    names.iter().filter(|name| !declared.contains_key(name.as_str())).map(|name| (*by, name.clone())),
                );
                let sessions: Vec<Vec<String>> =
                    ways.iter().map(names_of).filter(|way| way.iter().any(|name| name == SESSION)).collect();
                for scheme in &contributions.session_schemes {
                    ways.extend(sessions.iter().map(|way| in_place_of_the_cookie(way, scheme)));
                }
            }
        }
    }
    complaints.extend(unknown.into_iter().map(|(by, name)| {
        Complaint::new(by, format!("has an operation secured by {name}, which no plugin declares as a security scheme"))
    }));
    complaints
}

/// The same requirement with another way to present the session; what else it asks for stays.
fn in_place_of_the_cookie(way: &[String], scheme: &str) -> SecurityRequirement {
    let none: [&str; 0] = [];
    way.iter().fold(SecurityRequirement::default(), |changed, name| {
        changed.add(if name == SESSION { scheme } else { name.as_str() }, none)
    })
}

/// The schemes one requirement names. utoipa keeps them to itself, and writes them down.
pub(super) fn names_of(way: &SecurityRequirement) -> Vec<String> {
    match serde_json::to_value(way) {
        Ok(serde_json::Value::Object(names)) => names.into_iter().map(|(name, _)| name).collect(),
        Ok(_) | Err(_) => Vec::new(),
    }
}
