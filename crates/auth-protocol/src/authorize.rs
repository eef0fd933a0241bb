//! The authorization request, in two stages. OAuth 2.1 §4.1.1, OIDC Core §3.1.2.1.
//!
//! Until client and redirect URI are known to belong together, an error is shown on a page of this
//! server ([`UntrustedRequest`]); from then on it travels to the client in a redirect.

use crate::claims_request::{self, AcrRequest, ClaimsRequest};
use crate::dpop::is_thumbprint;
use crate::params::Params;
use crate::pkce::CodeChallenge;
use crate::prompt::Prompt;
use crate::redirect_uri::RedirectUri;
use crate::resource::{self, Resource};
use crate::scope::{self, Scope};
use crate::{OAuthError, OAuthErrorCode};

/// The parameters that may come more than once, for [`Params::parse`]. RFC 8707 §2.
pub const REPEATABLE: [&str; 1] = ["resource"];
/// The largest length of `state`, in bytes; it is sent back in a URL.
pub const MAX_STATE_LENGTH: usize = 4096;
/// The largest length of `nonce`, in bytes; it is sent back in an ID token.
pub const MAX_NONCE_LENGTH: usize = 1024;
/// The largest length of a `login_hint`, in bytes; a longer one is ignored.
pub const MAX_LOGIN_HINT_LENGTH: usize = 320;

/// How the answer reaches the client. OAuth Multiple Response Types §2.1, Form Post Response Mode §2.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[default]
    Query,
    /// In a form that the browser posts to it, so that a code stands in no URL.
    FormPost,
}

impl ResponseMode {
    /// All of them, by the names of the wire.
    pub const NAMES: [&str; 2] = ["query", "form_post"];

    /// The mode a request asks for; `None` for one that is not offered.
    pub fn of(params: &Params) -> Option<Self> {
        match params.get("response_mode") {
            None | Some("query") => Some(Self::Query),
            Some("form_post") => Some(Self::FormPost),
            Some(_) => None,
        }
    }
}

/// Why a request must not lead to a redirect. RFC 6749 §4.1.2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UntrustedRequest {
    /// The request names no client.
    #[error("the request names no client_id")]
    MissingClientId,
    /// The client does not exist (any more), so the app has to register again.
    #[error("the client is not registered")]
    UnknownClient,
    /// The redirect URI is not registered for the client.
    #[error("the redirect_uri is not registered for this client")]
    UnregisteredRedirectUri,
    /// There is no redirect URI and no single registered one to use. RFC 6749 §3.1.2.3.
    #[error("the request names no redirect_uri, and there is not exactly one registered")]
    MissingRedirectUri,
    /// There is no redirect URI, but OpenID Connect demands it. OIDC Core §3.1.2.1.
    #[error("the request names no redirect_uri, which the openid scope demands")]
    OpenIdWithoutRedirectUri,
}

/// Where the answer goes: a redirect URI that belongs to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustedRedirect {
    /// The request named it, so the token request has to name it again. RFC 6749 §4.1.3.
    Presented(RedirectUri),
    /// The request left it out, and the client registered only this one. RFC 6749 §3.1.2.3.
    OnlyRegistered(RedirectUri),
}

impl TrustedRedirect {
    /// The URI itself, with the port the client listens on.
    pub fn uri(&self) -> &RedirectUri {
        match self {
            Self::Presented(uri) | Self::OnlyRegistered(uri) => uri,
        }
    }

    /// The URI the token request has to repeat, if any.
    pub fn presented(&self) -> Option<&RedirectUri> {
        match self {
            Self::Presented(uri) => Some(uri),
            Self::OnlyRegistered(_) => None,
        }
    }
}

/// The client a request names, to be fetched before anything else is judged.
///
/// # Errors
///
/// [`UntrustedRequest::MissingClientId`].
pub fn client_id(params: &Params) -> Result<&str, UntrustedRequest> {
    params.get("client_id").ok_or(UntrustedRequest::MissingClientId)
}

/// Judges the redirect URI of a request against those of its client. RFC 6749 §3.1.2.
///
/// # Errors
///
/// [`UntrustedRequest`], to be shown on a page and never redirected.
pub fn trusted_redirect(params: &Params, registered: &[RedirectUri]) -> Result<TrustedRedirect, UntrustedRequest> {
    if let Some(presented) = params.get("redirect_uri") {
        return registered
            .iter()
            .find(|uri| uri.matches(presented))
            .and_then(|_| RedirectUri::parse(presented).ok())
            .map(TrustedRedirect::Presented)
            .ok_or(UntrustedRequest::UnregisteredRedirectUri);
    }
    let asks_openid = params.get("scope").is_some_and(|scope| scope.split(' ').any(|token| token == scope::OPENID));

    match registered {
        _ if asks_openid => Err(UntrustedRequest::OpenIdWithoutRedirectUri),
        [only] => Ok(TrustedRedirect::OnlyRegistered(only.clone())),
        _ => Err(UntrustedRequest::MissingRedirectUri),
    }
}

/// The `state` to send back with an error, even one of the request itself; never an overlong one.
pub fn state(params: &Params) -> Option<&str> {
    params.get("state").filter(|state| state.len() <= MAX_STATE_LENGTH)
}

/// Who the client thinks will sign in, as far as the server cares to read. OIDC Core §3.1.2.1.
pub fn login_hint(params: &Params) -> Option<&str> {
    params.get("login_hint").filter(|hint| hint.len() <= MAX_LOGIN_HINT_LENGTH)
}

/// An authorization request whose parameters are all well-formed; nothing is granted by that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// The client.
    pub client_id: String,
    /// Where the answer goes.
    pub redirect: TrustedRedirect,
    /// How it gets there.
    pub response_mode: ResponseMode,
    /// The scope asked for; `None` means the default. RFC 6749 §3.3.
    pub scope: Option<Scope>,
    /// What to send back to the client unchanged. RFC 6749 §4.1.1.
    pub state: Option<String>,
    /// What to put into the ID token unchanged. OIDC Core §3.1.2.1.
    pub nonce: Option<String>,
    /// The PKCE challenge, of every client. OAuth 2.1 §4.1.1.
    pub code_challenge: CodeChallenge,
    /// What the client wants to be shown.
    pub prompt: Prompt,
    /// How old the sign-in may be, in seconds; 0 asks to sign in again. OIDC Core §3.1.2.1.
    pub max_age: Option<u32>,
    /// The resources asked for, in canonical form but not yet known to exist. RFC 8707 §2.
    pub resources: Vec<Resource>,
    /// Who the client thinks will sign in.
    pub login_hint: Option<String>,
    /// Which claims are asked for one by one. OIDC Core §5.5.
    pub claims: ClaimsRequest,
    /// How the person has to have signed in. OIDC Core §3.1.2.1.
    pub acr: AcrRequest,
    /// The key the code is to be bound to. RFC 9449 §10.
    pub dpop_jkt: Option<String>,
    /// An earlier ID token of the person expected, not yet verified. OIDC Core §3.1.2.1.
    pub id_token_hint: Option<String>,
}

impl AuthorizationRequest {
    /// Reads everything but client and redirect URI, which the earlier stage has judged.
    ///
    /// # Errors
    ///
    /// An error to redirect to the client: `invalid_request`, `unsupported_response_type`,
    /// `invalid_scope`, `invalid_target`, or one of the `…_not_supported` codes of OIDC Core §3.1.2.6.
    pub fn parse(params: &Params, redirect: TrustedRedirect) -> Result<Self, OAuthError> {
        refuse_unsupported(params)?;
        let response_mode = judge_response(params, redirect.uri())?;
        let code_challenge = CodeChallenge::parse(params.get("code_challenge"), params.get("code_challenge_method"))?;

        let claims = params.get("claims").map(ClaimsRequest::parse).transpose()?.unwrap_or_default();
        let acr_values = params.get("acr_values").filter(|values| values.len() <= claims_request::MAX_LENGTH);

        Ok(Self {
            acr: claims.acr(acr_values),
            claims,
            client_id: params.get("client_id").unwrap_or_default().to_owned(),
            redirect,
            response_mode,
            scope: params.get("scope").map(Scope::parse).transpose()?,
            state: capped(params, "state", MAX_STATE_LENGTH)?,
            nonce: capped(params, "nonce", MAX_NONCE_LENGTH)?,
            code_challenge,
            prompt: Prompt::parse(params.get("prompt"))?,
            max_age: params.get("max_age").map(max_age).transpose()?,
            resources: resource::presented(params)?,
            login_hint: login_hint(params).map(str::to_owned),
            dpop_jkt: params.get("dpop_jkt").map(thumbprint).transpose()?,
            id_token_hint: params.get("id_token_hint").map(str::to_owned),
        })
    }
}

/// OIDC Core §3.1.2.6: `request` and `request_uri` would override what has been judged.
fn refuse_unsupported(params: &Params) -> Result<(), OAuthError> {
    for (name, code, description) in [
        ("request", OAuthErrorCode::RequestNotSupported, "request objects are not supported"),
        ("request_uri", OAuthErrorCode::RequestUriNotSupported, "the request_uri is not supported"),
        ("registration", OAuthErrorCode::RegistrationNotSupported, "the registration parameter is not supported"),
    ] {
        if params.get(name).is_some() {
            return Err(OAuthError::new(code, description));
        }
    }

    Ok(())
}

/// Only a code, by a mode that is offered. OAuth 2.1 §4.1.1, OAuth Multiple Response Types §2.1.
fn judge_response(params: &Params, redirect_uri: &RedirectUri) -> Result<ResponseMode, OAuthError> {
    match params.get("response_type") {
        Some("code") => {}
        None => return Err(invalid("response_type is required")),
        Some(_) => {
            return Err(OAuthError::new(OAuthErrorCode::UnsupportedResponseType, "response_type must be code"));
        }
    }
    match ResponseMode::of(params) {
        // A browser posts no form to an app.
        Some(ResponseMode::FormPost) if redirect_uri.is_private_use() => {
            Err(invalid("response_mode must be query for this redirect_uri"))
        }
        Some(mode) => Ok(mode),
        None => Err(invalid("response_mode must be query or form_post")),
    }
}

fn capped(params: &Params, name: &str, cap: usize) -> Result<Option<String>, OAuthError> {
    match params.get(name) {
        Some(value) if value.len() > cap => {
            Err(OAuthError::new(OAuthErrorCode::InvalidRequest, format!("parameter {name} is too long")))
        }
        value => Ok(value.map(str::to_owned)),
    }
}

/// Digits only; more than the type holds is as good as no limit.
fn max_age(text: &str) -> Result<u32, OAuthError> {
    if text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.parse().unwrap_or(u32::MAX))
    } else {
        Err(invalid("max_age must be a number of seconds"))
    }
}

fn thumbprint(text: &str) -> Result<String, OAuthError> {
    if is_thumbprint(text) { Ok(text.to_owned()) } else { Err(invalid("dpop_jkt must be a JWK thumbprint")) }
}

fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidRequest, description)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn uri(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap()
    }

    fn params(text: &str) -> Params {
        Params::parse(text, &REPEATABLE).unwrap()
    }

    /// A good request with further parameters.
    fn request(more: &str) -> Result<AuthorizationRequest, OAuthError> {
        let params = params(&format!(
            "response_type=code&client_id=c1&code_challenge={CHALLENGE}&code_challenge_method=S256&{more}"
        ));
        AuthorizationRequest::parse(&params, TrustedRedirect::Presented(uri("https://c/cb")))
    }

    fn refusal(more: &str) -> OAuthErrorCode {
        request(more).unwrap_err().code
    }

    #[test]
    fn a_request_must_name_its_client() {
        assert_eq!(client_id(&params("client_id=c1")), Ok("c1"));
        assert_eq!(client_id(&params("client_id=")), Err(UntrustedRequest::MissingClientId));
    }

    #[test]
    fn an_unregistered_redirect_uri_is_never_trusted() {
        let registered = [uri("https://c/cb")];

        for other in ["https://c/cb/", "https://evil/cb", "javascript:x", "https://c/cb%23x"] {
            assert_eq!(
                trusted_redirect(&params(&format!("redirect_uri={other}")), &registered),
                Err(UntrustedRequest::UnregisteredRedirectUri),
                "{other}"
            );
        }
    }

    #[test]
    fn a_loopback_redirect_keeps_the_presented_port() {
        let trusted = trusted_redirect(
            &params("redirect_uri=http%3A%2F%2F127.0.0.1%3A51234%2Fcb"),
            &[uri("https://c/cb"), uri("http://127.0.0.1/cb")],
        )
        .unwrap();

        assert_eq!(trusted.presented().unwrap().as_str(), "http://127.0.0.1:51234/cb");
    }

    #[test]
    fn an_absent_redirect_uri_means_the_only_registered_one() {
        let one = [uri("https://c/cb")];
        let two = [uri("https://c/cb"), uri("https://c/other")];

        let trusted = trusted_redirect(&params("scope=notes"), &one).unwrap();

        assert_eq!(trusted.uri(), &one[0]);
        assert_eq!(trusted.presented(), None);
        for registered in [&two[..], &[]] {
            assert_eq!(trusted_redirect(&params(""), registered), Err(UntrustedRequest::MissingRedirectUri));
        }
    }

    #[test]
    fn openid_demands_a_redirect_uri() {
        assert_eq!(
            trusted_redirect(&params("scope=notes+openid"), &[uri("https://c/cb")]),
            Err(UntrustedRequest::OpenIdWithoutRedirectUri)
        );
    }

    #[test]
    fn a_full_request_is_read() {
        let request = request(
            "scope=openid++notes&state=s+1&nonce=n&prompt=login&max_age=60&login_hint=a%40b&response_mode=query\
             &resource=https%3A%2F%2FMCP.example%2Fmcp&resource=https%3A%2F%2Fb.example%2F&id_token_hint=h&unknown=x",
        )
        .unwrap();

        assert_eq!(request.client_id, "c1");
        assert_eq!(request.scope.unwrap().to_string(), "openid notes");
        assert_eq!(request.state.as_deref(), Some("s 1"));
        assert_eq!(request.nonce.as_deref(), Some("n"));
        assert_eq!(request.code_challenge.as_str(), CHALLENGE);
        assert_eq!(request.prompt.to_string(), "login");
        assert_eq!(request.max_age, Some(60));
        assert_eq!(request.login_hint.as_deref(), Some("a@b"));
        assert_eq!(request.id_token_hint.as_deref(), Some("h"));
        assert_eq!(
            request.resources.iter().map(Resource::as_str).collect::<Vec<_>>(),
            ["https://mcp.example/mcp", "https://b.example"]
        );
    }

    #[test]
    fn an_absent_scope_is_told_from_one_that_is_there() {
        assert_eq!(request("").unwrap().scope, None);
        assert_eq!(request("scope=").unwrap().scope, None);
        assert_eq!(refusal("scope=a%22b"), OAuthErrorCode::InvalidScope);
    }

    #[test]
    fn only_the_code_response_type_is_supported() {
        let parse = |text: &str| {
            AuthorizationRequest::parse(&params(text), TrustedRedirect::Presented(uri("https://c/cb")))
                .unwrap_err()
                .code
        };

        assert_eq!(parse(""), OAuthErrorCode::InvalidRequest);
        for kind in ["token", "id_token", "code+token", "none", "CODE"] {
            assert_eq!(parse(&format!("response_type={kind}")), OAuthErrorCode::UnsupportedResponseType);
        }
    }

    #[test]
    fn an_answer_comes_in_the_query_or_in_a_form() {
        assert_eq!(request("").unwrap().response_mode, ResponseMode::Query);
        for (name, mode) in ResponseMode::NAMES.into_iter().zip([ResponseMode::Query, ResponseMode::FormPost]) {
            assert_eq!(request(&format!("response_mode={name}")).unwrap().response_mode, mode);
        }
        for mode in ["fragment", "web_message", "query.jwt", "FORM_POST"] {
            assert_eq!(refusal(&format!("response_mode={mode}")), OAuthErrorCode::InvalidRequest);
        }
    }

    #[test]
    fn no_browser_posts_a_form_to_an_app() {
        let uri = RedirectUri::for_registration("cursor://x/cb", &["cursor://x/cb".to_owned()]).unwrap();
        let text = format!(
            "response_type=code&client_id=c1&code_challenge={CHALLENGE}&code_challenge_method=S256&response_mode=form_post"
        );

        let refusal = AuthorizationRequest::parse(&params(&text), TrustedRedirect::Presented(uri)).unwrap_err();

        assert_eq!(refusal.code, OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn every_client_must_use_pkce() {
        let bare = params("response_type=code&client_id=c1");

        let error =
            AuthorizationRequest::parse(&bare, TrustedRedirect::OnlyRegistered(uri("https://c/cb"))).unwrap_err();

        assert_eq!(error.code, OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn request_objects_are_refused_by_their_own_codes() {
        assert_eq!(refusal("request=x"), OAuthErrorCode::RequestNotSupported);
        assert_eq!(refusal("request_uri=urn:x"), OAuthErrorCode::RequestUriNotSupported);
        assert_eq!(refusal("registration=%7B%7D"), OAuthErrorCode::RegistrationNotSupported);
    }

    #[test]
    fn an_overlong_state_is_refused_and_not_echoed() {
        let long = format!("state={}", "x".repeat(MAX_STATE_LENGTH + 1));

        assert_eq!(refusal(&long), OAuthErrorCode::InvalidRequest);
        assert_eq!(state(&params(&long)), None);
        assert_eq!(state(&params("state=a")), Some("a"));
    }

    #[test]
    fn an_overlong_nonce_is_refused() {
        let long = format!("nonce={}", "x".repeat(MAX_NONCE_LENGTH + 1));

        assert_eq!(refusal(&long), OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn an_overlong_login_hint_is_ignored() {
        let long = format!("login_hint={}", "x".repeat(MAX_LOGIN_HINT_LENGTH + 1));

        assert_eq!(request(&long).unwrap().login_hint, None);
    }

    #[test]
    fn max_age_is_a_number_of_seconds() {
        assert_eq!(request("max_age=0").unwrap().max_age, Some(0));
        assert_eq!(request("max_age=99999999999").unwrap().max_age, Some(u32::MAX));
        for bad in ["-1", "%2B1", "1.5", "x", "111111111111111111111"] {
            assert_eq!(refusal(&format!("max_age={bad}")), OAuthErrorCode::InvalidRequest);
        }
    }

    #[test]
    fn a_malformed_resource_is_an_invalid_target() {
        assert_eq!(refusal("resource=mcp"), OAuthErrorCode::InvalidTarget);
    }

    #[test]
    fn a_contradictory_prompt_is_refused() {
        assert_eq!(refusal("prompt=none+login"), OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn a_hostile_redirect_uri_is_never_trusted_whatever_the_prompt() {
        let registered = [uri("https://c/cb"), uri("http://127.0.0.1/cb")];

        for hostile in [
            "https%3A%2F%2Fc%40evil%2Fcb",
            "https%3A%2F%2Fc%3Ax%40evil%2Fcb",
            "https%3A%2F%2Fc%23%40evil",
            "https%3A%2F%2Fc%2Fcb%3Fx%3D1",
            "https%3A%2F%2FC%2Fcb",
            "https%3A%2F%2Fc%3A443%2Fcb",
            "https%3A%2F%2Fc%2Fcb%2F..%2Fcb",
            "https%3A%5C%5Cc%2Fcb",
            "%2F%2Fevil%2Fcb",
            "+https%3A%2F%2Fc%2Fcb",
            "https%3A%2F%2Fc%2Fcb+",
            "http%3A%2F%2Flocalhost%3A51234%2Fcb",
            "http%3A%2F%2F127.0.0.1.evil.example%2Fcb",
            "http%3A%2F%2F127.0.0.1%3A80%40evil.example%2Fcb",
            "http%3A%2F%2F127.0.0.1%3A51234%2Fother",
        ] {
            for more in ["", "&prompt=none", "&scope=openid", "&request_uri=urn%3Ax"] {
                let params = params(&format!("redirect_uri={hostile}{more}"));

                assert_eq!(
                    trusted_redirect(&params, &registered),
                    Err(UntrustedRequest::UnregisteredRedirectUri),
                    "{hostile}{more}"
                );
            }
        }
    }

    #[test]
    fn an_empty_redirect_uri_is_an_absent_one() {
        let one = [uri("https://c/cb")];

        let trusted = trusted_redirect(&params("redirect_uri="), &one).unwrap();

        assert_eq!(trusted, TrustedRedirect::OnlyRegistered(one[0].clone()));
    }

    #[test]
    fn the_pkce_method_must_be_exactly_s256() {
        for method in ["plain", "PLAIN", "s256", "S256+", "", "none"] {
            let params = params(&format!(
                "response_type=code&client_id=c1&code_challenge={CHALLENGE}&code_challenge_method={method}"
            ));

            let error =
                AuthorizationRequest::parse(&params, TrustedRedirect::Presented(uri("https://c/cb"))).unwrap_err();

            assert_eq!(error.code, OAuthErrorCode::InvalidRequest, "{method:?}");
        }
    }

    #[test]
    fn no_parameter_splits_a_header_or_a_log_line() {
        for name in ["state", "nonce", "scope", "login_hint", "redirect_uri", "client_id", "unknown"] {
            for split in ["%0d%0aSet-Cookie:+x", "%0a", "%00", "%c2%85"] {
                assert!(Params::parse(format!("{name}=a{split}"), &REPEATABLE).is_err(), "{name}: {split}");
            }
        }
    }

    #[test]
    fn a_repeated_parameter_is_refused_but_for_resource() {
        for name in ["client_id", "redirect_uri", "scope", "state", "code_challenge", "prompt", "nonce"] {
            assert!(Params::parse(format!("{name}=a&{name}=b"), &REPEATABLE).is_err(), "{name}");
        }
        assert!(Params::parse("resource=a&resource=b", &REPEATABLE).is_ok());
    }
}
