//! Tiny plugins: a door to come in by, and one that is whatever a test needs.

use auth_core::entity::user;
use auth_core::session::{CurrentSession, NewSession};
use auth_core::{
    ApiError, AuthContext, ClientAddress, Contributions, FormBody, JsonBody, Mount, Plugin, PluginId, Unexpected,
    UserCreated, database, store,
};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, header};
use sea_orm::EntityTrait as _;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Lets anybody in who tells an address: core itself has no way to sign in.
pub(crate) struct Door;

impl Plugin for Door {
    fn id(&self) -> PluginId {
        "door"
    }

    fn contribute(&self, _: &mut Contributions) {}

    fn mount(&self, cx: &AuthContext) -> Mount {
        Mount::of(self.id()).base(
            OpenApiRouter::new()
                .routes(routes!(enter))
                .routes(routes!(whoami))
                .routes(routes!(json))
                .routes(routes!(form))
                .routes(routes!(crash))
                .with_state(cx.clone()),
        )
    }
}

#[derive(Deserialize)]
struct Enter {
    email: String,
    remember: bool,
}

#[utoipa::path(post, path = "/enter", responses((status = 200)))]
async fn enter(
    State(cx): State<AuthContext>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    JsonBody(Enter { email, remember }): JsonBody<Enter>,
) -> Result<Response, ApiError> {
    let tx = database::begin_write(cx.db()).await?;
    let known = user::Entity::find_by_id(email.clone()).one(&tx).await?;
    let user = if let Some(user) = known {
        user
    } else {
        let (name, now) = ("Alice".to_owned(), cx.now());
        let (id, image) = (email.clone(), None);
        let user = user::Model { id, name, email, email_verified: false, image, created_at: now, updated_at: now };
        store::user::insert(&tx, &user).await?;
        cx.events().emit_in(&UserCreated { user_id: user.id.clone() }, &tx).await?;
        user
    };
    let issued = cx.issue_session(&tx, user, NewSession::of(&headers, address, remember)).await?;
    tx.commit().await.map_err(Unexpected::from)?;
    cx.events().emit(&UserCreated { user_id: issued.signed_in.user.id.clone() }).await;
    Ok(([(header::SET_COOKIE, issued.cookie)], Json(json!({ "token": issued.token }))).into_response())
}

#[utoipa::path(get, path = "/whoami", responses((status = 200)))]
async fn whoami(CurrentSession(signed_in): CurrentSession) -> String {
    signed_in.user.email
}

#[derive(Deserialize)]
struct Number {
    number: u8,
}

#[utoipa::path(post, path = "/json", responses((status = 200)))]
async fn json(JsonBody(Number { number }): JsonBody<Number>) -> Json<Value> {
    Json(json!({ "number": number }))
}

#[utoipa::path(post, path = "/form", responses((status = 200)))]
async fn form(form: FormBody) -> String {
    form.get("name").to_owned()
}

#[utoipa::path(get, path = "/crash", responses((status = 200)))]
async fn crash(headers: HeaderMap) -> &'static str {
    assert!(!headers.contains_key("crash"), "as asked, at door 7");
    "still standing"
}

type Contribute = dyn Fn(&mut Contributions) + Send + Sync;
type MountWith = dyn Fn(&AuthContext, Mount) -> Mount + Send + Sync;

/// A plugin that is whatever a test needs.
pub(crate) struct Tiny {
    id: PluginId,
    contribute: Box<Contribute>,
    mount: Box<MountWith>,
}

impl Tiny {
    pub(crate) fn named(id: PluginId) -> Self {
        Self { id, contribute: Box::new(|_| {}), mount: Box::new(|_, mount| mount) }
    }

    pub(crate) fn adds(mut self, contribute: impl Fn(&mut Contributions) + Send + Sync + 'static) -> Self {
        self.contribute = Box::new(contribute);
        self
    }

    pub(crate) fn mounts(mut self, mount: impl Fn(&AuthContext, Mount) -> Mount + Send + Sync + 'static) -> Self {
        self.mount = Box::new(mount);
        self
    }

    /// Mounts routes below the base path.
    pub(crate) fn routes(self, routes: impl Fn() -> OpenApiRouter + Send + Sync + 'static) -> Self {
        self.mounts(move |_, mount| mount.base(routes()))
    }
}

impl Plugin for Tiny {
    fn id(&self) -> PluginId {
        self.id
    }

    fn contribute(&self, to: &mut Contributions) {
        (self.contribute)(to);
    }

    fn mount(&self, cx: &AuthContext) -> Mount {
        (self.mount)(cx, Mount::of(self.id))
    }
}
