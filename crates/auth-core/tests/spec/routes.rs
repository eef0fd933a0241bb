//! Routes that do not fit together are complaints that name both plugins, never a panic.

use auth_core::{Access, Auth, AuthBuilder, BuildError, RateLimit, plugins, route_at};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::ORIGIN;
use crate::plugins::Tiny;

#[utoipa::path(get, path = "/notes", responses((status = 200)))]
async fn read() -> &'static str {
    "read"
}

#[utoipa::path(post, path = "/notes", responses((status = 200)))]
async fn write() -> &'static str {
    "written"
}

fn complaints(builder: AuthBuilder) -> Vec<String> {
    match builder.assemble() {
        Ok(_) => Vec::new(),
        Err(BuildError::Configuration(complaints)) => complaints.iter().map(ToString::to_string).collect(),
        Err(error) => panic!("{error}"),
    }
}

/// What two plugins complain of that mount a route each.
fn meet(first: &'static str, second: &'static str) -> Vec<String> {
    let at = |id, path| Tiny::named(id).routes(move || OpenApiRouter::new().routes(route_at(path, routes!(read))));
    complaints(Auth::builder(ORIGIN).plugins(plugins![at("first", first), at("second", second)]))
}

#[test]
fn one_route_of_two_plugins_names_both() {
    assert_eq!(meet("/notes", "/notes"), ["second: GET /api/auth/notes is mounted by first and by second"]);
    assert_eq!(meet("/notes", "/sign-out"), [""; 0], "another method than core's");
    assert_eq!(meet("/notes", "/ok"), ["second: GET /api/auth/ok is mounted by core and by second"]);
}

#[test]
fn two_methods_of_one_path_are_fine() {
    let plugins = plugins![
        Tiny::named("first").routes(|| OpenApiRouter::new().routes(routes!(read))),
        Tiny::named("second").routes(|| OpenApiRouter::new().routes(routes!(write))),
    ];

    assert_eq!(complaints(Auth::builder(ORIGIN).plugins(plugins)), [""; 0]);
}

#[test]
fn one_shape_with_other_parameter_names_names_both() {
    assert_eq!(
        meet("/notes/{id}/pages/{page}", "/notes/{note}/pages/{page}"),
        ["second: spells /api/auth/notes/{note}/pages/{page} what first spells /api/auth/notes/{id}/pages/{page}; \
          use one spelling"]
    );
    assert_eq!(
        meet("/note_{id}", "/note_{name}"),
        ["second: spells /api/auth/note_{name} what first spells /api/auth/note_{id}; use one spelling"]
    );
    assert_eq!(meet("/notes/{id}/a", "/notes/{name}/b"), [""; 0]);
    assert_eq!(meet("/notes/{id}", "/notes/new"), [""; 0]);
}

#[test]
fn a_path_that_takes_all_of_another_names_both() {
    for (all, other) in [("/files/{*path}", "/files/{id}/meta"), ("/files/{id}/meta", "/files/{*path}")] {
        assert_eq!(meet(all, other), [format!("second: mounts /api/auth{other}, which meets /api/auth{all} of first")]);
    }
    assert_eq!(meet("/files/{*path}", "/files/{*rest}").len(), 1);
    assert_eq!(meet("/files/{*path}", "/files/index"), [""; 0]);
}

#[test]
fn a_route_where_the_reference_is_names_core() {
    for path in ["/openapi.json", "/reference", "/reference/{page}", "/reference/{*page}"] {
        let found = meet("/notes", path);
        assert!(found.iter().all(|told| told.contains("core serves the API reference at /api/auth/")), "{found:?}");
        assert!(!found.is_empty(), "{path}");
    }
}

#[test]
fn a_route_at_the_origin_may_not_be_one_below_the_base_path() {
    let origin = Tiny::named("pages")
        .mounts(|_, mount| mount.origin(OpenApiRouter::new().routes(route_at("/api/auth/ok", routes!(read)))));

    assert_eq!(
        complaints(Auth::builder(ORIGIN).plugin(origin)),
        ["pages: GET /api/auth/ok is mounted by core and by pages"]
    );
}

mod one {
    #[derive(serde::Serialize, utoipa::ToSchema)]
    pub(super) struct Note {
        pub(super) text: String,
    }
}

mod other {
    #[derive(serde::Serialize, utoipa::ToSchema)]
    pub(super) struct Note {
        pub(super) text: String,
        pub(super) pages: u32,
    }
}

#[utoipa::path(get, path = "/one", responses((status = 200, body = one::Note)))]
async fn get_one() -> axum::Json<one::Note> {
    axum::Json(one::Note { text: String::new() })
}

#[utoipa::path(get, path = "/other", responses((status = 200, body = other::Note)))]
async fn get_other() -> axum::Json<other::Note> {
    axum::Json(other::Note { text: String::new(), pages: 0 })
}

#[test]
fn different_schemas_of_one_name_name_both() {
    let first = || Tiny::named("first").routes(|| OpenApiRouter::new().routes(routes!(get_one)));
    let second = Tiny::named("second").routes(|| OpenApiRouter::new().routes(routes!(get_other)));
    let alike = Tiny::named("second").routes(|| OpenApiRouter::new().routes(route_at("/same", routes!(get_one))));

    assert_eq!(one::Note::name(), other::Note::name());
    assert_eq!(
        complaints(Auth::builder(ORIGIN).plugins(plugins![first(), second])),
        ["second: schema Note differs from the one of first"]
    );
    assert_eq!(complaints(Auth::builder(ORIGIN).plugins(plugins![first(), alike])), [""; 0]);
}

#[test]
fn a_rule_for_a_route_that_does_not_exist_is_told() {
    let plugin = Tiny::named("rules")
        .adds(|to| {
            to.rate_limit(RateLimit::new("/nots", 10, 10));
            to.access("/api/auth/ok", Access::Public);
            to.access("/get-session", Access::Session);
            to.alias("/notes", "/nots");
        })
        .mounts(|_, mount| mount.base(OpenApiRouter::new().routes(routes!(read))).after("/gone/*", Quiet));

    assert_eq!(
        complaints(Auth::builder(ORIGIN).plugin(plugin)),
        [
            "rules: names /notes as an alias of /nots, and no such route exists",
            "rules: has a rule for /api/auth/ok, and no such route exists",
            "rules: has a rule for /gone/*, and no such route exists",
        ]
    );
}

struct Quiet;

#[async_trait::async_trait]
impl auth_core::After for Quiet {
    async fn after(&self, _: &auth_core::Exchange<'_>, response: axum::response::Response) -> axum::response::Response {
        response
    }
}

#[test]
fn two_continuations_or_renderers_name_both() {
    struct Home;

    #[async_trait::async_trait]
    impl auth_core::Continuation for Home {
        async fn next(
            &self,
            _: auth_core::Resume<'_>,
            _: &auth_core::session::SignedIn,
        ) -> Result<Option<String>, auth_core::Unexpected> {
            Ok(None)
        }

        async fn client_name(&self, _: auth_core::Resume<'_>) -> Result<Option<String>, auth_core::Unexpected> {
            Ok(None)
        }
    }

    let plugin = |id| Tiny::named(id).mounts(|_, mount| mount.continuation(Home));

    assert_eq!(
        complaints(Auth::builder(ORIGIN).plugins(plugins![plugin("first"), plugin("second")])),
        ["second: brings a continuation after sign-in, and so does first; keep one"]
    );
}
