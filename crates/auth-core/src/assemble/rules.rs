//! Which rules apply to which route.

use std::collections::HashMap;
use std::sync::Arc;

use super::described::described;
use crate::complaint::Complaint;
use crate::contributions::Contributions;
use crate::error_shape::ErrorShape;
use crate::hooks::PathPattern;
use crate::http::gate::Rules;
use crate::mount::Mount;
use crate::plugin::PluginId;

/// Works out once which rules apply to which route; a rule for no route is a complaint.
pub(super) fn of(
    base_path: &str,
    mount: &Mount,
    contributions: &Contributions,
    complaints: &mut Vec<Complaint>,
) -> HashMap<String, Rules> {
    let mut table: HashMap<String, Rules> = HashMap::new();
    for route in described(base_path, mount) {
        let own = below(base_path, &route.path);
        let of = contributions.aliases.iter().find(|(_, alias, _)| alias == own);
        let template = of.map_or(own, |(.., of)| of).to_owned();
        let declared = contributions.access.iter().rev().find(|(_, path, _)| path.fits(&template));
        let access = declared.map_or_else(|| Rules::of_place(&route.path, base_path).access, |(.., access)| *access);
        let errors = contributions.error_shapes.iter().rev().find(|(_, path, _)| path.fits(&template));
        table.entry(route.path.clone()).or_insert_with(|| Rules {
            access,
            errors: errors.map_or_else(|| ErrorShape::of(access), |(.., shape)| *shape),
            limits: contributions
                .rate_limits
                .iter()
                .filter(|(_, limit)| limit.path.fits(&template))
                .map(|(_, limit)| limit.clone())
                .collect(),
            before: meant(&mount.before, &template),
            after: meant(&mount.after, &template),
            route: route.path.as_str().into(),
            template,
        });
    }
    complaints.extend(pointless(base_path, mount, contributions, &table));
    table
}

/// The hooks that a route has, in order.
fn meant<H: ?Sized>(hooks: &[(PluginId, PathPattern, Arc<H>)], template: &str) -> Vec<(PluginId, Arc<H>)> {
    hooks.iter().filter(|(_, path, _)| path.fits(template)).map(|(by, _, hook)| (*by, Arc::clone(hook))).collect()
}

/// Finds rules for routes that do not exist.
fn pointless(
    base_path: &str,
    mount: &Mount,
    contributions: &Contributions,
    table: &HashMap<String, Rules>,
) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (by, alias, of) in &contributions.aliases {
        let is_route = |own: &str| table.keys().any(|path| below(base_path, path) == own);
        if is_route(alias) && !is_route(of) {
            complaints
                .push(Complaint::new(*by, format!("names {alias} as an alias of {of}, and no such route exists")));
        }
    }
    let patterns = contributions
        .rate_limits
        .iter()
        .map(|(by, limit)| (by, &limit.path))
        .chain(contributions.access.iter().map(|(by, path, _)| (by, path)))
        .chain(contributions.error_shapes.iter().map(|(by, path, _)| (by, path)))
        .chain(contributions.errors.iter().map(|(by, path, _)| (by, path)))
        .chain(mount.before.iter().map(|(by, path, _)| (by, path)))
        .chain(mount.after.iter().map(|(by, path, _)| (by, path)));
    for (by, pattern) in patterns {
        if !table.values().any(|rules| pattern.fits(&rules.template)) {
            complaints.push(Complaint::new(*by, format!("has a rule for {pattern}, and no such route exists")));
        }
    }
    complaints
}

/// A path as rules write it: without the base path.
fn below<'a>(base_path: &str, path: &'a str) -> &'a str {
    path.strip_prefix(base_path).filter(|rest| rest.starts_with('/')).unwrap_or(path)
}
