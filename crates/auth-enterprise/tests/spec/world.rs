//! The world of these tests: an identity provider of a company, an app that trusts it, and an agent.

use std::time::Duration;

use auth_core::{Auth, Plugin, plugins};
use auth_email_password::EmailPassword;
use auth_enterprise::{Enterprise, EnterpriseAccounts, IdentityProvider, JWT_BEARER};
use auth_mcp::{Mcp, McpGuard, McpSession};
use auth_oidc_provider::{ClientOption, ResourceOption};
use auth_outbound::{DevelopmentHosts, OutboundOptions};
use auth_pages::Pages;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthAnswer, OAuthClient, Person, ProofKey, TestApp, WebSite};
use axum::Router;
use axum::body::Body;
use axum::routing::any;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};

pub(crate) const HOST: &str = "acme.idp.example";
pub(crate) const ISSUER: &str = "https://acme.idp.example";
/// The subject of the examples of the draft.
pub(crate) const SUBJECT: &str = "U019488227";
const SECRET: &str = "v3Yf0Tq9sLw2Xz8Rk5Jm1Hn7Pb4Gd6Ca";

/// An app that trusts an identity provider, and who comes to it.
pub(crate) struct World {
    pub(crate) app: TestApp,
    /// The identity provider.
    pub(crate) idp: WebSite,
    /// Its key.
    pub(crate) key: ProofKey,
    /// A client that proves who it is, and registered for refresh tokens too.
    pub(crate) agent: OAuthClient,
}

/// An identity provider that may bring in nobody by itself.
pub(crate) fn acme() -> IdentityProvider {
    IdentityProvider::new(ISSUER)
}

async fn whoami(session: McpSession) -> String {
    format!("{} through {} with {}", session.user_id.unwrap(), session.client_id, session.scopes)
}

fn routes(auth: &Auth) -> Router {
    let guard = auth.handle::<McpGuard>().unwrap();
    Router::new().route("/mcp", any(whoami)).route_layer(guard)
}

/// An app with the MCP endpoint and a second resource.
pub(crate) fn mcp(enterprise: &Enterprise, outbound: OutboundOptions) -> Mcp {
    let agent = ClientOption::confidential("agent", SECRET).grant_type(JWT_BEARER).grant_type("refresh_token");
    let other = ClientOption::confidential("other", SECRET).grant_type(JWT_BEARER);
    let desk = ClientOption::public("desk").grant_type(JWT_BEARER);
    let plain = ClientOption::confidential("plain", SECRET).redirect_uri("https://plain.example/callback");
    let files = ResourceOption::new("https://files.example").base_scope(["files:read"]).allowed_scopes(["files:list"]);
    Mcp::new()
        .resource("/mcp")
        .base_scope("mcp:tools", "Use the tools of this server")
        .scope("notes:write", "Write and delete your notes")
        .provider(|provider| {
            let clients = provider.client(agent).client(other).client(desk).client(plain);
            enterprise.extend(clients.protected_resource(files).outbound(outbound))
        })
}

impl World {
    /// Nobody is linked yet.
    pub(crate) async fn trusting(identity_provider: IdentityProvider) -> Self {
        Self::with(identity_provider, Vec::new()).await
    }

    /// The same, with further plugins.
    pub(crate) async fn with(identity_provider: IdentityProvider, more: Vec<Box<dyn Plugin>>) -> Self {
        let idp = WebSite::at([HOST]).await;
        let metadata = json!({"issuer": ISSUER, "jwks_uri": format!("{ISSUER}/keys")});
        idp.says("/.well-known/openid-configuration", &metadata, "max-age=600");
        let hosts = DevelopmentHosts::parse(&idp.entries()).unwrap().trusting(idp.root().as_bytes()).unwrap();
        let outbound = OutboundOptions::new().development_hosts(hosts).timeout(Duration::from_secs(20));
        let enterprise = Enterprise::new().trust(identity_provider);
        let mcp = mcp(&enterprise, outbound);
        let plugins = plugins![EmailPassword::new(), Pages::new(), mcp, enterprise];
        let app = TestApp::builder().plugins(plugins).plugins(more).routes(routes).build().await;
        let key = ProofKey::new(&app);
        let agent = OAuthClient::known(&app, "agent", "").with_secret(SECRET);
        let world = Self { app, idp, key, agent };
        world.publishes(&[("k1", &world.key)]);
        world
    }

    /// Alice has an account here and at the identity provider, and the app knows that.
    pub(crate) async fn knowing_alice() -> (Self, String) {
        let world = Self::trusting(acme()).await;
        let alice = world.id_of(&world.app.alice().await).await;
        world.accounts().link(ISSUER, SUBJECT, &alice).await.unwrap();
        (world, alice)
    }

    pub(crate) fn accounts(&self) -> EnterpriseAccounts {
        self.app.auth().handle::<EnterpriseAccounts>().unwrap()
    }

    pub(crate) async fn id_of(&self, person: &Person) -> String {
        let session = person.browser.fetches(self.app.endpoint("/get-session").path()).await.json();
        session["user"]["id"].as_str().unwrap().to_owned()
    }

    /// The identity provider publishes these keys and no others.
    pub(crate) fn publishes(&self, keys: &[(&str, &ProofKey)]) {
        let published = keys.iter().map(|(id, key)| {
            let mut jwk = key.jwk();
            jwk["kid"] = json!(id);
            jwk
        });
        self.idp.says("/keys", &json!({"keys": published.collect::<Vec<_>>()}), "max-age=600");
    }

    /// Another client of the app.
    pub(crate) fn client(&self, id: &str) -> OAuthClient {
        let client = OAuthClient::known(&self.app, id, "");
        if id == "desk" { client } else { client.with_secret(SECRET) }
    }

    pub(crate) fn now(&self) -> i64 {
        self.app.auth().context().now().timestamp()
    }

    pub(crate) fn header() -> Value {
        json!({"typ": "oauth-id-jag+jwt", "alg": "ES256", "kid": "k1"})
    }

    /// What the identity provider says of Alice to the agent; null takes a claim away.
    pub(crate) fn claims(&self, changes: &Value) -> Value {
        let claims = json!({
            "jti": self.app.auth().context().new_token().unwrap(),
            "iss": ISSUER,
            "sub": SUBJECT,
            "aud": self.app.base_url(),
            "client_id": "agent",
            "exp": self.now() + 300,
            "iat": self.now(),
            "resource": self.app.url("/mcp").as_str(),
            "scope": "mcp:tools notes:write",
        });
        changed(claims, changes)
    }

    /// An assertion with some claims changed.
    pub(crate) fn asserts(&self, changes: &Value) -> String {
        self.key.signs(&Self::header(), &self.claims(changes))
    }

    pub(crate) async fn presents(&self, assertion: &str) -> OAuthAnswer {
        presents_as(&self.agent, assertion, &[]).await
    }

    /// Demands that an assertion is refused, in words that say why, and that nothing is written.
    pub(crate) async fn refuses(&self, assertion: &str, why: &str) {
        self.refuses_to(&self.agent, assertion, (OAuthErrorCode::InvalidGrant, why)).await;
    }

    pub(crate) async fn refuses_to(&self, client: &OAuthClient, assertion: &str, (code, why): (OAuthErrorCode, &str)) {
        let before = self.app.dump_tables().await;
        let answer = presents_as(client, assertion, &[]).await;
        answer.fails_with(code);
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        let description = answer.json()["error_description"].as_str().unwrap().to_owned();
        assert!(description.contains(why), "{description:?} does not say {why:?}");
        assert_eq!(self.app.dump_tables().await, before);
    }

    /// Calls the MCP endpoint.
    pub(crate) async fn calls(&self, access_token: &str) -> (StatusCode, String) {
        let request = Request::post(self.app.url("/mcp").as_str())
            .header(header::AUTHORIZATION, format!("Bearer {access_token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("{}"));
        let answer = self.app.request(request.unwrap()).await;
        (answer.status, answer.text())
    }
}

/// Presents an assertion with further fields.
pub(crate) async fn presents_as(client: &OAuthClient, assertion: &str, more: &[(&str, &str)]) -> OAuthAnswer {
    let mut fields = vec![("grant_type", JWT_BEARER), ("assertion", assertion)];
    fields.extend_from_slice(more);
    client.posts("/oauth2/token", &fields).await
}

/// An object with some members changed; null takes one away.
pub(crate) fn changed(mut object: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => object.as_object_mut().unwrap().remove(name),
            value => object.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    object
}
