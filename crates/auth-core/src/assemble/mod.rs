//! Mounting all plugins, checking that they fit together, and merging them.

mod clashes;
mod described;
mod document;
mod rules;

pub use document::DeclaredError;

use std::collections::HashMap;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Auth;
use crate::complaint::Complaint;
use crate::context::{AuthContext, Sealed};
use crate::contributions::Contributions;
use crate::error::Unexpected;
use crate::hooks::{Events, Hook, When};
use crate::http::gate::{self, Gate};
use crate::http::rules::{Declared, Rules};
use crate::http::{get_session, ok, reference, sign_out};
use crate::mount::{Mount, StartError};
use crate::plugin::{Plugin, PluginId};
use crate::schema::{self, Schema};

/// The largest request body, in bytes.
const MOST_BYTES: usize = 64 * 1024;

type Job = std::pin::Pin<Box<dyn Future<Output = Result<(), StartError>> + Send>>;

/// An app that fits together, with what is still to run.
pub(crate) struct Assembled {
    pub(crate) auth: Auth,
    pub(crate) schema: Schema,
    pub(crate) jobs: Vec<(PluginId, Job)>,
}

/// Joins what all plugins add to the schema.
pub(crate) fn merge_schema(contributions: &mut Contributions) -> Result<Schema, Vec<Complaint>> {
    let mut complaints = std::mem::take(&mut contributions.complaints);
    let merged = schema::merge(std::mem::take(&mut contributions.tables))
        .and_then(|schema| schema.with_migrations(std::mem::take(&mut contributions.migrations)));
    match merged {
        Ok(schema) if complaints.is_empty() => Ok(schema),
        Ok(_) => Err(complaints),
        Err(conflicts) => {
            complaints.extend(conflicts.iter().map(|conflict| Complaint::new("schema", conflict.to_string())));
            Err(complaints)
        }
    }
}

/// Mounts everything and returns it, or everything that is wrong.
pub(crate) fn assemble(
    cx: AuthContext,
    plugins: &[Box<dyn Plugin>],
    mut contributions: Contributions,
    mut complaints: Vec<Complaint>,
) -> Result<Assembled, Vec<Complaint>> {
    let schema = match merge_schema(&mut contributions) {
        Ok(schema) => Some(schema),
        Err(more) => {
            complaints.extend(more);
            None
        }
    };
    let mut mount = Mount::of("core").base(
        OpenApiRouter::new()
            .routes(routes!(ok::ok))
            .routes(routes!(get_session::get_session))
            .routes(routes!(sign_out::sign_out))
            .with_state(cx.clone()),
    );
    let mut mounted: Vec<PluginId> = Vec::new();
    for plugin in plugins.iter().filter(|plugin| !contributions_refused(&mut mounted, plugin.id())) {
        mount = mount.include(plugin.mount(&cx));
    }
    complaints.append(&mut mount.complaints);
    let base_path = cx.config().base_path().to_owned();
    complaints.extend(clashes::find(&base_path, &mount));
    let declared = rules::declared(&base_path, &mount, &contributions);
    let table = rules::of(&declared, &mount, &contributions, &mut complaints);
    complaints.extend(document::complete(&base_path, &mut mount, &table, &contributions));
    for (index, order) in mount.orders.iter().enumerate() {
        if let Some(first) = mount.orders.iter().take(index).find(|first| first.name == order.name) {
            let message = format!("offers the order {} as {} does", order.name, first.plugin);
            complaints.push(Complaint::new(order.plugin, message));
        }
    }
    only_one(&mount.continuations, "a continuation after sign-in", &mut complaints);
    only_one(&mount.pages, "a renderer of pages", &mut complaints);
    let Some(schema) = schema.filter(|_| complaints.is_empty()) else { return Err(complaints) };
    let jobs = std::mem::take(&mut mount.jobs);
    let auth = merge(cx, mount, (table, declared), &contributions)
        .map_err(|error| vec![Complaint::new("core", error.to_string())])?;
    Ok(Assembled { auth, schema, jobs })
}

/// Says whether a plugin of this name is mounted already, and notes the name.
fn contributions_refused(mounted: &mut Vec<PluginId>, id: PluginId) -> bool {
    let twice = mounted.contains(&id);
    mounted.push(id);
    twice
}

fn only_one<T>(list: &[(PluginId, T)], what: &str, complaints: &mut Vec<Complaint>) {
    if let [(first, _), (second, _), ..] = list {
        complaints.push(Complaint::new(*second, format!("brings {what}, and so does {first}; keep one")));
    }
}

fn merge(
    cx: AuthContext,
    mount: Mount,
    (table, declared): (HashMap<String, Rules>, Declared),
    contributions: &Contributions,
) -> Result<Auth, Unexpected> {
    let base_path = cx.config().base_path().to_owned();
    let errors = document::declared(&base_path, &mount, &table, contributions);
    let mut events = Events::new(cx.metrics().clone());
    for add in mount.events {
        add(&mut events);
    }
    let hook = |when, (plugin, at): (PluginId, String)| Hook { when, at, plugin };
    let before = mount.before.iter().map(|(by, path, _)| hook(When::Before, (*by, path.to_string())));
    let after = mount.after.iter().map(|(by, path, _)| hook(When::After, (*by, path.to_string())));
    let hooks = before.chain(after).chain(events.list().iter().cloned()).collect();
    cx.seal(Sealed {
        events,
        continuation: mount.continuations.into_iter().next().map(|(_, continuation)| continuation),
        pages: mount.pages.into_iter().next().map(|(_, pages)| pages),
    });
    let head = document::head(&cx, &table, contributions);
    let gate = Gate::new(cx.clone(), table, declared);

    let empty = || OpenApiRouter::with_openapi(head.clone());
    let base = mount.base.into_iter().fold(OpenApiRouter::new(), |all, (_, router)| all.merge(router));
    let (api, mut openapi) = empty().nest(&base_path, base).split_for_parts();
    let origin = mount.origin.into_iter().fold(empty(), |all, (_, router)| all.merge(router));
    let (origin, origin_api) = origin.split_for_parts();
    openapi.merge(origin_api);
    let api = guarded(api, &gate).merge(reference::routes(cx.config().api_reference(), &base_path, &openapi)?);
    let handles = mount.handles.into_iter().map(|(_, of, _, handle)| (of, handle)).collect();
    Ok(Auth { cx, api, origin: guarded(origin, &gate), openapi, handles, hooks, errors, orders: mount.orders })
}

/// Puts the gate and the bounds before every route, and before nothing else.
fn guarded(router: Router, gate: &Gate) -> Router {
    if !router.has_routes() {
        return router;
    }
    router.route_layer(DefaultBodyLimit::max(MOST_BYTES)).route_layer(from_fn_with_state(gate.clone(), gate::run))
}
