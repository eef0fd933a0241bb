//! An OAuth client: registers, asks, redeems, refreshes.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Request, header};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::app::TestApp;
use crate::authorization::{AuthorizationRequest, Code};
use crate::oauth_answer::OAuthAnswer;
use crate::registration::{ClientAuthentication, Registration};

/// What a client asks for unless it registered other scopes.
const SCOPE: &str = "openid profile email offline_access";

/// An OAuth client.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    /// Its id.
    pub client_id: String,
    /// Its secret, if it has one.
    pub client_secret: Option<String>,
    /// How it proves itself.
    pub authentication: ClientAuthentication,
    /// Where answers go.
    pub redirect_uri: String,
    /// What it asks for; none leaves the parameter out.
    pub scope: Option<String>,
    /// The resource its tokens are for; none leaves the parameter out. RFC 8707 §2.
    pub resource: Option<String>,
    /// The answer to its registration.
    pub registration: Value,
    headers: Vec<(&'static str, String)>,
    app: TestApp,
}

impl OAuthClient {
    /// A public client that needs no registration, or was made otherwise.
    pub fn known(app: &TestApp, client_id: &str, redirect_uri: &str) -> Self {
        Self {
            client_id: client_id.to_owned(),
            client_secret: None,
            authentication: ClientAuthentication::None,
            redirect_uri: redirect_uri.to_owned(),
            scope: Some(SCOPE.to_owned()),
            resource: None,
            registration: Value::Null,
            headers: Vec::new(),
            app: app.clone(),
        }
    }

    pub(crate) fn registered(app: &TestApp, asked: &Registration, answer: Value) -> Self {
        let text = |member: &str| answer.get(member).and_then(Value::as_str);
        let redirect_uri = answer.pointer("/redirect_uris/0").and_then(Value::as_str);
        let client_id = text("client_id").unwrap_or_else(|| panic!("no client_id in {answer}"));
        let mut client = Self::known(app, client_id, redirect_uri.unwrap_or_default());
        client.client_secret = text("client_secret").map(str::to_owned);
        client.authentication = match text("token_endpoint_auth_method") {
            Some("none") => ClientAuthentication::None,
            Some("client_secret_post") => ClientAuthentication::Post,
            // The default of RFC 7591 §2.
            Some("client_secret_basic") | None => ClientAuthentication::Basic,
            Some(other) => panic!("a registration answered with {other}"),
        };
        let metadata = asked.metadata();
        if let Some(scope) = metadata.get("scope").and_then(Value::as_str) {
            client.scope = Some(scope.to_owned());
        }
        client.registration = answer;
        client
    }

    /// The same client with a secret, which it sends in the `Authorization` header.
    #[must_use]
    pub fn with_secret(mut self, secret: &str) -> Self {
        self.app.learns("client_secret", secret);
        self.client_secret = Some(secret.to_owned());
        self.authentication = ClientAuthentication::Basic;
        self
    }

    /// The same client, asking for other scopes.
    #[must_use]
    pub fn with_scope(mut self, scope: &str) -> Self {
        self.scope = Some(scope.to_owned());
        self
    }

    /// The same client, with tokens for a path or URL: `/mcp`.
    #[must_use]
    pub fn with_resource(mut self, resource: &str) -> Self {
        self.resource = Some(self.app.url(resource).into());
        self
    }

    /// Makes a new authorization request: PKCE S256, a state, this client's scope and resource.
    pub fn asks(&self) -> AuthorizationRequest {
        let drawn = || self.app.auth().context().new_token().unwrap();
        let verifier = drawn();
        self.app.learns("code_verifier", &verifier);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let mut request = AuthorizationRequest {
            endpoint: self.app.endpoint("/oauth2/authorize"),
            parameters: Vec::new(),
            verifier,
            issuer: self.app.base_url(),
        }
        .with("response_type", "code")
        .with("client_id", &self.client_id)
        .with("redirect_uri", &self.redirect_uri)
        .with("state", drawn())
        .with("code_challenge", challenge)
        .with("code_challenge_method", "S256");
        if let Some(scope) = &self.scope {
            request = request.with("scope", scope);
        }
        if let Some(resource) = &self.resource {
            request = request.with("resource", resource);
        }
        request
    }

    /// Redeems a code. RFC 6749 §4.1.3.
    pub async fn exchanges(&self, code: &Code) -> OAuthAnswer {
        self.exchanges_with(code, &[]).await
    }

    /// Redeems a code with some fields replaced; an empty value leaves the field out.
    pub async fn exchanges_with(&self, code: &Code, fields: &[(&str, &str)]) -> OAuthAnswer {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", &code.value),
            ("redirect_uri", &code.redirect_uri),
            ("code_verifier", &code.verifier),
        ];
        let usual = self.for_resource(&usual);
        self.posts("/oauth2/token", &replaced(&usual, fields)).await
    }

    /// Refreshes. RFC 6749 §6.
    pub async fn refreshes(&self, refresh_token: &str) -> OAuthAnswer {
        self.refreshes_with(refresh_token, &[]).await
    }

    /// Refreshes with some fields replaced; an empty value leaves the field out.
    pub async fn refreshes_with(&self, refresh_token: &str, fields: &[(&str, &str)]) -> OAuthAnswer {
        let usual = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        let usual = self.for_resource(&usual);
        self.posts("/oauth2/token", &replaced(&usual, fields)).await
    }

    /// Acts for itself, with further fields such as a scope. RFC 6749 §4.4.2.
    pub async fn acts_for_itself(&self, fields: &[(&str, &str)]) -> OAuthAnswer {
        let usual = self.for_resource(&[("grant_type", "client_credentials")]);
        self.posts("/oauth2/token", &replaced(&usual, fields)).await
    }

    /// Revokes a token. RFC 7009 §2.1.
    pub async fn revokes(&self, token: &str) -> OAuthAnswer {
        self.posts("/oauth2/revoke", &[("token", token)]).await
    }

    /// Asks about a token. RFC 7662 §2.1.
    pub async fn introspects(&self, token: &str) -> OAuthAnswer {
        self.posts("/oauth2/introspect", &[("token", token)]).await
    }

    /// Asks who the person is. OIDC Core §5.3.1.
    pub async fn userinfo(&self, access_token: &str) -> OAuthAnswer {
        let request = Request::get(self.app.endpoint("/oauth2/userinfo").as_str())
            .header(header::AUTHORIZATION, format!("Bearer {access_token}"));
        let answer = self.app.request(request.body(Body::empty()).unwrap());
        OAuthAnswer::new("userinfo", answer.await)
    }

    /// The same client, sending further headers with each form it posts.
    #[must_use]
    pub fn with_headers(mut self, headers: &[(&'static str, &str)]) -> Self {
        self.headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self
    }

    /// Posts a form to an OAuth endpoint, with this client's authentication.
    pub async fn posts(&self, path: &'static str, fields: &[(&str, &str)]) -> OAuthAnswer {
        let mut fields = fields.to_vec();
        let mut request = Request::post(self.app.endpoint(path).as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let secret = self.client_secret.as_deref().unwrap_or_default();
        match self.authentication {
            ClientAuthentication::None => fields.push(("client_id", &self.client_id)),
            ClientAuthentication::Basic => {
                let basic = basic(&self.client_id, secret);
                request = request.header(header::AUTHORIZATION, basic);
            }
            ClientAuthentication::Post => {
                fields.extend([("client_id", &*self.client_id), ("client_secret", secret)]);
            }
        }
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let answer = self.app.request(request.body(body).unwrap()).await;
        OAuthAnswer::new(path, answer)
    }

    fn for_resource<'a>(&'a self, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let resource = self.resource.iter().map(|resource| ("resource", &**resource));
        fields.iter().copied().chain(resource).collect()
    }
}

/// RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
fn basic(client_id: &str, secret: &str) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(client_id), encoded(secret));
    format!("Basic {}", STANDARD.encode(pair))
}

fn replaced<'a>(usual: &[(&'a str, &'a str)], fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = |(name, _): &&(&str, &str)| !fields.iter().any(|(other, _)| other == name);
    let kept = usual.iter().filter(kept);
    let given = fields.iter().filter(|(_, value)| !value.is_empty());
    kept.chain(given).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_encodes_both_halves_first() {
        assert_eq!(basic("a:b", "c d"), format!("Basic {}", STANDARD.encode("a%3Ab:c+d")));
    }

    #[test]
    fn a_given_field_takes_the_place_of_the_usual_one() {
        let usual = [("code", "c"), ("code_verifier", "v"), ("redirect_uri", "r")];

        let sent = replaced(&usual, &[("code_verifier", "other"), ("redirect_uri", ""), ("x", "y")]);

        assert_eq!(sent, [("code", "c"), ("code_verifier", "other"), ("x", "y")]);
    }
}
