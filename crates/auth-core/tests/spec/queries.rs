//! Queries: refused in the core's error shape, and nothing of them is repeated.

use auth_core::QueryParams;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::plugins::Tiny;

#[derive(Deserialize)]
struct Page {
    number: u8,
}

#[utoipa::path(get, path = "/page", responses((status = 200)))]
async fn page(QueryParams(Page { number }): QueryParams<Page>) -> String {
    number.to_string()
}

async fn app() -> App {
    App::with(Tiny::named("pages").routes(|| OpenApiRouter::new().routes(routes!(page)))).await
}

#[tokio::test]
async fn a_query_is_read_and_what_is_unknown_ignored() {
    let app = app().await;

    for query in ["number=7", "number=%37", "a=1&number=7&b"] {
        assert_eq!(app.get(&format!("/page?{query}"), &[]).await.text, "7", "{query}");
    }
}

#[tokio::test]
async fn a_parameter_sent_twice_is_refused() {
    let app = app().await;

    for query in ["number=1&number=2", "number=1&num%62er=1", "number=1&x&x"] {
        let reply = app.get(&format!("/page?{query}"), &[]).await;
        reply.refuses(400, "VALIDATION_ERROR");
        assert_eq!(reply.json()["message"], "[query] a parameter was sent twice", "{query}");
    }
    app.get("/get-session?disableRefresh=true&disableRefresh=false", &[]).await.refuses(400, "VALIDATION_ERROR");
}

#[tokio::test]
async fn a_query_of_another_shape_is_refused_and_not_repeated() {
    let app = app().await;

    for query in ["", "?", "?number=secret-7", "?number=256", "?number"] {
        let reply = app.get(&format!("/page{query}"), &[]).await;
        reply.refuses(400, "VALIDATION_ERROR");
        assert_eq!(reply.json()["message"], "[query] does not have the right shape", "{query}");
    }
}
