//! An issuer on a loopback port that is asked about tokens.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use auth_outbound::{Outbound, OutboundOptions};
use auth_protocol::resource::Resource;
use auth_resource_server::{Clock, Introspection, IntrospectionBuilder, IntrospectionClient};
use axum::Router;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};
use url::form_urlencoded;

use crate::clock::FakeClock;
use crate::issuer::RESOURCE;

/// What the issuer says right now.
struct Says {
    metadata: Value,
    metadata_status: StatusCode,
    /// By token; of any other it says that it is inactive.
    tokens: HashMap<String, Value>,
    /// Instead of all that.
    instead: Option<(StatusCode, &'static str, String)>,
}

/// What somebody has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) authorization: Option<String>,
    pub(crate) form: Vec<(String, String)>,
}

#[derive(Clone)]
pub(crate) struct AskedIssuer {
    pub(crate) url: String,
    pub(crate) clock: FakeClock,
    says: Arc<Mutex<Says>>,
    questions: Arc<Mutex<Vec<Question>>>,
    looks: Arc<AtomicUsize>,
    asked: Arc<Notify>,
    /// How many answers may leave.
    answers: Arc<Semaphore>,
}

impl AskedIssuer {
    pub(crate) async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let metadata = json!({ "issuer": url, "introspection_endpoint": format!("{url}/introspect") });
        let says = Says { metadata, metadata_status: StatusCode::OK, tokens: HashMap::new(), instead: None };
        let issuer = Self {
            url,
            clock: FakeClock::new(),
            says: Arc::new(Mutex::new(says)),
            questions: Arc::default(),
            looks: Arc::default(),
            asked: Arc::default(),
            answers: Arc::new(Semaphore::new(1_000_000)),
        };
        let router = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata_of))
            .route("/introspect", post(answer_of))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    /// What is told of a token that is good for ten minutes.
    pub(crate) fn good(&self) -> Value {
        json!({
            "active": true, "iss": self.url, "sub": "alice", "aud": RESOURCE, "client_id": "client-1",
            "scope": "mcp:tools files:read", "token_type": "Bearer", "exp": self.clock.unix_seconds() + 600,
            "iat": self.clock.unix_seconds(),
        })
    }

    /// Issues a token that is good, but for these members; null takes one away.
    pub(crate) fn issues_with(&self, token: &str, changes: &Value) {
        let mut told = self.good();
        let members = told.as_object_mut().unwrap();
        members.extend(changes.as_object().unwrap().clone());
        members.retain(|_, value| !value.is_null());
        self.says.lock().unwrap().tokens.insert(token.to_owned(), told);
    }

    pub(crate) fn issues(&self, token: &str) {
        self.issues_with(token, &json!({}));
    }

    pub(crate) fn revokes(&self, token: &str) {
        self.says.lock().unwrap().tokens.remove(token);
    }

    /// Answers every question so.
    pub(crate) fn answers(&self, status: u16, content_type: &'static str, body: impl Into<String>) {
        let status = StatusCode::from_u16(status).unwrap();
        self.says.lock().unwrap().instead = Some((status, content_type, body.into()));
    }

    pub(crate) fn recovers(&self) {
        let mut says = self.says.lock().unwrap();
        says.instead = None;
        says.metadata_status = StatusCode::OK;
    }

    pub(crate) fn names(&self, member: &str, value: Value) {
        self.says.lock().unwrap().metadata[member] = value;
    }

    pub(crate) fn hides_its_metadata(&self) {
        self.says.lock().unwrap().metadata_status = StatusCode::INTERNAL_SERVER_ERROR;
    }

    /// Lets no answer leave before [`Self::lets_go`].
    pub(crate) fn hesitates(&self) {
        self.answers.forget_permits(usize::MAX);
    }

    pub(crate) fn lets_go(&self) {
        self.answers.add_permits(1_000_000);
    }

    pub(crate) fn questions(&self) -> Vec<Question> {
        self.questions.lock().unwrap().clone()
    }

    /// How often somebody asked about a token.
    pub(crate) fn asked(&self) -> usize {
        self.questions.lock().unwrap().len()
    }

    /// How often somebody read the metadata.
    pub(crate) fn looks(&self) -> usize {
        self.looks.load(Ordering::Relaxed)
    }

    /// Waits until so many have asked about a token.
    pub(crate) async fn is_asked(&self, times: usize) {
        while self.asked() < times {
            self.asked.notified().await;
        }
    }

    pub(crate) fn verifier(&self) -> IntrospectionBuilder {
        self.verifier_as(IntrospectionClient::client_secret_basic("server", "hush"))
    }

    pub(crate) fn verifier_as(&self, client: IntrospectionClient) -> IntrospectionBuilder {
        let outbound = Outbound::new(OutboundOptions::new().allow_loopback()).unwrap();
        let resource = Resource::parse(RESOURCE).unwrap();
        Introspection::builder(outbound, &self.url, &resource, client).clock(self.clock.clone())
    }
}

async fn metadata_of(State(issuer): State<AskedIssuer>) -> Response {
    issuer.looks.fetch_add(1, Ordering::Relaxed);
    let says = issuer.says.lock().unwrap();
    (says.metadata_status, says.metadata.to_string()).into_response()
}

async fn answer_of(State(issuer): State<AskedIssuer>, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    let form: Vec<(String, String)> = form_urlencoded::parse(&form).into_owned().collect();
    let token = form.iter().find(|(name, _)| name == "token").map(|(_, token)| token.clone()).unwrap_or_default();
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    // What is true when it is asked.
    let (status, content_type, body) = {
        let says = issuer.says.lock().unwrap();
        let told = says.tokens.get(&token).cloned().unwrap_or_else(|| json!({ "active": false }));
        says.instead.clone().unwrap_or((StatusCode::OK, "application/json", told.to_string()))
    };
    issuer.questions.lock().unwrap().push(Question { authorization, form });
    issuer.asked.notify_one();
    issuer.answers.acquire().await.unwrap().forget();
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}
