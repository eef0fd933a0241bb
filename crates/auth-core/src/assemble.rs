//! Mounting all plugins, checking that they fit together, and merging them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Auth;
use crate::complaint::Complaint;
use crate::context::{AuthContext, Sealed};
use crate::contributions::Contributions;
use crate::error::{ApiError, Unexpected};
use crate::hooks::{Events, RequestHooks};
use crate::http::gate::{self, Gate, Rules};
use crate::http::{get_session, ok, reference, sign_out};
use crate::mount::{Mount, StartError};
use crate::plugin::{Plugin, PluginId};
use crate::schema::{self, Schema};

/// The largest request body, in bytes.
const MOST_BYTES: usize = 64 * 1024;
/// The longest a request may take.
const LONGEST: Duration = Duration::from_secs(30);

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
    match schema::merge(std::mem::take(&mut contributions.tables)) {
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
    complaints.extend(clashes(&base_path, &mount));
    let table = rules(&base_path, &mount, &contributions, &mut complaints);
    only_one(&mount.continuations, "a continuation after sign-in", &mut complaints);
    only_one(&mount.pages, "a renderer of pages", &mut complaints);
    let Some(schema) = schema.filter(|_| complaints.is_empty()) else { return Err(complaints) };
    let jobs = std::mem::take(&mut mount.jobs);
    let auth = merge(cx, mount, table).map_err(|error| vec![Complaint::new("core", error.to_string())])?;
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

/// One route as the description tells it: where, how, and whose.
struct Described<'a> {
    by: PluginId,
    path: String,
    item: &'a PathItem,
}

fn described<'a>(base_path: &str, mount: &'a Mount) -> Vec<Described<'a>> {
    let base = mount.base.iter().map(|(by, router)| (by, router, base_path));
    let origin = mount.origin.iter().map(|(by, router)| (by, router, ""));
    base.chain(origin)
        .flat_map(|(by, router, prefix)| {
            router.get_openapi().paths.paths.iter().map(move |(path, item)| Described {
                by,
                path: format!("{prefix}{path}"),
                item,
            })
        })
        .collect()
}

/// The methods a path answers, by name.
fn methods(item: &PathItem) -> Vec<&'static str> {
    [
        ("GET", item.get.is_some()),
        ("POST", item.post.is_some()),
        ("PUT", item.put.is_some()),
        ("DELETE", item.delete.is_some()),
        ("PATCH", item.patch.is_some()),
        ("HEAD", item.head.is_some()),
        ("OPTIONS", item.options.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, there)| there.then_some(name))
    .collect()
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

/// Finds routes and schemas that two plugins define differently, before axum panics over them.
fn clashes(base_path: &str, mount: &Mount) -> Vec<Complaint> {
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

/// A path as rules write it: without the base path.
fn below<'a>(base_path: &str, path: &'a str) -> &'a str {
    path.strip_prefix(base_path).filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

/// Works out once which rules apply to which route; a rule for no route is a complaint.
fn rules(
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
        let default = Rules::of_place(&route.path, base_path);
        table.entry(route.path.clone()).or_insert_with(|| Rules {
            access: declared.map_or(default.access, |(_, _, access)| *access),
            limits: contributions
                .rate_limits
                .iter()
                .filter(|(_, limit)| limit.path.fits(&template))
                .map(|(_, limit)| limit.clone())
                .collect(),
            before: mount.before.iter().filter(|(_, path, _)| path.fits(&template)).map(|(.., h)| h.clone()).collect(),
            after: mount.after.iter().filter(|(_, path, _)| path.fits(&template)).map(|(.., h)| h.clone()).collect(),
            template,
        });
    }
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
        .chain(mount.before.iter().map(|(by, path, _)| (by, path)))
        .chain(mount.after.iter().map(|(by, path, _)| (by, path)));
    for (by, pattern) in patterns {
        if !table.values().any(|rules| pattern.fits(&rules.template)) {
            complaints.push(Complaint::new(*by, format!("has a rule for {pattern}, and no such route exists")));
        }
    }
    table
}

fn merge(cx: AuthContext, mount: Mount, table: HashMap<String, Rules>) -> Result<Auth, Unexpected> {
    let mut events = Events::default();
    for add in mount.events {
        add(&mut events);
    }
    cx.seal(Sealed {
        events,
        continuation: mount.continuations.into_iter().next().map(|(_, continuation)| continuation),
        pages: mount.pages.into_iter().next().map(|(_, pages)| pages),
    });
    let hooks = RequestHooks { before: mount.before, after: mount.after };
    let gate = Gate { cx: cx.clone(), rules: Arc::new(table) };
    let base_path = cx.config().base_path().to_owned();

    let empty = || OpenApiRouter::with_openapi(document(&cx));
    let base = mount.base.into_iter().fold(OpenApiRouter::new(), |all, (_, router)| all.merge(router));
    let (api, mut openapi) = empty().nest(&base_path, base).split_for_parts();
    let origin = mount.origin.into_iter().fold(empty(), |all, (_, router)| all.merge(router));
    let (origin, origin_api) = origin.split_for_parts();
    openapi.merge(origin_api);
    let api = guarded(api, &gate).merge(reference::routes(&base_path, &openapi)?);
    let handles = mount.handles.into_iter().map(|(_, of, _, handle)| (of, handle)).collect();
    Ok(Auth { cx, api, origin: guarded(origin, &gate), openapi, handles, hooks })
}

/// Puts the gate and the bounds before every route, and before nothing else.
///
/// Hooks after a request see the answer to a handler that panicked; a hook that panics itself is
/// caught outside of them, and lets nothing through.
fn guarded(router: Router, gate: &Gate) -> Router {
    if !router.has_routes() {
        return router;
    }
    router
        .route_layer(CatchPanicLayer::custom(|_: Panic| panicked("a handler panicked")))
        .route_layer(from_fn_with_state(gate.clone(), gate::judge))
        .route_layer(CatchPanicLayer::custom(|_: Panic| panicked("a hook panicked")))
        .route_layer(DefaultBodyLimit::max(MOST_BYTES))
        .route_layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .route_layer(from_fn_with_state(gate.clone(), gate::run))
}

type Panic = Box<dyn std::any::Any + Send>;

fn panicked(what: &'static str) -> Response {
    ApiError::Unexpected(Unexpected::new(what)).into_response()
}

/// The head of the API description: who we are and how callers prove who they are.
fn document(cx: &AuthContext) -> OpenApi {
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
