//! `GET /ok`: says that the server answers.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The answer of a server that is up.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = core::Ok)]
pub(crate) struct OkBody {
    /// Always true.
    #[schema(example = true)]
    ok: bool,
}

/// Says that the server answers. Asks nothing of the database.
#[utoipa::path(
    get, path = "/ok", tag = "core",
    responses((status = 200, description = "The server is up", body = OkBody))
)]
pub(crate) async fn ok() -> Json<OkBody> {
    Json(OkBody { ok: true })
}
