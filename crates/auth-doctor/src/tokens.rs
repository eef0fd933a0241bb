//! The token endpoint, and calls with what it gives. RFC 6749 §5, RFC 6750, RFC 7009.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::authorization::{Asked, Place};
use crate::challenge::Challenge;
use crate::discovery::{call, message};
use crate::exchange::{Answer, Exchange, Request};
use crate::profile::{Profile, RefreshHabit};
use crate::registration::{Client, ClientAuth, error_in};
use crate::rule::{Failure, Rule};

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What the token endpoint gives. RFC 6749 §5.1.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) token_type: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) scope: Option<String>,
}

/// A client that has got its `client_id`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Holder<'a> {
    pub(crate) exchange: &'a Exchange,
    pub(crate) profile: &'a Profile,
    pub(crate) place: &'a Place,
    pub(crate) client: &'a Client,
}

/// What a call of a tool came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Called {
    Done,
    /// All scopes that it needs.
    Needs(BTreeSet<String>),
}

impl Holder<'_> {
    /// Redeems a code. RFC 6749 §4.1.3.
    pub(crate) async fn redeems(&self, code: &str, asked: &Asked) -> Result<Tokens, Failure> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &asked.redirect_uri),
            ("code_verifier", &asked.verifier),
            ("resource", self.place.resource_for(self.profile)),
        ];
        given(&self.posts("token_endpoint", &fields).await?)
    }

    /// Redeems a code that nobody got: refused in the way of the token endpoint.
    pub(crate) async fn is_refused(&self, asked: &Asked) -> Result<(), Failure> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", "a-code-that-nobody-got"),
            ("redirect_uri", &asked.redirect_uri),
            ("code_verifier", &asked.verifier),
        ];
        let answer = self.posts("token_endpoint", &fields).await?;
        let error = error_of(&answer);
        let is_proven = !matches!(self.client.auth, ClientAuth::None);
        let is_meant = match error.as_deref() {
            Some("invalid_grant") => true,
            // Whoever proves itself may be refused for that first.
            Some("invalid_client") => is_proven,
            Some(_) | None => false,
        };
        if is_meant && answer.status.is_client_error() {
            return answer.is_readable();
        }
        let error = error.as_deref().unwrap_or("no error");
        Err(answer.breaks(Rule::Token, format!("answers {} with {error} to a wrong code", answer.status)))
    }

    /// Presents a refresh token in the way of this client. RFC 6749 §6.
    pub(crate) async fn refreshes(&self, tokens: &Tokens) -> Result<Answer, Failure> {
        let Some(refresh_token) = &tokens.refresh_token else {
            return Err(Failure::new(Rule::RefreshToken, "the token endpoint", "gave no refresh token"));
        };
        let mut fields = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.as_str()),
            ("resource", self.place.resource_for(self.profile)),
        ];
        if self.profile.has_habit(RefreshHabit::RepeatsScope) {
            fields.extend(tokens.scope.as_deref().map(|scope| ("scope", scope)));
        }
        self.posts("token_endpoint", &fields).await
    }

    /// Ends a token. RFC 7009 §2.1.
    pub(crate) async fn revokes(&self, token: &str) -> Result<(), Failure> {
        let answer = self.posts("revocation_endpoint", &[("token", token)]).await?;
        if answer.status == StatusCode::OK {
            return answer.is_readable();
        }
        Err(answer.breaks(Rule::Revocation, format!("answers {}{}", answer.status, error_in(answer.value().as_ref()))))
    }

    /// Begins a session with a token.
    pub(crate) async fn begins(&self, token: &str) -> Result<(), Failure> {
        let answer = self.exchange.send(call(&self.place.target, Some(token))).await?.stays()?;
        let is_result = answer.message().is_some_and(|message| message.get("result").is_some());
        if answer.status == StatusCode::OK && is_result {
            return answer.is_readable();
        }
        let why = challenge_of(&answer).and_then(|challenge| challenge.get("error_description").map(str::to_owned));
        let why = why.map_or_else(String::new, |why| format!(": {why}"));
        Err(answer.breaks(Rule::Call, format!("answers {} to a call with the token it asked for{why}", answer.status)))
    }

    /// Calls with a token that is worth nothing.
    pub(crate) async fn is_turned_away(&self, token: &str, rule: Rule) -> Result<(), Failure> {
        let answer = self.exchange.send(call(&self.place.target, Some(token))).await?.stays()?;
        let challenge = challenge_of(&answer);
        let error = challenge.as_ref().and_then(|challenge| challenge.get("error"));
        if answer.status == StatusCode::UNAUTHORIZED && error == Some("invalid_token") {
            return answer.is_readable();
        }
        let error = error.unwrap_or("no error");
        Err(answer.breaks(rule, format!("answers {} with {error} to a token that is not valid", answer.status)))
    }

    /// Calls a tool.
    pub(crate) async fn calls(&self, (tool, arguments): &(String, Value), token: &str) -> Result<Called, Failure> {
        let params = serde_json::json!({ "name": tool, "arguments": arguments });
        let request = message(&self.place.target, "tools/call", &params, Some(token));
        let answer = self.exchange.send(request).await?.stays()?;
        if answer.status == StatusCode::FORBIDDEN {
            return needs(&answer).map(Called::Needs);
        }
        let is_result = answer.message().is_some_and(|message| message.get("result").is_some());
        if answer.status == StatusCode::OK && is_result {
            return Ok(Called::Done);
        }
        Err(answer.breaks(Rule::Call, format!("answers {} to a call of {tool}", answer.status)))
    }

    async fn posts(&self, endpoint: &'static str, fields: &[(&str, &str)]) -> Result<Answer, Failure> {
        let server = &self.place.server;
        let text = if endpoint == "token_endpoint" { &server.token_endpoint } else { &server.revocation_endpoint };
        let no_url = || Failure::new(Rule::Endpoints, "the server metadata", format!("has no URL as {endpoint}"));
        let url = text.as_deref().and_then(|text| Url::parse(text).ok()).ok_or_else(no_url)?;
        let mut fields = fields.to_vec();
        let assertion;
        let request = match &self.client.auth {
            ClientAuth::SecretBasic(secret) => {
                let encoded = [&self.client.id, secret].map(|text| form_encoded(text)).join(":");
                Request::form(&url, &fields).with(header::AUTHORIZATION, &format!("Basic {}", STANDARD.encode(encoded)))
            }
            ClientAuth::None | ClientAuth::Keyless => {
                fields.push(("client_id", &self.client.id));
                Request::form(&url, &fields)
            }
            ClientAuth::SecretPost(secret) => {
                fields.extend([("client_id", self.client.id.as_str()), ("client_secret", secret)]);
                Request::form(&url, &fields)
            }
            ClientAuth::PrivateKeyJwt(signer) => {
                assertion = signer.assertion(&self.client.id, &server.issuer);
                fields.extend([
                    ("client_id", self.client.id.as_str()),
                    ("client_assertion_type", ASSERTION),
                    ("client_assertion", &assertion),
                ]);
                Request::form(&url, &fields)
            }
        };
        self.exchange.send(request).await?.stays()
    }
}

/// Reads tokens. RFC 6749 §5.1.
pub(crate) fn given(answer: &Answer) -> Result<Tokens, Failure> {
    if answer.status != StatusCode::OK {
        let found = format!("answers {}{}", answer.status, error_in(answer.value().as_ref()));
        return Err(answer.breaks(Rule::Token, found));
    }
    let tokens: Tokens = answer.document()?;
    if !tokens.token_type.eq_ignore_ascii_case("bearer") {
        return Err(answer.breaks(Rule::Token, format!("gives a token of the type {}", tokens.token_type)));
    }
    if !answer.header(&header::CACHE_CONTROL).is_some_and(|value| value.to_ascii_lowercase().contains("no-store")) {
        return Err(answer.breaks(Rule::NoStore, "has no Cache-Control: no-store"));
    }
    if tokens.refresh_token.is_none() {
        return Err(answer.breaks(Rule::RefreshToken, "gives no refresh token"));
    }
    Ok(tokens)
}

/// RFC 6749 appendix B.
fn form_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The error of an answer. RFC 6749 §5.2.
pub(crate) fn error_of(answer: &Answer) -> Option<String> {
    answer.value()?.get("error")?.as_str().map(str::to_owned)
}

fn challenge_of(answer: &Answer) -> Option<Challenge> {
    Challenge::parse(answer.header(&header::WWW_AUTHENTICATE)?)
}

/// The scopes of a challenge that asks for more. MCP authorization, scope challenges.
fn needs(answer: &Answer) -> Result<BTreeSet<String>, Failure> {
    let challenge = challenge_of(answer).unwrap_or_default();
    let scopes: BTreeSet<String> = challenge.scope().into_iter().collect();
    if challenge.get("error") != Some("insufficient_scope") || scopes.is_empty() {
        return Err(answer.breaks(Rule::StepUp, "answers 403 without a challenge that says which scopes are needed"));
    }
    Ok(scopes)
}
