//! Routes and schemas that two plugins define differently.

use std::collections::BTreeMap;

use super::described::{Described, described, methods};
use crate::complaint::Complaint;
use crate::http::reference;
use crate::mount::Mount;
use crate::plugin::PluginId;

/// Finds routes and schemas that two plugins define differently, before axum panics over them.
pub(super) fn find(base_path: &str, mount: &Mount) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut known: Vec<Described<'_>> = Vec::new();
    for route in described(base_path, mount) {
        if let Some(ours) = reference::paths(base_path).iter().find(|ours| meet(ours, &route.path)) {
            let message = format!("mounts {}, and core serves the API reference at {ours}", route.path);
            complaints.push(Complaint::new(route.by, message));
        }
        for other in known.iter().filter(|other| meet(&other.path, &route.path)) {
            if shape(&other.path) != shape(&route.path) {
                let message = format!("mounts {}, which meets {} of {}", route.path, other.path, other.by);
                complaints.push(Complaint::new(route.by, message));
                continue;
            }
            if other.path != route.path {
                let message =
                    format!("spells {} what {} spells {}; use one spelling", route.path, other.by, other.path);
                complaints.push(Complaint::new(route.by, message));
                continue;
            }
            for method in methods(route.item).iter().filter(|method| methods(other.item).contains(method)) {
                let message = format!("{method} {} is mounted by {} and by {}", route.path, other.by, route.by);
                complaints.push(Complaint::new(route.by, message));
            }
        }
        known.push(route);
    }
    complaints.extend(schemas(mount));
    complaints
}

/// Finds schemas of one name that differ.
fn schemas(mount: &Mount) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut schemas: BTreeMap<String, (PluginId, String)> = BTreeMap::new();
    for (by, router) in mount.base.iter().chain(&mount.origin) {
        for (name, schema) in router.get_openapi().components.iter().flat_map(|all| &all.schemas) {
            let text = serde_json::to_string(schema).unwrap_or_default();
            match schemas.get(name) {
                Some((other, known)) if *known != text => {
                    complaints.push(Complaint::new(*by, format!("schema {name} differs from the one of {other}")));
                }
                Some(_) => {}
                None => {
                    schemas.insert(name.clone(), (by, text));
                }
            }
        }
    }
    complaints
}

/// Blanks the parameters of a path: `/a/{id}` and `/a/{name}` have one shape.
fn shape(path: &str) -> String {
    let mut inside = false;
    let blank = |c: &char| {
        let keep = !inside || *c == '}';
        inside = if inside { *c != '}' } else { *c == '{' };
        keep
    };
    path.chars().filter(blank).collect()
}

/// Says whether the router cannot tell two paths apart: one shape, or one takes all the other does.
fn meet(one: &str, other: &str) -> bool {
    let takes_all = |all: &str, path: &str| all.contains("{*") && shape(path).starts_with(&shape(all));
    shape(one) == shape(other) || takes_all(one, other) || takes_all(other, one)
}
