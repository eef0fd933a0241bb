//! A provider without any security: it only answers where and how a real one does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use auth_core::{AuthContext, Contributions, Mount, Plugin, PluginId};
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;

type Fields = HashMap<String, String>;

/// What is told to the fake provider, and what it does wrong on purpose.
#[derive(Clone, Default)]
pub(crate) struct Provider {
    /// Forgets the redirect URI in the policy of the consent page.
    pub(crate) forgets_policy: bool,
    pub(crate) waiting: Arc<Mutex<HashMap<String, Fields>>>,
    pub(crate) accounts: Arc<Mutex<HashMap<String, String>>>,
}

impl Plugin for Provider {
    fn id(&self) -> PluginId {
        "provider"
    }

    fn contribute(&self, _: &mut Contributions) {}

    fn mount(&self, _: &AuthContext) -> Mount {
        let base = OpenApiRouter::new()
            .route("/sign-up/email", post(sign_up))
            .route("/sign-in/email", post(sign_in))
            .route("/oauth2/register", post(register))
            .route("/oauth2/authorize", get(authorize))
            .route("/oauth2/token", post(token))
            .route("/oauth2/revoke", post(StatusCode::OK))
            .route("/oauth2/introspect", post(Json(json!({ "active": true }))))
            .route("/oauth2/userinfo", get(userinfo));
        let origin = OpenApiRouter::new()
            .route("/sign-in", get(sign_in_page).post(sign_in_form))
            .route("/sign-up", get(sign_up_page).post(sign_in_form))
            .route("/consent", get(consent_page).post(consent));
        let base = base.with_state(self.clone());
        Mount::of("provider").base(base).origin(origin.with_state(self.clone()))
    }
}

fn signed_in() -> [(header::HeaderName, &'static str); 1] {
    [(header::SET_COOKIE, "sid=a-session-token.signature; Path=/; HttpOnly; SameSite=Lax")]
}

fn is_signed_in(headers: &HeaderMap) -> bool {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok());
    cookies.is_some_and(|cookies| cookies.contains("sid=a-session-token"))
}

async fn sign_up(State(provider): State<Provider>, Json(body): Json<Value>) -> Response {
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    provider.accounts.lock().unwrap().insert(text("email"), text("password"));
    (signed_in(), Json(json!({ "token": "a-session-token" }))).into_response()
}

async fn sign_in(State(provider): State<Provider>, Json(body): Json<Value>) -> Response {
    let known = provider.accounts.lock().unwrap().get(body["email"].as_str().unwrap()).cloned();
    if known.as_deref() != body["password"].as_str() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    (signed_in(), Json(json!({ "token": "a-session-token" }))).into_response()
}

async fn register(Json(mut metadata): Json<Value>) -> Response {
    if metadata["redirect_uris"] == json!([]) {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_redirect_uri" }))).into_response();
    }
    metadata["client_id"] = json!("client:1");
    if metadata["token_endpoint_auth_method"] != "none" {
        metadata["client_secret"] = json!("a client secret");
    }
    (StatusCode::CREATED, Json(metadata)).into_response()
}

async fn authorize(State(provider): State<Provider>, headers: HeaderMap, Query(query): Query<Fields>) -> Response {
    provider.waiting.lock().unwrap().insert("a-handle-1".to_owned(), query);
    let to = if is_signed_in(&headers) { "/consent?consent_code" } else { "/sign-in?interaction" };
    (StatusCode::FOUND, [(header::LOCATION, format!("{to}=a-handle-1"))]).into_response()
}

async fn sign_in_page() -> Html<&'static str> {
    Html(
        "<form method=post action='/sign-in'><input type=hidden name=interaction value='a-handle-1'>
         <input name=email><input type=password name=password><button>Sign in</button></form>
         <a href='/sign-up?interaction=a-handle-1'>Make an account</a>",
    )
}

async fn sign_up_page() -> Html<&'static str> {
    Html(
        "<form method=post action='/sign-up'><input type=hidden name=interaction value='a-handle-1'>
         <input name=name><input name=email><input type=password name=password><button>Sign up</button></form>",
    )
}

async fn sign_in_form(State(provider): State<Provider>, headers: HeaderMap, Form(form): Form<Fields>) -> Response {
    assert_eq!(headers["origin"], "http://localhost:3000");
    assert_eq!(headers["sec-fetch-site"], "same-origin");
    provider.accounts.lock().unwrap().insert(form["email"].clone(), form["password"].clone());
    let to = [(header::LOCATION, "/consent?consent_code=a-handle-1")];
    (StatusCode::SEE_OTHER, signed_in(), to).into_response()
}

async fn consent_page(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    assert!(is_signed_in(&headers));
    let target = provider.waiting.lock().unwrap()["a-handle-1"]["redirect_uri"].clone();
    let target = url::Url::parse(&target).unwrap().origin().ascii_serialization();
    let target = if provider.forgets_policy { String::new() } else { target };
    let policy = format!("default-src 'none'; form-action 'self' {target}");
    let page = "<form method=post action=/consent><input type=hidden name=consent_code value='a-handle-1'>
        <button name=decision value=allow>Allow</button><button name=decision value=deny>Deny</button></form>";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response()
}

async fn consent(State(provider): State<Provider>, Form(form): Form<Fields>) -> Response {
    let request = provider.waiting.lock().unwrap()[&form["consent_code"]].clone();
    let mut url = url::Url::parse(&request["redirect_uri"]).unwrap();
    let (name, value) =
        if form["decision"] == "allow" { ("code", "an-authorization-code") } else { ("error", "access_denied") };
    url.query_pairs_mut().append_pair(name, value).append_pair("iss", "http://localhost:3000");
    if let Some(state) = request.get("state") {
        url.query_pairs_mut().append_pair("state", state);
    }
    (StatusCode::SEE_OTHER, [(header::LOCATION, url.to_string())]).into_response()
}

/// Echoes what it was sent beside the tokens, so that a test can look at the request.
async fn token(headers: HeaderMap, Form(form): Form<Fields>) -> Response {
    if form.get("code").is_some_and(|code| code != "an-authorization-code") {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    }
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap());
    let tokens = json!({
        "access_token": "an-access-token", "token_type": "Bearer", "refresh_token": "a-refresh-token",
        "form": form, "authorization": authorization,
    });
    Json(tokens).into_response()
}

async fn userinfo(headers: HeaderMap) -> Response {
    if headers[header::AUTHORIZATION] == "Bearer an-access-token" {
        return Json(json!({ "sub": "1" })).into_response();
    }
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")]).into_response()
}
