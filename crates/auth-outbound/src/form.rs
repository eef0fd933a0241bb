//! A form that is posted, with what proves who posts it.

use std::fmt;

use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use url::form_urlencoded::{Serializer, byte_serialize};

/// A form that is posted, with what proves who posts it. `Debug` shows neither.
#[derive(Clone)]
pub struct Form {
    body: String,
    basic: Option<Basic>,
}

#[derive(Clone)]
struct Basic {
    client_id: String,
    client_secret: String,
}

impl Form {
    /// A form of these fields.
    pub fn new<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self { body: Serializer::new(String::new()).extend_pairs(fields).finish(), basic: None }
    }

    /// Sends the secret of a client in the `Authorization` header, each half encoded as in a form (RFC 6749 §2.3.1).
    #[must_use]
    pub fn client_secret_basic(mut self, client_id: &str, client_secret: &str) -> Self {
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect();
        self.basic = Some(Basic { client_id: encoded(client_id), client_secret: encoded(client_secret) });
        self
    }

    /// Puts it on a request.
    pub(crate) fn on(&self, request: RequestBuilder) -> RequestBuilder {
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(self.body.clone());
        match &self.basic {
            None => request,
            Some(Basic { client_id, client_secret }) => request.basic_auth(client_id, Some(client_secret)),
        }
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").finish_non_exhaustive()
    }
}
