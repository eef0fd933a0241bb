//! The authorization request of a client, and its answer. RFC 6749 §4.1, RFC 7636, RFC 8707, RFC 9207.

use std::collections::{BTreeSet, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{StatusCode, header};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::challenge::Challenge;
use crate::document::{ResourceDocument, ServerDocument};
use crate::exchange::{Exchange, Request};
use crate::profile::{Check, OfflineAccess, Profile, ResourceFrom, ScopeFrom};
use crate::registration::Client;
use crate::rule::{Failure, Rule};

/// How many pages may lead from one to the next before somebody is asked.
const MOST_PAGES: usize = 6;
/// A port that is not the registered one.
const FREE_PORT: &str = "49377";

/// What a client knows of a server.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) challenge: Challenge,
    pub(crate) resource: ResourceDocument,
    pub(crate) server: ServerDocument,
    pub(crate) target: Url,
}

/// A request that a client has made up.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) url: Url,
    pub(crate) redirect_uri: String,
    pub(crate) verifier: String,
    state: String,
}

impl Place {
    /// The identifier that this client sends as `resource`. RFC 8707 §2.
    pub(crate) fn resource_for(&self, profile: &Profile) -> &str {
        match profile.resource.as_ref().and_then(|fact| fact.value.from) {
            Some(ResourceFrom::ServerUrl) => self.target.as_str(),
            Some(ResourceFrom::ResourceMetadata) | None => &self.resource.resource,
        }
    }

    /// The scopes that this client asks for at first. MCP authorization, scope selection.
    pub(crate) fn scopes_for(&self, profile: &Profile) -> BTreeSet<String> {
        let usual = [ScopeFrom::Challenge, ScopeFrom::ResourceMetadata];
        let told = profile.scope.as_ref().map(|fact| &fact.value);
        let from = told.map(|told| told.from.as_slice()).filter(|from| !from.is_empty()).unwrap_or(&usual);
        let found = from.iter().map(|from| match from {
            ScopeFrom::Challenge => self.challenge.scope(),
            ScopeFrom::ResourceMetadata => self.resource.scopes_supported.clone(),
            ScopeFrom::ServerMetadata => self.server.scopes_supported.clone().unwrap_or_default(),
            // Whoever configures nothing gets the scopes of the server.
            ScopeFrom::Configuration => Vec::new(),
        });
        let mut scopes: BTreeSet<String> =
            found.into_iter().find(|scopes| !scopes.is_empty()).unwrap_or_default().into_iter().collect();
        if let Some(told) = told {
            scopes.extend(told.extra.iter().filter(|extra| self.server.offers(extra)).cloned());
            let offline = match told.offline_access {
                Some(OfflineAccess::Always) => true,
                Some(OfflineAccess::WhenAdvertised | OfflineAccess::Sometimes) => self.server.offers("offline_access"),
                None => false,
            };
            scopes.extend(offline.then(|| "offline_access".to_owned()));
        }
        scopes
    }

    /// Makes up a request.
    pub(crate) fn asks(
        &self,
        client: &Client,
        profile: &Profile,
        at: &str,
        scopes: &BTreeSet<String>,
    ) -> Result<Asked, Failure> {
        let endpoint = self.server.authorization_endpoint.as_deref().unwrap_or_default();
        let no_url = |_| Failure::new(Rule::Endpoints, "the server metadata", "has no URL as authorization_endpoint");
        let mut url = Url::parse(endpoint).map_err(no_url)?;
        let (state, verifier) = (random(), random());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let redirect_uri = at.replace("{port}", FREE_PORT);
        let scope = scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let mut query = url.query_pairs_mut();
        query.extend_pairs([
            ("response_type", "code"),
            ("client_id", &client.id),
            ("redirect_uri", &redirect_uri),
            ("state", &state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("resource", self.resource_for(profile)),
        ]);
        if !scope.is_empty() {
            query.append_pair("scope", &scope);
        }
        drop(query);
        Ok(Asked { url, redirect_uri, verifier, state })
    }

    /// Judges where the browser was sent, and takes the code.
    pub(crate) fn code(&self, profile: &Profile, asked: &Asked, answered: &Url) -> Result<String, Failure> {
        let request = "the answer of the authorization endpoint";
        let parameters = self.judged(profile, asked, answered, request)?;
        if let Some(error) = parameters.get("error") {
            let why = parameters.get("error_description").map_or_else(String::new, |text| format!(", {text}"));
            return Err(Failure::new(Rule::Authorization, request, format!("is {error}{why}")));
        }
        let no_code = || Failure::new(Rule::Authorization, request, "has no code");
        parameters.get("code").cloned().ok_or_else(no_code)
    }

    fn judged(
        &self,
        profile: &Profile,
        asked: &Asked,
        answered: &Url,
        request: &str,
    ) -> Result<HashMap<String, String>, Failure> {
        let parameters: HashMap<_, _> = answered.query_pairs().into_owned().collect();
        if parameters.get("state") != Some(&asked.state) {
            return Err(Failure::new(Rule::State, request, "does not bring back state"));
        }
        match parameters.get("iss") {
            Some(iss) if *iss != self.server.issuer => {
                let found = format!("says that iss is {iss}, not {}", self.server.issuer);
                Err(Failure::new(Rule::Iss, request, found))
            }
            None if profile.makes(Check::Iss) && self.server.authorization_response_iss_parameter_supported => {
                Err(Failure::new(Rule::Iss, request, "has no iss, though the metadata promises it"))
            }
            None if profile.is_strict() => Err(Failure::new(Rule::Iss, request, "has no iss")),
            Some(_) | None => Ok(parameters),
        }
    }

    /// Opens the request as a browser does that knows nobody here: somebody has to be asked.
    ///
    /// # Errors
    /// The rule for a client that is not accepted, where the server says that the request is wrong.
    pub(crate) async fn leads_to_a_page(
        &self,
        exchange: &Exchange,
        asked: &Asked,
        unaccepted: Rule,
    ) -> Result<(), Failure> {
        let mut at = asked.url.clone();
        for _ in 0..MOST_PAGES {
            let answer = exchange.navigates(&at).await?;
            if answer.status.is_success() {
                return Ok(());
            }
            let next = answer.header(&header::LOCATION).filter(|_| answer.status.is_redirection());
            let Some(next) = next.and_then(|to| at.join(to).ok()) else {
                let is_wrong = [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
                let rule = if is_wrong.contains(&answer.status) { unaccepted } else { Rule::Authorization };
                return Err(answer.breaks(rule, format!("answers {} instead of a page", answer.status)));
            };
            if next.as_str().starts_with(&asked.redirect_uri) {
                let why = next
                    .query_pairs()
                    .find(|(name, _)| name == "error")
                    .map_or_else(String::new, |(_, error)| format!(" with {error}"));
                return Err(answer.breaks(Rule::Authorization, format!("sends back to the client{why}")));
            }
            at = next;
        }
        Err(Failure::new(
            Rule::Authorization,
            format!("GET {}", asked.url.path()),
            "leads from page to page without end",
        ))
    }

    /// Asks for an answer without any page, which is an error that names its issuer. OpenID Connect Core §3.1.2.6.
    pub(crate) async fn refuses_by_name(
        &self,
        exchange: &Exchange,
        profile: &Profile,
        asked: &Asked,
    ) -> Result<(), Failure> {
        let mut url = asked.url.clone();
        url.query_pairs_mut().append_pair("prompt", "none");
        let answer = exchange.navigates(&url).await?;
        let Some(to) = answer.header(&header::LOCATION).and_then(|to| Url::parse(to).ok()) else { return Ok(()) };
        if !to.as_str().starts_with(&asked.redirect_uri) {
            return Ok(());
        }
        self.judged(profile, asked, &to, &answer.request).map(drop)
    }

    /// Asks as a page of another origin would, which is to get nothing.
    pub(crate) async fn gives_pages_nothing(&self, exchange: &Exchange, asked: &Asked) -> Result<(), Failure> {
        let request = Request::get(&asked.url).with(header::ORIGIN, "https://page.example");
        let answer = exchange.send(request).await?;
        match answer.header(&header::ACCESS_CONTROL_ALLOW_ORIGIN) {
            Some(_) => Err(answer.breaks(Rule::NoCorsAtAuthorization, "has Access-Control-Allow-Origin")),
            None => Ok(()),
        }
    }
}

/// 32 random bytes. RFC 7636 §4.1.
fn random() -> String {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}
