//! The API description: what the core knows of every operation, and what plugins declare.

use auth_core::session::CurrentSession;
use auth_core::{Auth, BuildError, DeclaredError, ErrorCode, JsonBody, PluginId, RateLimit, codes};
use serde_json::{Value, json};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::ORIGIN;
use crate::plugins::Tiny;

const NO_NOTE: ErrorCode = ErrorCode { code: "NO_NOTE", status: 404, message: "There is no such note" };
const LOCKED: ErrorCode = ErrorCode { code: "LOCKED", status: 404, message: "The note is locked" };

#[utoipa::path(
    get, path = "/notes/{id}", params(("id" = String, Path)),
    responses((status = 200), (status = 404, description = "As declared")), security(("session" = []))
)]
async fn read(_: CurrentSession) -> &'static str {
    "read"
}

#[utoipa::path(post, path = "/notes", request_body = String, responses((status = 200)), security((), ("session" = [])))]
async fn write(_: JsonBody<Value>) -> &'static str {
    "written"
}

fn notes() -> Tiny {
    Tiny::named("notes")
        .adds(|to| {
            to.about("Keeps notes.");
            to.errors("/notes/*", &[NO_NOTE, LOCKED]);
            to.rate_limit(RateLimit::new("/notes", 60, 10));
        })
        .mounts(|cx, mount| {
            mount.base(OpenApiRouter::new().routes(routes!(read)).routes(routes!(write)).with_state(cx.clone()))
        })
}

fn document(plugins: impl IntoIterator<Item = Tiny>) -> Value {
    let builder = plugins.into_iter().fold(Auth::builder(ORIGIN), auth_core::AuthBuilder::plugin);
    serde_json::to_value(builder.assemble().unwrap().openapi()).unwrap()
}

fn complaints(plugins: impl IntoIterator<Item = Tiny>) -> Vec<String> {
    let builder = plugins.into_iter().fold(Auth::builder(ORIGIN), auth_core::AuthBuilder::plugin);
    match builder.assemble() {
        Err(BuildError::Configuration(complaints)) => complaints.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

/// The codes an operation shows for a status.
fn shown(operation: &Value, status: u16) -> Vec<&str> {
    let examples = &operation["responses"][status.to_string()]["content"]["application/json"]["examples"];
    examples.as_object().map(|examples| examples.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[test]
fn every_operation_is_filed_under_its_plugin() {
    let document = document([notes()]);

    assert_eq!(document["paths"]["/api/auth/notes"]["post"]["tags"], json!(["notes"]));
    assert_eq!(document["paths"]["/api/auth/ok"]["get"]["tags"], json!(["core"]));
    assert_eq!(
        document["tags"],
        json!([
            { "name": "core", "description": "Who is signed in, and signing out." },
            { "name": "notes", "description": "Keeps notes." },
        ])
    );
}

#[test]
fn what_stands_before_a_handler_is_described_by_itself() {
    let document = document([notes()]);
    let write = &document["paths"]["/api/auth/notes"]["post"];
    let read = &document["paths"]["/api/auth/notes/{id}"]["get"];

    assert_eq!(shown(write, 400), ["VALIDATION_ERROR"]);
    assert_eq!(shown(write, 403), ["INVALID_ORIGIN", "MISSING_OR_NULL_ORIGIN"]);
    assert_eq!(shown(write, 413), ["PAYLOAD_TOO_LARGE"]);
    assert_eq!(shown(write, 415), ["UNSUPPORTED_MEDIA_TYPE"]);
    assert_eq!(shown(write, 429), ["TOO_MANY_REQUESTS"]);
    assert_eq!(shown(write, 503), ["TIMED_OUT", "UNAVAILABLE"]);
    assert_eq!(shown(write, 401), [""; 0], "nobody needs to be signed in");
    assert_eq!(shown(read, 401), ["UNAUTHORIZED"]);
    for status in [400, 403, 413, 415, 429] {
        assert_eq!(shown(read, status), [""; 0], "{status}");
    }
    let failure = &read["responses"]["500"]["content"]["application/json"];
    assert_eq!(failure["schema"]["$ref"], "#/components/schemas/core.ErrorBody");
    assert!(failure["examples"]["INTERNAL_SERVER_ERROR"]["value"]["reference"].is_string());
}

#[test]
fn declared_errors_stand_where_they_can_be_answered() {
    let document = document([notes()]);
    let read = &document["paths"]["/api/auth/notes/{id}"]["get"];

    assert_eq!(shown(read, 404), ["LOCKED", "NO_NOTE"]);
    assert_eq!(read["responses"]["404"]["description"], "As declared", "what the plugin says of the status stays");
    assert_eq!(
        read["responses"]["404"]["content"]["application/json"]["examples"]["NO_NOTE"],
        json!({
            "summary": "There is no such note",
            "value": { "code": "NO_NOTE", "message": "There is no such note" },
        })
    );
    assert_eq!(shown(&document["paths"]["/api/auth/notes"]["post"], 404), [""; 0]);
}

#[test]
fn the_errors_of_an_app_can_be_listed() {
    let auth = Auth::builder(ORIGIN).plugin(notes()).assemble().unwrap();

    let of = |plugin: PluginId| auth.errors().iter().filter(move |error| error.plugin == plugin);
    let paths = vec!["/api/auth/notes/{id}".to_owned()];
    let declared = |code| DeclaredError { plugin: "notes", code, paths: paths.clone() };
    assert_eq!(of("notes").cloned().collect::<Vec<_>>(), [declared(NO_NOTE), declared(LOCKED)]);
    assert!(of("core").any(|error| error.code == codes::TOO_MANY_REQUESTS && error.paths.is_empty()));
}

#[test]
fn an_error_for_no_route_or_with_two_meanings_is_refused() {
    let nowhere = Tiny::named("nowhere").adds(|to| to.errors("/nowhere", &[NO_NOTE]));
    assert_eq!(complaints([nowhere]), ["nowhere: has a rule for /nowhere, and no such route exists"]);

    let other = ErrorCode { message: "Not here", ..NO_NOTE };
    let other = Tiny::named("other").adds(move |to| to.errors("/ok", &[other]));
    assert_eq!(
        complaints([notes(), other]),
        ["other: declares the error NO_NOTE otherwise than notes; choose another"]
    );

    let own = ErrorCode { status: 410, ..codes::BUSY };
    let own = Tiny::named("own").adds(move |to| to.errors("/ok", &[own]));
    assert_eq!(complaints([own]), ["own: declares the error BUSY otherwise than core; choose another"]);

    let odd = ErrorCode { code: "FINE", status: 200, message: "All is well" };
    let odd = Tiny::named("odd").adds(move |to| to.errors("/ok", &[odd]));
    assert_eq!(complaints([odd]), ["odd: declares the error FINE with the status 200"]);
}

#[test]
fn another_way_to_present_a_session_stands_wherever_the_cookie_does() {
    let bearer = || SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let plugin = Tiny::named("bearer").adds(move |to| to.session_scheme("session-bearer", bearer()));

    let document = document([notes(), plugin]);

    assert_eq!(document["components"]["securitySchemes"]["session-bearer"]["scheme"], "bearer");
    assert_eq!(
        document["paths"]["/api/auth/notes/{id}"]["get"]["security"],
        json!([{ "session": [] }, { "session-bearer": [] }])
    );
    assert_eq!(
        document["paths"]["/api/auth/get-session"]["get"]["security"],
        json!([{}, { "session": [] }, { "session-bearer": [] }])
    );
    assert!(document["paths"]["/api/auth/ok"]["get"].get("security").is_none());
}

#[test]
fn a_security_scheme_nobody_or_two_plugins_declare_is_refused() {
    #[utoipa::path(get, path = "/vault", responses((status = 200)), security(("key" = [])))]
    async fn vault() -> &'static str {
        "open"
    }
    let vault = || Tiny::named("vault").routes(|| OpenApiRouter::new().routes(routes!(vault)));
    assert_eq!(
        complaints([vault()]),
        ["vault: has an operation secured by key, which no plugin declares as a security scheme"]
    );

    let keys = |id| {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        Tiny::named(id).adds(move |to| to.security_scheme("key", scheme.clone()))
    };
    assert_eq!(
        complaints([vault(), keys("one"), keys("two")]),
        ["two: declares the security scheme key, and so does one"]
    );
}

#[test]
fn what_else_an_operation_asks_for_stays_beside_another_way_to_present_a_session() {
    #[utoipa::path(post, path = "/both", responses((status = 200)), security(("session" = [], "key" = [])))]
    async fn both() -> &'static str {
        "done"
    }
    let bearer = || SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let plugin = Tiny::named("both")
        .adds(move |to| {
            to.security_scheme("key", bearer());
            to.session_scheme("session-bearer", bearer());
        })
        .routes(|| OpenApiRouter::new().routes(routes!(both)));

    let document = document([plugin]);

    assert_eq!(
        document["paths"]["/api/auth/both"]["post"]["security"],
        json!([{ "key": [], "session": [] }, { "key": [], "session-bearer": [] }])
    );
}

#[test]
fn a_name_that_is_none_for_a_plugin_or_a_code_is_refused() {
    for id in ["", "My Plugin", "app", "schema", "a|b"] {
        let found = complaints([Tiny::named(id)]);
        assert!(matches!(found.as_slice(), [only] if only.contains("is no name for a plugin")), "{id}: {found:?}");
    }
    for code in ["", "not found", "NOT-FOUND", "Not_Found"] {
        let odd = ErrorCode { code, status: 404, message: "No" };
        let found = complaints([Tiny::named("odd").adds(move |to| to.errors("/ok", &[odd]))]);
        assert!(found.iter().any(|complaint| complaint.contains("use a code such as NOT_FOUND")), "{code}: {found:?}");
    }
}
