//! What a server can do wrong, each with what to do about it.

use std::fmt;

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $rule:ident, $name:literal, $fix:literal;)+) => {
        /// A rule that a client's way through a server depends on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[doc = $doc])+ $rule,)+
        }

        impl Rule {
            /// Every rule, in the order of a client's way.
            pub const ALL: &[Self] = &[$(Self::$rule),+];

            /// Names the rule in a report: `issuer`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$rule => $name,)+
                }
            }

            /// Says what to do about it.
            pub fn fix(self) -> &'static str {
                match self {
                    $(Self::$rule => $fix,)+
                }
            }
        }
    };
}

rules! {
    /// The server answers at all.
    Reachable, "reachable",
        "let this URL be reached from outside: its name, port and certificate";
    /// Endpoints and documents answer themselves, and do not send a client elsewhere.
    NoRedirect, "no-redirect",
        "serve this path itself: a redirect loses the body, and the token where the host differs";
    /// Documents and endpoints are https, but for a server on the machine of its client. OAuth 2.1 §1.5.
    Https, "https",
        "set the base URL to the https URL that people use; behind a proxy the app cannot guess it";
    /// There is something at the URL of the MCP server.
    McpRoute, "mcp-route",
        "forward this exact path to the app, with and without what follows it";
    /// Without a token the MCP route answers 401. MCP authorization, access tokens.
    Guard, "guard",
        "put the guard in front of the MCP route: `.route_layer(guard)`";
    /// Clients that prove no possession of a key are let in. RFC 9449.
    BearerTokens, "bearer-tokens",
        "expect only clients that know DPoP, or let Bearer tokens in too: leave `require_dpop` off";
    /// Pages of other origins may call the MCP route.
    Origins, "origins",
        "let `Mcp::allowed_origins` name the origin of this client, or leave it unset";
    /// The MCP route knows the name under which it is asked.
    Host, "host",
        "set the base URL to the one that clients see, and let the proxy hand on `Host`; a further name goes into \
         `Mcp::allowed_host`";
    /// A 401 has a challenge. RFC 6750 §3.
    Challenge, "challenge",
        "let the proxy hand on the header `WWW-Authenticate`, and the status 401 as it is";
    /// The metadata of the resource is found. RFC 9728 §3.
    ResourceMetadata, "resource-metadata",
        "forward `/.well-known/oauth-protected-resource`, and every path that begins so, to the app";
    /// A document is JSON of the shape that clients read.
    Json, "json",
        "forward this path to the app: something else answers it, such as the start page of a front end";
    /// `resource` is the MCP server's URL. RFC 9728 §3.3.
    Resource, "resource",
        "set the base URL and the path of the resource to the URL that is typed into clients";
    /// Identifiers agree to the last slash. RFC 8414 §3.3, RFC 9728 §3.3.
    TrailingSlash, "trailing-slash",
        "use one spelling everywhere, without a slash at the end; clients compare each character";
    /// The metadata of the resource is of the origin of the MCP route.
    SameOrigin, "same-origin",
        "set the base URL to the one that clients see; the metadata of the resource is served at the origin of the MCP \
         route";
    /// The metadata of the resource names an authorization server. RFC 9728 §2.
    AuthorizationServers, "authorization-servers",
        "name the issuer in `authorization_servers` of the resource's metadata";
    /// The metadata of the authorization server is found. RFC 8414 §3.
    ServerMetadata, "server-metadata",
        "forward `/.well-known/oauth-authorization-server` and `/.well-known/openid-configuration`, and every path \
         that begins so, to the app that is the issuer";
    /// `issuer` is the one that was asked for. RFC 8414 §3.3.
    Issuer, "issuer",
        "set the base URL to the one that clients see: the issuer is the same string everywhere";
    /// A document names the endpoints that are needed. RFC 8414 §2.
    Endpoints, "endpoints",
        "serve the whole document of the authorization server, as it makes it";
    /// `S256` is advertised. MCP authorization, code protection.
    S256, "s256",
        "advertise `S256` in `code_challenge_methods_supported`, in both documents";
    /// The OpenID document is whole, or not there. OpenID Connect Discovery §3.
    OpenIdDocument, "openid-document",
        "serve `/.well-known/openid-configuration` whole, or answer 404: clients take it for an OpenID provider";
    /// A client has a way to get a `client_id`.
    Registration, "registration",
        "let clients register, by metadata documents and dynamically: `Mcp::client_registration`";
    /// The document that is the `client_id` of a client is fetched and accepted. MCP authorization, client ID
    /// metadata documents.
    ClientDocument, "client-document",
        "let the server reach the client's document by https, past firewalls, and let no policy keep its host out; \
         the log of the app says what is wrong";
    /// A registration is taken. RFC 7591 §3.2.
    RegistrationAnswer, "registration-answer",
        "forward the registration endpoint, and let no filter of a proxy refuse its body";
    /// The redirect URIs of a client are kept. RFC 7591 §3.2.1.
    RedirectUris, "redirect-uris",
        "allow the redirect URIs of this client: `https`, loopback on any port, and its private-use scheme";
    /// Pages of other origins may ask and may read the answer.
    Cors, "cors",
        "let the app answer `OPTIONS` and set the CORS headers of this path: the proxy takes them away or answers \
         itself";
    /// Pages of other origins may read the challenge.
    ExposedChallenge, "exposed-challenge",
        "let `Access-Control-Expose-Headers` name `WWW-Authenticate` on the MCP route, as the guard sets it";
    /// Pages of other origins get nothing from the authorization endpoint.
    NoCorsAtAuthorization, "no-cors-at-authorization",
        "let no proxy add CORS headers to the authorization endpoint";
    /// A well-formed authorization request leads to a page. RFC 6749 §4.1.1.
    Authorization, "authorization",
        "forward the authorization endpoint and the pages it leads to, and look into the log of the app";
    /// The answer brings back `state`. RFC 6749 §4.1.2.
    State, "state",
        "bring back `state` as it came, in every answer";
    /// The answer names its issuer. RFC 9207 §2.
    Iss, "iss",
        "send `iss` in every answer of the authorization endpoint, equal to the issuer";
    /// The token endpoint gives tokens, and says why it does not. RFC 6749 §5.
    Token, "token",
        "forward the token endpoint with its body and its `Authorization` header, as they came";
    /// Answers with tokens are not kept. RFC 6749 §5.1.
    NoStore, "no-store",
        "let the proxy keep `Cache-Control: no-store` at the token endpoint";
    /// Whoever registers the grant gets a refresh token.
    RefreshToken, "refresh-token",
        "give a refresh token to whoever registered the grant";
    /// A refresh token that is presented at once by several processes of its client ends no sign-in.
    Refresh, "refresh",
        "answer a refresh token that comes again within seconds as it was answered before";
    /// A refresh token from before ends nothing but its own grant, with `invalid_grant`. OAuth 2.1 §4.3.1.
    LateRefresh, "late-refresh",
        "refuse a refresh token of before with `invalid_grant`";
    /// The MCP route takes the token that was given for it.
    Call, "call",
        "let the proxy hand on the header `Authorization`; resource, audience and base URL have to agree";
    /// The MCP route refuses a token that nobody gave, with 401 and `invalid_token`. RFC 6750 §3.1.
    InvalidToken, "invalid-token",
        "let the proxy hand on the header `Authorization`; a token that is not valid is answered 401 with \
         `error=\"invalid_token\"`";
    /// A call that needs more scope says which. MCP authorization, scope challenges.
    StepUp, "step-up",
        "answer 403 with `error=\"insufficient_scope\"` and every scope that the call needs";
    /// What was revoked is worth nothing. RFC 7009 §2.
    Revocation, "revocation",
        "let no proxy or cache answer for the MCP route or the revocation endpoint";
}

/// The most characters of a text that is shown.
const MOST_SHOWN: usize = 400;

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A rule that a server does not keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {request} {found}")]
pub struct Failure {
    /// The rule.
    pub rule: Rule,
    /// The request: `GET https://mcp.example/.well-known/oauth-protected-resource`.
    pub request: String,
    /// What is wrong with its answer, as the end of a sentence that begins with the request.
    pub found: String,
}

impl Failure {
    pub(crate) fn new(rule: Rule, request: impl Into<String>, found: impl Into<String>) -> Self {
        Self { rule, request: shown(&request.into()), found: shown(&found.into()) }
    }
}

/// A text of a stranger, fit for a terminal: without control characters, and not too long.
fn shown(text: &str) -> String {
    let is_plain = |character: &char| !character.is_control();
    let mut shown: String = text.chars().filter(is_plain).take(MOST_SHOWN).collect();
    if text.chars().filter(is_plain).nth(MOST_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_says_does_not_move_the_terminal() {
        let failure = Failure::new(Rule::Token, "POST x", format!("says \u{1b}[2J\n{}", "y".repeat(1000)));

        assert!(failure.found.starts_with("says [2Jy"), "{}", failure.found);
        assert_eq!(failure.found.chars().count(), MOST_SHOWN + 1);
    }
}
