//! What a client registers. RFC 7591 §2.

use serde_json::{Map, Value, json};

/// How a client proves itself at the token endpoint. RFC 6749 §2.3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// Not at all: a public client.
    None,
    /// By an `Authorization: Basic` header.
    Basic,
    /// By fields of the form.
    Post,
}

/// The metadata of a client that is about to register.
#[derive(Clone, Debug)]
pub struct Registration {
    metadata: Map<String, Value>,
}

impl Registration {
    /// A public client on this machine: redirects to `http://127.0.0.1:8976/callback`.
    pub fn public() -> Self {
        Self::of("none", "http://127.0.0.1:8976/callback")
    }

    /// A public client on the web: redirects to `https://client.example/callback`.
    pub fn public_on_the_web() -> Self {
        Self::of("none", "https://client.example/callback")
    }

    /// A confidential client that uses `client_secret_basic`.
    pub fn confidential_basic() -> Self {
        Self::of("client_secret_basic", "https://client.example/callback")
    }

    /// A confidential client that uses `client_secret_post`.
    pub fn confidential_post() -> Self {
        Self::of("client_secret_post", "https://client.example/callback")
    }

    fn of(method: &str, redirect_uri: &str) -> Self {
        let metadata = json!({
            "client_name": "Test client",
            "redirect_uris": [redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": method,
        });
        match metadata {
            Value::Object(metadata) => Self { metadata },
            other => panic!("{other} is an object"),
        }
    }

    /// The redirect URI, in place of the default one.
    #[must_use]
    pub fn redirect_uri(self, redirect_uri: &str) -> Self {
        self.with("redirect_uris", [redirect_uri])
    }

    /// The scopes the client may ask for, and asks for by default.
    #[must_use]
    pub fn scope(self, scope: &str) -> Self {
        self.with("scope", scope)
    }

    /// Any member.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.metadata.insert(member.to_owned(), value.into());
        self
    }

    /// Leaves a member out.
    #[must_use]
    pub fn without(mut self, member: &str) -> Self {
        self.metadata.remove(member);
        self
    }

    /// The metadata as it is sent.
    pub fn metadata(&self) -> Value {
        Value::Object(self.metadata.clone())
    }
}
