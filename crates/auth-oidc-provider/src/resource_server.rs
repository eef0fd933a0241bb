//! What a token can be good for, and what tokens for it are like. RFC 8707, RFC 9068.

use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::registered_claim::is_registered;
use auth_protocol::resource::Resource;
use auth_protocol::scope::{IDENTITY_SCOPES, Scope};
use serde_json::{Map, Value};

use crate::complaints::WrongOption;
use crate::entity::resource;

/// The longest identifier of a resource, in bytes.
pub(crate) const MAX_IDENTIFIER: usize = 255;
/// The most seconds an access token lives.
pub(crate) const MAX_LIFETIME: u64 = 86_400;

/// How an access token is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessTokenFormat {
    /// A random value that only this server can look up, so that revoking it takes effect at once.
    #[default]
    Opaque,
    /// A signed JWT of the type `at+jwt`, which a server in another process verifies by itself, until
    /// it expires (RFC 9068).
    Jwt,
}

impl AccessTokenFormat {
    /// The format as it is stored and told.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Opaque => "opaque",
            Self::Jwt => "jwt",
        }
    }

    /// Reads what [`Self::as_str`] has written.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Opaque, Self::Jwt].into_iter().find(|format| format.as_str() == text)
    }
}

/// Something a token can be good for (RFC 8707), and what tokens for it are like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceOption {
    pub(crate) identifier: String,
    pub(crate) base_scope: Vec<String>,
    pub(crate) allowed_scopes: Option<Vec<String>>,
    pub(crate) format: AccessTokenFormat,
    pub(crate) access_token_expires_in: Option<u64>,
    pub(crate) require_dpop: bool,
    pub(crate) claims: Map<String, Value>,
}

impl ResourceOption {
    /// A resource by its identifier: a path below the origin (`/mcp`) or a whole URL.
    pub fn new(identifier: impl Into<String>) -> Self {
        Self {
            identifier: identifier.into(),
            base_scope: Vec::new(),
            allowed_scopes: None,
            format: AccessTokenFormat::default(),
            access_token_expires_in: None,
            require_dpop: false,
            claims: Map::new(),
        }
    }

    /// The scope a client needs to do anything there; part of the default scope. Default none.
    #[must_use]
    pub fn base_scope<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.base_scope = names.into_iter().map(Into::into).collect();
        self
    }

    /// The only scopes a token for it can have, besides its base scope and those about the person.
    /// Default all.
    #[must_use]
    pub fn allowed_scopes<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.allowed_scopes = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// How its access tokens are written. Default opaque: right for a resource in the same process.
    #[must_use]
    pub fn access_token_format(mut self, format: AccessTokenFormat) -> Self {
        self.format = format;
        self
    }

    /// Seconds its access tokens stay valid. Default the provider's for the format; at most 86 400.
    #[must_use]
    pub fn access_token_expires_in(mut self, seconds: u64) -> Self {
        self.access_token_expires_in = Some(seconds);
        self
    }

    /// Whether its access tokens have to be bound to a key, so that a stolen one is worth nothing
    /// (RFC 9449). Default no: clients may.
    #[must_use]
    pub fn require_dpop(mut self, on: bool) -> Self {
        self.require_dpop = on;
        self
    }

    /// Adds a claim that stands in each of its access tokens that is a JWT. Default none; what tokens say by
    /// themselves stays as it is.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// What is wrong with it, whatever else is offered.
    pub(crate) fn complaints(&self) -> Vec<WrongOption> {
        let mut complaints = Vec::new();
        if let Some(seconds) = self.access_token_expires_in.filter(|seconds| !(1..=MAX_LIFETIME).contains(seconds)) {
            complaints.push(WrongOption {
                option: "resource.access_token_expires_in",
                value: seconds.to_string(),
                right: format!("use 1 to {MAX_LIFETIME} seconds"),
            });
        }
        let taken = self.claims.keys().filter(|name| is_reserved(name));
        complaints.extend(taken.map(|name| WrongOption::text("resource.claim", name, "use a name of its own")));
        complaints
    }

    /// Every scope it names.
    pub(crate) fn named_scopes(&self) -> impl Iterator<Item = &String> {
        self.base_scope.iter().chain(self.allowed_scopes.iter().flatten())
    }
}

/// Whether a claim is one that tokens make by themselves.
pub(crate) fn is_reserved(claim: &str) -> bool {
    claim.is_empty() || is_registered(claim)
}

/// A resource with its identifier in canonical form.
#[derive(Clone, Debug)]
pub(crate) struct ResourceServer {
    pub(crate) resource: Resource,
    pub(crate) base_scope: Scope,
    /// The only scopes of a token for it; none means all.
    ceiling: Option<Scope>,
    format: AccessTokenFormat,
    pub(crate) expires_in: Option<u64>,
    require_dpop: bool,
    claims: Map<String, Value>,
}

impl ResourceServer {
    /// One whose row is as it was written; none where its identifier or a scope is not.
    pub(crate) fn of(row: &resource::Model) -> Option<Self> {
        let base_scope = Scope::parse(&row.base_scope).ok()?;
        let ceiling = row.allowed_scopes.as_deref().map(Scope::parse).transpose().ok()?;
        let claims = match &row.custom_claims {
            None => Map::new(),
            Some(Value::Object(claims)) => claims.clone(),
            Some(_) => return None,
        };
        Some(Self {
            resource: Resource::parse(&row.identifier).ok()?,
            ceiling: ceiling.map(|scope| scope.union(&base_scope)),
            base_scope,
            format: AccessTokenFormat::parse(&row.access_token_format)?,
            expires_in: row.access_token_ttl.and_then(|seconds| u64::try_from(seconds).ok()),
            require_dpop: row.dpop_bound_access_tokens_required,
            claims,
        })
    }

    pub(crate) fn new(resource: Resource, option: &ResourceOption) -> Self {
        let scope = |names: &[String]| Scope::from_tokens(names.iter().map(String::as_str)).unwrap_or_default();
        let base_scope = scope(&option.base_scope);
        let ceiling = option.allowed_scopes.as_deref().map(|names| scope(names).union(&base_scope));
        Self {
            resource,
            base_scope,
            ceiling,
            format: option.format,
            expires_in: option.access_token_expires_in,
            require_dpop: option.require_dpop,
            claims: option.claims.clone(),
        }
    }
}

/// Seconds an access token lives where its resource does not say otherwise, by its format.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DefaultLifetimes {
    pub(crate) opaque: u64,
    pub(crate) jwt: u64,
}

/// What the resources of an access token make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenTerms {
    pub(crate) format: AccessTokenFormat,
    /// Seconds: the shortest any of them allows.
    pub(crate) expires_in: u64,
    /// Whether it has to be bound to a key: if any of them wants that.
    pub(crate) require_dpop: bool,
    /// Claims of a token that is a JWT, besides its own.
    pub(crate) claims: Map<String, Value>,
}

impl TokenTerms {
    /// The terms all these resources agree on.
    ///
    /// # Errors
    /// `invalid_target` where one reads JWTs and another does not: no token is good for both.
    pub(crate) fn of(servers: &[&ResourceServer], lifetimes: DefaultLifetimes) -> Result<Self, OAuthError> {
        let format = servers.first().map(|server| server.format).unwrap_or_default();
        if servers.iter().any(|server| server.format != format) {
            let description = "no token is good for all of these resources; name one of them";
            return Err(OAuthError::new(OAuthErrorCode::InvalidTarget, description));
        }
        let otherwise = match format {
            AccessTokenFormat::Opaque => lifetimes.opaque,
            AccessTokenFormat::Jwt => lifetimes.jwt,
        };
        let expires_in = servers.iter().map(|server| server.expires_in.unwrap_or(otherwise)).min();
        let require_dpop = servers.iter().any(|server| server.require_dpop);
        // Where two say different things, that of the one that was there first counts.
        let claims = servers.iter().rev().flat_map(|server| server.claims.clone()).collect();
        Ok(Self { format, expires_in: expires_in.unwrap_or(otherwise), require_dpop, claims })
    }
}

/// What is left of a scope where these resources are the only ones it is for: what any of them allows,
/// and what is about the person.
pub(crate) fn allowed(scope: &Scope, servers: &[&ResourceServer]) -> Scope {
    let ceilings: Option<Vec<&Scope>> = servers.iter().map(|server| server.ceiling.as_ref()).collect();
    match ceilings {
        Some(ceilings) if !ceilings.is_empty() => {
            let person = Scope::from_tokens(IDENTITY_SCOPES).unwrap_or_default();
            scope.intersection(&ceilings.into_iter().fold(person, |all, ceiling| all.union(ceiling)))
        }
        _ => scope.clone(),
    }
}

impl ResourceServer {
    /// The scopes that are its own to allow.
    pub(crate) fn own_scopes(&self) -> Scope {
        self.ceiling.as_ref().map_or_else(|| self.base_scope.clone(), |ceiling| ceiling.union(&self.base_scope))
    }
}

/// What is left of a scope in a token that is good for all of these resources: what each of them allows,
/// since each reads it as its own, and what is about the person.
pub(crate) fn allowed_by_each(scope: &Scope, servers: &[&ResourceServer]) -> Scope {
    let person = Scope::from_tokens(IDENTITY_SCOPES).unwrap_or_default();
    let ceilings = servers.iter().filter_map(|server| server.ceiling.as_ref());
    ceilings.fold(scope.clone(), |left, ceiling| left.intersection(&ceiling.union(&person)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFETIMES: DefaultLifetimes = DefaultLifetimes { opaque: 3600, jwt: 600 };

    fn server(option: &ResourceOption) -> ResourceServer {
        ResourceServer::new(Resource::parse(&option.identifier).unwrap(), option)
    }

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    #[test]
    fn the_shortest_lifetime_counts_and_the_format_decides_the_default() {
        let opaque = server(&ResourceOption::new("https://a.example"));
        let short = server(&ResourceOption::new("https://b.example").access_token_expires_in(60));
        let jwt = server(&ResourceOption::new("https://c.example").access_token_format(AccessTokenFormat::Jwt));
        let expires_in = |servers: &[&ResourceServer]| TokenTerms::of(servers, LIFETIMES).unwrap().expires_in;

        assert_eq!(expires_in(&[]), 3600);
        assert_eq!(expires_in(&[&opaque, &short]), 60);
        assert_eq!(expires_in(&[&jwt]), 600);
    }

    #[test]
    fn no_token_is_good_for_resources_that_read_different_formats() {
        let opaque = server(&ResourceOption::new("https://a.example"));
        let jwt = server(&ResourceOption::new("https://c.example").access_token_format(AccessTokenFormat::Jwt));

        let refused = TokenTerms::of(&[&opaque, &jwt], LIFETIMES).unwrap_err();

        assert_eq!(refused.code, OAuthErrorCode::InvalidTarget);
    }

    #[test]
    fn a_scope_is_cut_to_what_any_of_the_resources_allows() {
        let all = server(&ResourceOption::new("https://a.example"));
        let notes = server(
            &ResourceOption::new("https://b.example").base_scope(["notes:read"]).allowed_scopes(["notes:write"]),
        );
        let files = server(&ResourceOption::new("https://c.example").allowed_scopes(["files:read"]));
        let asked = scope("openid email notes:read notes:write files:read admin");

        assert_eq!(allowed(&asked, &[]), asked);
        assert_eq!(allowed(&asked, &[&all, &notes]), asked, "one of them has no ceiling");
        assert_eq!(allowed(&asked, &[&notes]), scope("openid email notes:read notes:write"));
        assert_eq!(allowed(&asked, &[&notes, &files]), scope("openid email notes:read notes:write files:read"));
    }

    #[test]
    fn a_token_for_several_resources_has_what_each_of_them_allows() {
        let all = server(&ResourceOption::new("https://a.example"));
        let notes = server(&ResourceOption::new("https://b.example").allowed_scopes(["notes:read", "shared"]));
        let files = server(&ResourceOption::new("https://c.example").allowed_scopes(["files:read", "shared"]));
        let asked = scope("openid notes:read files:read shared admin");

        assert_eq!(allowed_by_each(&asked, &[&all]), asked);
        assert_eq!(allowed_by_each(&asked, &[&all, &notes]), scope("openid notes:read shared"), "no way around it");
        assert_eq!(allowed_by_each(&asked, &[&notes, &files]), scope("openid shared"));
    }
}
