//! What a client asks a person for, and what comes back. OAuth 2.1 §4.1.

use auth_protocol::OAuthErrorCode;
use url::Url;

/// An authorization request, with what the client keeps to itself until the answer comes.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    pub(crate) endpoint: Url,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) verifier: String,
    pub(crate) issuer: String,
}

/// An authorization code, with what it takes to redeem it.
#[derive(Clone, Debug)]
pub struct Code {
    /// The code.
    pub value: String,
    /// The redirect URI it came to.
    pub redirect_uri: String,
    /// The PKCE verifier. RFC 7636 §4.1.
    pub verifier: String,
}

/// An error that came to the redirect URI. RFC 6749 §4.1.2.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationError {
    /// The code.
    pub code: OAuthErrorCode,
    /// What the server says about it.
    pub description: Option<String>,
}

impl AuthorizationRequest {
    /// The same request at another path: `/api/auth/mcp/authorize`.
    #[must_use]
    pub fn at(mut self, endpoint: Url) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// The same request to an issuer with a path, which the answer has to name.
    #[must_use]
    pub fn of_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self
    }

    /// Sets a parameter, in place of one of the same name.
    #[must_use]
    pub fn with(self, name: &str, value: impl Into<String>) -> Self {
        self.without(name).and(name, value)
    }

    /// Adds a parameter, beside one of the same name.
    #[must_use]
    pub fn and(mut self, name: &str, value: impl Into<String>) -> Self {
        self.parameters.push((name.to_owned(), value.into()));
        self
    }

    /// Leaves a parameter out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(other, _)| other != name);
        self
    }

    /// Returns a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns all parameters, in order.
    pub fn parameters(&self) -> &[(String, String)] {
        &self.parameters
    }

    /// The URL the client opens in a browser.
    pub fn url(&self) -> Url {
        let mut url = self.endpoint.clone();
        url.query_pairs_mut().extend_pairs(&self.parameters);
        url
    }

    /// Reads the answer at the redirect URI; panics if it is not for this request.
    ///
    /// # Errors
    /// [`AuthorizationError`] when the answer is one.
    pub fn reads(&self, url: &Url) -> Result<Code, AuthorizationError> {
        let get = |name: &str| -> Option<String> {
            let mut found = url.query_pairs().filter(|(key, _)| key == name);
            let value = found.next().map(|(_, value)| value.into_owned());
            assert!(found.next().is_none(), "{name} came twice: {url}");
            value
        };
        let redirect_uri = self.parameter("redirect_uri").unwrap_or_default();
        assert!(is_at(url, redirect_uri), "{url} is not at {redirect_uri}");
        assert_eq!(get("state").as_deref(), self.parameter("state"), "state of {url}");
        assert_eq!(get("iss"), Some(self.issuer.clone()), "RFC 9207 §2: iss of {url}");
        match (get("code"), get("error")) {
            (Some(value), None) => {
                Ok(Code { value, redirect_uri: redirect_uri.to_owned(), verifier: self.verifier.clone() })
            }
            (None, Some(error)) => {
                Err(AuthorizationError { code: parse(&error), description: get("error_description") })
            }
            _ => panic!("neither a code nor an error: {url}"),
        }
    }
}

/// Reads an error code; panics if it is none that OAuth knows.
pub(crate) fn parse(error: &str) -> OAuthErrorCode {
    serde_json::from_value(error.into()).unwrap_or_else(|_| panic!("{error:?} is no error code of OAuth"))
}

/// Says whether a URL is a redirect URI with more parameters at its end.
fn is_at(url: &Url, redirect_uri: &str) -> bool {
    let Ok(wanted) = Url::parse(redirect_uri) else {
        return redirect_uri.is_empty();
    };
    let (mut here, mut there) = (url.clone(), wanted.clone());
    here.set_query(None);
    there.set_query(None);
    let kept = wanted.query_pairs().all(|pair| url.query_pairs().any(|other| other == pair));
    here == there && kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> AuthorizationRequest {
        AuthorizationRequest {
            endpoint: Url::parse("http://localhost:3000/api/auth/oauth2/authorize").unwrap(),
            parameters: Vec::new(),
            verifier: "v".to_owned(),
            issuer: "http://localhost:3000".to_owned(),
        }
        .with("redirect_uri", "http://127.0.0.1:1/cb?keep=1")
        .with("state", "s")
    }

    fn reads(query: &str) -> Result<Code, AuthorizationError> {
        request().reads(&Url::parse(&format!("http://127.0.0.1:1/cb?{query}")).unwrap())
    }

    #[test]
    fn a_code_comes_with_state_and_issuer() {
        let code = reads("keep=1&code=c&state=s&iss=http%3A%2F%2Flocalhost%3A3000").unwrap();

        assert_eq!((&*code.value, &*code.verifier), ("c", "v"));
        assert_eq!(code.redirect_uri, "http://127.0.0.1:1/cb?keep=1");
    }

    #[test]
    fn an_error_comes_with_its_code() {
        let error = reads("keep=1&error=access_denied&state=s&iss=http%3A%2F%2Flocalhost%3A3000");

        assert_eq!(error.unwrap_err().code, OAuthErrorCode::AccessDenied);
    }

    #[test]
    #[should_panic(expected = "RFC 9207")]
    fn an_answer_of_another_issuer_is_not_read() {
        let _ = reads("keep=1&code=c&state=s&iss=http%3A%2F%2Fevil.example");
    }

    #[test]
    #[should_panic(expected = "state of")]
    fn an_answer_to_another_request_is_not_read() {
        let _ = reads("keep=1&code=c&state=other&iss=http%3A%2F%2Flocalhost%3A3000");
    }

    #[test]
    #[should_panic(expected = "is not at")]
    fn a_redirect_uri_keeps_its_own_query() {
        let _ = reads("code=c&state=s&iss=http%3A%2F%2Flocalhost%3A3000");
    }
}
