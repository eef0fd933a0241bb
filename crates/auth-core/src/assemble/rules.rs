//! Which rules apply to which route.

use std::collections::HashMap;

use super::described::described;
use crate::complaint::Complaint;
use crate::contributions::Contributions;
use crate::http::rules::{Declared, Rules};
use crate::mount::Mount;

/// Gathers what is declared for path patterns.
pub(super) fn declared(base_path: &str, mount: &Mount, contributions: &Contributions) -> Declared {
    Declared {
        base_path: base_path.to_owned(),
        aliases: contributions.aliases.iter().map(|(_, alias, of)| (alias.clone(), of.clone())).collect(),
        access: contributions.access.iter().map(|(_, path, access)| (path.clone(), *access)).collect(),
        errors: contributions.error_shapes.iter().map(|(_, path, shape)| (path.clone(), *shape)).collect(),
        limits: contributions.rate_limits.iter().map(|(_, limit)| limit.clone()).collect(),
        before: mount.before.clone(),
        after: mount.after.clone(),
    }
}

/// Works out once which rules apply to which route; a rule for no route is a complaint.
pub(super) fn of(
    declared: &Declared,
    mount: &Mount,
    contributions: &Contributions,
    complaints: &mut Vec<Complaint>,
) -> HashMap<String, Rules> {
    let routes = described(&declared.base_path, mount);
    let table = routes.into_iter().map(|route| (route.path.clone(), declared.rules(&route.path))).collect();
    complaints.extend(pointless(declared, mount, contributions, &table));
    table
}

/// Finds rules for routes that do not exist.
fn pointless(
    declared: &Declared,
    mount: &Mount,
    contributions: &Contributions,
    table: &HashMap<String, Rules>,
) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (by, alias, of) in &contributions.aliases {
        let is_route = |own: &str| table.keys().any(|path| declared.below(path).1 == own);
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
