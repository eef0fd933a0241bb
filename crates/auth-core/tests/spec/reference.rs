//! `GET /openapi.json` and `GET /reference`: every route, and nothing from elsewhere.

use auth_core::{ApiReference, Auth, route_at};
use axum::body::Body;
use http::{Method, Request};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{App, ORIGIN, request};
use crate::plugins::Tiny;

#[utoipa::path(get, path = "/notes/{id}", responses((status = 200)))]
async fn read() -> &'static str {
    "read"
}

#[utoipa::path(delete, path = "/notes/{id}", responses((status = 200)))]
async fn forget() -> &'static str {
    "forgotten"
}

async fn app() -> App {
    // Two routers of one path: what utoipa joins and axum joins must agree.
    App::with(Tiny::named("notes").mounts(|_, mount| {
        mount
            .base(OpenApiRouter::new().routes(routes!(read)))
            .base(OpenApiRouter::new().routes(routes!(forget)))
            .origin(OpenApiRouter::new().routes(routes!(read)))
    }))
    .await
}

#[tokio::test]
async fn the_description_holds_every_route() {
    let app = app().await;

    let document = app.get("/openapi.json", &[]).await.json();

    let mut routes: Vec<String> = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        routes.extend(item.as_object().unwrap().keys().map(|method| format!("{method} {path}")));
    }
    routes.sort();
    assert_eq!(
        routes,
        [
            "delete /api/auth/notes/{id}",
            "get /api/auth/crash",
            "get /api/auth/get-session",
            "get /api/auth/notes/{id}",
            "get /api/auth/ok",
            "get /api/auth/whoami",
            "get /notes/{id}",
            "post /api/auth/enter",
            "post /api/auth/form",
            "post /api/auth/json",
            "post /api/auth/sign-out",
        ]
    );
    for route in routes {
        let (method, path) = route.split_once(' ').unwrap();
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let path = path.replace("{id}", "1");
        let reply = app.send(Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await;
        assert!(!matches!(reply.status.as_u16(), 404 | 405), "{route} is described and not there");
    }
}

#[tokio::test]
async fn every_operation_has_a_name_of_its_own() {
    let app = app().await;

    let document = app.get("/openapi.json", &[]).await.json();

    let mut names: Vec<&str> = Vec::new();
    for item in document["paths"].as_object().unwrap().values() {
        names.extend(item.as_object().unwrap().values().map(|operation| operation["operationId"].as_str().unwrap()));
    }
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "core_get_get_session",
            "core_get_ok",
            "core_post_sign_out",
            "door_get_crash",
            "door_get_whoami",
            "door_post_enter",
            "door_post_form",
            "door_post_json",
            "notes_delete_notes_id",
            "notes_get_notes_id",
            "notes_get_origin_notes_id",
        ]
    );
}

#[test]
fn operations_whose_paths_differ_in_marks_only_have_names_of_their_own() {
    let at = |path| OpenApiRouter::new().routes(route_at(path, routes!(read)));
    let notes = Tiny::named("notes").mounts(move |_, mount| mount.base(at("/a-b")).base(at("/a/b")).base(at("/a_b")));

    let auth = Auth::builder(ORIGIN).plugin(notes).assemble().unwrap();

    let name = |path: &str| auth.openapi().paths.paths[path].get.as_ref().unwrap().operation_id.clone().unwrap();
    let names = ["/api/auth/a-b", "/api/auth/a/b", "/api/auth/a_b"].map(name);
    assert_eq!(names, ["notes_get_a_b", "notes_get_a_b_", "notes_get_a_b__"]);
}

#[tokio::test]
async fn the_description_says_how_callers_prove_who_they_are() {
    let app = app().await;

    let document = app.get("/openapi.json", &[]).await.json();

    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(schemes["session"]["name"], "better-auth.session_token");
    assert_eq!(schemes["session"]["in"], "cookie");
    assert_eq!(document["info"]["title"], "Auth");
    assert_eq!(document["info"].get("contact"), None);
    let text = document.to_string();
    for (at, _) in text.match_indices("#/components/schemas/") {
        let name = text[at + "#/components/schemas/".len()..].split('"').next().unwrap();
        assert_ne!(document["components"]["schemas"][name], Value::Null, "{name} is named and not described");
    }
}

#[tokio::test]
async fn the_page_loads_nothing_from_another_origin() {
    let app = app().await;
    let moved = app.get("/reference", &[]).await;
    assert_eq!((moved.status.as_u16(), moved.header("location")), (303, "/api/auth/reference/"));

    let page = app.get("/reference/", &[]).await;

    let mut loaded = 0;
    for attribute in ["src=\"", "href=\""] {
        for (at, _) in page.text.match_indices(attribute) {
            let target = page.text[at + attribute.len()..].split('"').next().unwrap();
            assert!(!target.contains("//"), "{target}");
            let reply = app.get(&format!("/reference/{}", target.trim_start_matches("./")), &[]).await;
            assert_eq!(reply.status.as_u16(), 200, "{target}");
            loaded += 1;
        }
    }
    assert!(loaded >= 4, "{}", page.text);
    assert!(!page.text.contains("//validator") && !page.text.contains("https://"), "{}", page.text);
}

#[tokio::test]
async fn the_page_may_not_reach_another_origin() {
    let app = app().await;

    let page = app.get("/reference/", &[]).await;
    let script = app.get("/reference/swagger-initializer.js", &[]).await;

    assert_eq!(
        page.header("content-security-policy"),
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    assert!(script.text.contains(r#""validatorUrl": "none""#), "{}", script.text);
    assert!(script.text.contains("/api/auth/openapi.json"), "{}", script.text);
    assert!(!script.text.contains("://"), "{}", script.text);
}

#[tokio::test]
async fn the_description_needs_no_session() {
    let app = app().await;

    let reply = app.send(request(Method::GET, "/openapi.json", &[("origin", "https://evil.example")], "")).await;

    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/json"));
}

#[tokio::test]
async fn requests_can_be_tried_out_on_this_machine_only_unless_the_app_says_otherwise() {
    for (origin, said, methods) in [
        (ORIGIN, None, r#"["get", "post", "put", "patch", "delete"]"#),
        ("https://auth.example.com", None, "[]"),
        (ORIGIN, Some(ApiReference::ReadOnly), "[]"),
        ("https://auth.example.com", Some(ApiReference::TryOut), r#"["get", "post", "put", "patch", "delete"]"#),
    ] {
        let app = App::of(origin, |builder| match said {
            Some(how) => builder.api_reference(how),
            None => builder,
        })
        .await;

        let script = app.get("/reference/swagger-initializer.js", &[]).await.text;

        let script = script.split_whitespace().collect::<Vec<_>>().join(" ").replace("[ ", "[").replace(" ]", "]");
        assert!(script.contains(&format!("\"supportedSubmitMethods\": {methods}")), "{origin} {said:?}: {script}");
        assert!(script.contains("\"queryConfigEnabled\": false"), "{script}");
    }
}

#[tokio::test]
async fn the_reference_can_be_switched_off() {
    let app = App::of(ORIGIN, |builder| builder.api_reference(ApiReference::Off)).await;

    for path in ["/reference", "/reference/", "/reference/swagger-ui.css", "/openapi.json"] {
        assert_eq!(app.get(path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(app.get("/ok", &[]).await.status, 200);
}
