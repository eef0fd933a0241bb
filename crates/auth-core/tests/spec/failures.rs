//! What a route answers where its handler cannot: in the shape it declares, or that of its access.

use auth_core::pages::{ConfirmView, ConsentView, ErrorView, NoticeView, Pages, SignInView, SignUpView};
use auth_core::{Access, Auth, AuthBuilder, BuildError, ErrorShape, RateLimit};
use http::{HeaderMap, Method};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{App, ORIGIN, Reply, request};
use crate::plugins::Tiny;

/// Renders the words of a failure, and nothing else.
struct Words;

impl Pages for Words {
    fn sign_in(&self, _: &SignInView) -> String {
        String::new()
    }

    fn sign_up(&self, _: &SignUpView) -> String {
        String::new()
    }

    fn consent(&self, _: &ConsentView) -> String {
        String::new()
    }

    fn confirm(&self, _: &ConfirmView) -> String {
        String::new()
    }

    fn error(&self, view: &ErrorView) -> String {
        let ErrorView { title, message, hint, reference, .. } = view;
        let reference = reference.as_ref().map_or_else(String::new, |reference| format!(" ({reference})"));
        format!("<h1>{title}</h1>{message} {}{reference}", hint.as_deref().unwrap_or_default())
    }

    fn notice(&self, _: &NoticeView) -> String {
        String::new()
    }
}

/// Falls over where it is asked to.
#[utoipa::path(post, path = "/act", responses((status = 200)))]
async fn act(headers: HeaderMap) -> &'static str {
    assert!(!headers.contains_key("crash"), "as asked");
    "done"
}

/// One route at the origin and one below the base path, two requests a minute each.
fn acting(access: Option<Access>, shape: Option<ErrorShape>) -> Tiny {
    Tiny::named("acting")
        .adds(move |to| {
            to.rate_limit(RateLimit::new("/act", 60, 2));
            if let Some(access) = access {
                to.access("/act", access);
            }
            if let Some(shape) = shape {
                to.error_shape("/act", shape);
            }
        })
        .mounts(|_, mount| {
            let routes = || OpenApiRouter::new().routes(routes!(act));
            mount.base(routes()).origin(routes()).pages(Words)
        })
}

async fn app(access: Option<Access>, shape: Option<ErrorShape>) -> App {
    App::of(ORIGIN, |builder| builder.plugin(acting(access, shape))).await
}

async fn acts(app: &App, path: &str, headers: &[(&str, &str)]) -> Reply {
    app.send(request(Method::POST, path, headers, "")).await
}

/// A foreign origin, a panic and one request too many.
async fn fails(app: &App, path: &str) -> [Reply; 3] {
    let foreign = acts(app, path, &[("origin", "https://evil.example")]).await;
    let crashed = acts(app, path, &[("origin", ORIGIN), ("crash", "1")]).await;
    while acts(app, path, &[("origin", ORIGIN)]).await.status == 200 {}
    let limited = acts(app, path, &[("origin", ORIGIN)]).await;
    [foreign, crashed, limited]
}

fn statuses(replies: &[Reply; 3]) -> [u16; 3] {
    [0, 1, 2].map(|at| replies[at].status.as_u16())
}

#[tokio::test]
async fn a_program_gets_a_code_and_a_message() {
    let [foreign, crashed, limited] = fails(&app(None, None).await, "/act").await;

    foreign.refuses(403, "INVALID_ORIGIN");
    crashed.refuses(500, "INTERNAL_SERVER_ERROR");
    limited.refuses(429, "TOO_MANY_REQUESTS");
    assert_eq!(limited.header("retry-after"), "60");
}

#[tokio::test]
async fn a_person_gets_a_page() {
    for (access, path) in [(None, "//act"), (Some(Access::Navigation), "/act")] {
        let replies = fails(&app(access, None).await, path).await;

        assert_eq!(statuses(&replies), [403, 500, 429], "{replies:?}");
        for reply in &replies {
            assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
            assert_eq!(reply.header("cache-control"), "no-store");
            assert!(reply.header("content-security-policy").starts_with("default-src 'none'"), "{reply:?}");
            assert_eq!(reply.header("x-request-id").len(), 36);
        }
        let [foreign, crashed, limited] = replies;
        assert!(foreign.text.starts_with("<h1>This did not come from here</h1>"), "{foreign:?}");
        assert!(!foreign.text.contains("evil.example"), "{foreign:?}");
        assert!(crashed.text.starts_with("<h1>Something went wrong</h1>") && !crashed.text.contains("as asked"));
        assert!(crashed.text.ends_with(')'), "with a reference: {crashed:?}");
        assert_eq!(limited.header("retry-after"), "60");
        assert!(limited.text.contains("Please wait 60 seconds"), "{limited:?}");
    }
}

#[tokio::test]
async fn a_page_that_is_opened_from_anywhere_fails_as_a_page_too() {
    let app = app(Some(Access::CrossSiteNavigation), None).await;

    let [foreign, crashed, limited] = fails(&app, "/act").await;

    assert_eq!(foreign.text, "done", "it checks no origin");
    assert!(crashed.text.starts_with("<h1>Something went wrong</h1>"));
    assert!(limited.text.starts_with("<h1>Too many requests</h1>"));
}

#[tokio::test]
async fn an_oauth_client_gets_an_error_and_a_description() {
    let app = app(None, Some(ErrorShape::OAuth)).await;

    let [foreign, crashed, limited] = fails(&app, "/act").await;

    let description = crashed.json()["error_description"].as_str().unwrap().to_owned();
    assert!(description.starts_with("something went wrong on our side, reference "), "{description}");
    assert_eq!(crashed.json(), json!({ "error": "server_error", "error_description": description }));
    assert_eq!(limited.json(), json!({ "error": "temporarily_unavailable", "error_description": "too many requests" }));
    assert_eq!(foreign.json()["error"], "access_denied");
    assert_eq!(limited.header("retry-after"), "60");
    let replies = [foreign, crashed, limited];
    assert_eq!(statuses(&replies), [403, 500, 429]);
    for reply in replies {
        assert_eq!((reply.header("content-type"), reply.header("cache-control")), ("application/json", "no-store"));
    }
}

#[tokio::test]
async fn what_a_plugin_declares_comes_before_the_access() {
    let page = fails(&app(None, Some(ErrorShape::Page)).await, "/act").await;
    let core = fails(&app(Some(Access::Navigation), Some(ErrorShape::Core)).await, "/act").await;

    assert!(page.iter().all(|reply| reply.text.starts_with("<h1>")), "{page:?}");
    assert_eq!(core[0].json()["code"], "INVALID_ORIGIN");
}

#[tokio::test]
async fn without_a_renderer_a_person_gets_plain_words() {
    let limited = Tiny::named("limited")
        .adds(|to| to.rate_limit(RateLimit::new("/act", 60, 0)))
        .mounts(|_, mount| mount.origin(OpenApiRouter::new().routes(routes!(act))));
    let app = App::of(ORIGIN, |builder| builder.plugin(limited)).await;

    let reply = acts(&app, "//act", &[]).await;

    assert_eq!(
        (reply.status.as_u16(), reply.text.as_str()),
        (429, "Too many requests\nThere were too many requests from your network.\n")
    );
}

#[tokio::test]
async fn who_opened_another_name_of_this_machine_is_told_which_to_open() {
    let app = app(None, None).await;

    for other in ["http://127.0.0.1:3000", "http://[::1]:3000", "http://app.localhost:3000"] {
        let reply = acts(&app, "//act", &[("origin", other), ("sec-fetch-site", "same-origin")]).await;

        assert_eq!(reply.status.as_u16(), 403);
        let told = format!(
            "<h1>Use another address</h1>You opened {other}, and this app is at http://localhost:3000. \
             Open http://localhost:3000 and start again there."
        );
        assert_eq!(reply.text, told);
    }
    for foreign in ["http://localhost:5173", "https://evil.example", "http://127.0.0.1.evil.example:3000"] {
        let reply = acts(&app, "//act", &[("origin", foreign)]).await;
        assert!(reply.status == 403 && !reply.text.contains(foreign), "{reply:?}");
    }
}

#[tokio::test]
async fn a_public_app_never_repeats_an_origin() {
    let app = App::of("https://auth.example.com", |builder| builder.plugin(acting(None, None))).await;

    let reply = acts(&app, "//act", &[("origin", "http://127.0.0.1")]).await;

    assert!(reply.status == 403 && !reply.text.contains("127.0.0.1"), "{reply:?}");
}

#[test]
fn a_shape_for_a_route_that_does_not_exist_is_told() {
    let builder: AuthBuilder = Auth::builder(ORIGIN)
        .plugin(Tiny::named("shapes").adds(|to| to.error_shape("/oauth2/tokens", ErrorShape::OAuth)));

    let BuildError::Configuration(complaints) = builder.assemble().unwrap_err() else { panic!("no complaint") };

    assert_eq!(complaints[0].to_string(), "shapes: has a rule for /oauth2/tokens, and no such route exists");
}
