//! Who asks an introspection endpoint, and how they prove it. RFC 7662 §2.1, RFC 6749 §2.3.

use std::fmt;

use auth_outbound::Form;
use auth_protocol::client_assertion::ASSERTION_TYPE;
use jsonwebtoken::errors::Error;

use super::client_key::ClientKey;

/// The client that a resource server is to its issuer. `Debug` hides what proves it.
#[derive(Clone)]
pub struct IntrospectionClient {
    client_id: String,
    proof: Proof,
}

#[derive(Clone)]
enum Proof {
    Basic(String),
    Post(String),
    Key(ClientKey),
}

impl IntrospectionClient {
    /// A client that sends its secret in the `Authorization` header (`client_secret_basic`).
    pub fn client_secret_basic(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self { client_id: client_id.into(), proof: Proof::Basic(client_secret.into()) }
    }

    /// A client that sends its secret in the body (`client_secret_post`).
    pub fn client_secret_post(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self { client_id: client_id.into(), proof: Proof::Post(client_secret.into()) }
    }

    /// A client that signs (`private_key_jwt`, RFC 7523 §2.2).
    pub fn private_key_jwt(client_id: impl Into<String>, key: ClientKey) -> Self {
        Self { client_id: client_id.into(), proof: Proof::Key(key) }
    }

    /// The form that asks an issuer about a token; `now` is in seconds since the Unix epoch.
    pub(super) fn asks(&self, token: &str, issuer: &str, now: i64) -> Result<Form, Error> {
        // Only a hint: what the token is, the answer has to say.
        let question = [("token", token), ("token_type_hint", "access_token")];
        Ok(match &self.proof {
            Proof::Basic(secret) => Form::new(question).client_secret_basic(&self.client_id, secret),
            Proof::Post(secret) => {
                Form::new(question.into_iter().chain([("client_id", &*self.client_id), ("client_secret", secret)]))
            }
            Proof::Key(key) => {
                let assertion = key.asserts(&self.client_id, issuer, now)?;
                let proof = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)];
                Form::new(question.into_iter().chain(proof))
            }
        })
    }
}

impl fmt::Debug for IntrospectionClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectionClient").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}
