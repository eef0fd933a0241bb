//! What somebody wants a client to be: its metadata, and what only an operator gives.

use std::collections::BTreeSet;

use auth_core::Unexpected;
use auth_protocol::client::GrantType;
use auth_protocol::client_auth::ClientAuthMethod;
use auth_protocol::redirect_uri::RedirectUri;
use auth_protocol::registration::{AcceptedClient, ClientMetadata, RegistrationPolicy};
use auth_protocol::resource::Resource;
use auth_protocol::scope::{IDENTITY_SCOPES, Scope};
use serde_json::{Map, Value};

use super::Refusal;
use super::members::{Member, Members};
use crate::codes::CLIENT_REFUSED;
use crate::entity::client;
use crate::flow::response_algorithms::ResponseAlgorithms;
use crate::flow::{manage, register, sector};
use crate::provider::Provider;

/// What a client says of itself without having a say in it.
const NOT_WANTED: [&str; 6] = [
    "client_id",
    "client_id_issued_at",
    "client_secret",
    "client_secret_expires_at",
    "registration_access_token",
    "registration_client_uri",
];

/// What is wanted of a client: what is absent stays as it is, and what is null goes.
#[derive(Debug)]
pub(super) struct WantedClient {
    metadata: Map<String, Value>,
    own_scope: Member<String>,
    /// The resources it serves, separated by blanks.
    introspects: Member<String>,
    pub(super) skip_consent: Option<bool>,
    pub(super) disabled: Option<bool>,
    /// Its owner.
    user_id: Member<String>,
}

impl WantedClient {
    pub(super) async fn read(provider: &Provider, body: Map<String, Value>) -> Result<Self, Refusal> {
        let mut members = Members(body);
        let own_scope = members.text("own_scope")?;
        let introspects = members.texts("introspects")?;
        let skip_consent = members.flag("skip_consent")?;
        let disabled = members.flag("disabled")?;
        let user_id = members.text("user_id")?;
        let mut metadata = members.0;
        metadata.retain(|name, _| !NOT_WANTED.contains(&name.as_str()));
        let own_scope = if own_scope.given().is_some_and(String::is_empty) { Member::Null } else { own_scope };
        if let Some(scope) = own_scope.given() {
            judge_own_scope(provider, scope)?;
        }
        let introspects = introspected(provider, introspects).await?;
        Ok(Self { metadata, own_scope, introspects, skip_consent, disabled, user_id })
    }

    /// Whether it is more than its client could register.
    pub(super) fn is_privileged(&self) -> bool {
        self.vouches() || self.disabled.is_some()
    }

    /// Whether it says nothing but whether the client is disabled.
    pub(super) fn only_disables(&self) -> bool {
        self.metadata.is_empty() && !self.vouches()
    }

    /// Whether it gives or takes what makes a client trusted, or another owner.
    pub(super) fn vouches(&self) -> bool {
        let gives = self.own_scope.is_there() || self.introspects.is_there();
        gives || self.skip_consent.is_some() || self.user_id.is_there()
    }

    /// Whether all it does is to disable the client.
    pub(super) fn ends_it(&self) -> bool {
        self.only_disables() && self.disabled == Some(true)
    }

    /// Judges the metadata of a new client.
    pub(super) async fn judge(&self, provider: &Provider) -> Result<(AcceptedClient, ResponseAlgorithms), Refusal> {
        let (accepted, algorithms) = judge(provider, self.metadata.clone(), self.given_over(None))?;
        judge_sector(provider, &accepted).await?;
        Ok((accepted, algorithms))
    }

    /// Judges the metadata that follows on what is registered, with the document of its sector: that cannot be
    /// fetched in a transaction.
    pub(super) async fn judge_over(
        &self,
        provider: &Provider,
        before: &client::Model,
    ) -> Result<Option<AcceptedClient>, Refusal> {
        if self.metadata.is_empty() {
            return Ok(None);
        }
        let (accepted, _) = judge(provider, self.over(before)?, self.given_over(Some(before)))?;
        judge_sector(provider, &accepted).await?;
        Ok(Some(accepted))
    }

    /// The scope of its own that a new client has.
    pub(super) fn own_scope(&self) -> Option<String> {
        self.own_scope.over(None)
    }

    /// The resources that a new client serves.
    pub(super) fn introspects(&self) -> Option<String> {
        self.introspects.over(None)
    }

    /// What a client is given that needs no person.
    fn given_over(&self, before: Option<&client::Model>) -> Given {
        let acts = self.own_scope.over(before.and_then(|before| before.own_scope.clone())).is_some();
        let asks = self.introspects.over(before.and_then(|before| before.introspects.clone())).is_some();
        Given { acts, asks }
    }

    /// The owner that a new client has.
    pub(super) fn owner(&self) -> Option<String> {
        self.user_id.over(None)
    }

    /// The row that follows on another, and whether it has a new secret: `secret`. `judged` is what was judged
    /// with the document of its sector.
    pub(super) fn applied(
        &self,
        provider: &Provider,
        before: client::Model,
        judged: Option<&AcceptedClient>,
        secret: &str,
    ) -> Result<(client::Model, bool), Refusal> {
        let own_scope = self.own_scope.over(before.own_scope.clone());
        let introspects = self.introspects.over(before.introspects.clone());
        let skip_consent = self.skip_consent.unwrap_or(before.skip_consent);
        let is_as_it_was = self.metadata.is_empty() && !self.own_scope.is_there() && !self.introspects.is_there();
        let (mut after, is_new) = if is_as_it_was {
            (client::Model { updated_at: provider.cx().now(), ..before }, false)
        } else {
            let (accepted, algorithms) = judge(provider, self.over(&before)?, self.given_over(Some(&before)))?;
            let by_document = |client: &AcceptedClient| (client.sector.clone(), client.redirect_uris.clone());
            let is_judged = judged.is_none_or(|judged| by_document(judged) == by_document(&accepted));
            if !self.metadata.is_empty() && !is_judged {
                return Err(Refusal::saying(CLIENT_REFUSED, "the client was changed meanwhile; try again"));
            }
            manage::Change { accepted: &accepted, algorithms, secret }.of(provider, before)
        };
        after.own_scope = own_scope;
        after.introspects = introspects;
        // Also at other redirect URIs: here it is an operator who says so.
        after.skip_consent = skip_consent;
        after.disabled = self.disabled.unwrap_or(after.disabled);
        after.user_id = self.user_id.over(after.user_id);
        if after.is_vouched_for() {
            // It was trusted as it is: from here on only operators change it.
            after.registration_access_token = None;
        }
        Ok((after, is_new))
    }

    /// The metadata that follows on what is registered (RFC 7396).
    fn over(&self, before: &client::Model) -> Result<Map<String, Value>, Unexpected> {
        let Value::Object(mut all) = serde_json::to_value(manage::described(before, None))? else {
            return Err(Unexpected::new("the description of a client is no object"));
        };
        // What is told without having been named stays so.
        if ResponseAlgorithms::registered(before).id_token.is_none() {
            all.remove("id_token_signed_response_alg");
        }
        // A client has its keys in one place.
        for (here, there) in [("jwks", "jwks_uri"), ("jwks_uri", "jwks")] {
            if self.metadata.contains_key(here) {
                all.remove(there);
            }
        }
        all.extend(self.metadata.clone());
        Ok(all)
    }
}

/// What an operator gives a client that it uses without a person.
#[derive(Clone, Copy, Debug)]
struct Given {
    /// Scope of its own, to act with.
    acts: bool,
    /// Resources, about whose tokens it asks.
    asks: bool,
}

/// Judges metadata as at registration; besides, a client that has scope of its own acts with it, and one that serves
/// resources may do nothing else.
fn judge(
    provider: &Provider,
    metadata: Map<String, Value>,
    given: Given,
) -> Result<(AcceptedClient, ResponseAlgorithms), Refusal> {
    let refused = || Refusal::saying(CLIENT_REFUSED, "[body] a member has the wrong type");
    let mut metadata: ClientMetadata = serde_json::from_value(Value::Object(metadata)).map_err(|_| refused())?;
    let machine = GrantType::ClientCredentials.as_str();
    let signs_in = metadata.redirect_uris.as_ref().is_some_and(|uris| !uris.is_empty());
    let by_default = || signs_in.then(|| GrantType::AuthorizationCode.as_str().to_owned()).into_iter().collect();
    let mut grants: Vec<String> = metadata.grant_types.take().unwrap_or_else(by_default);
    grants.retain(|grant| grant != machine);
    // Both have to prove who they are, and need no redirect URI.
    if given.acts || given.asks {
        grants.push(machine.to_owned());
        let method = ClientAuthMethod::ClientSecretBasic.as_str();
        metadata.token_endpoint_auth_method.get_or_insert_with(|| method.to_owned());
    }
    metadata.grant_types = Some(grants);
    let policy = RegistrationPolicy { machines: true, ..provider.registration().clone() };
    let judged = register::judge_by(&policy, &metadata);
    let (mut accepted, algorithms) = judged.map_err(|error| Refusal::saying(CLIENT_REFUSED, error.description))?;
    accepted.grant_types.retain(|grant| given.acts || *grant != GrantType::ClientCredentials);
    // At registration these are dropped, since nobody is there to mend them.
    let all_of = |wanted: Option<&Vec<String>>, kept: &[RedirectUri]| {
        wanted.into_iter().flatten().all(|uri| kept.iter().any(|kept| kept.as_str() == uri))
    };
    let post_logout = metadata.post_logout_redirect_uris.as_ref();
    if !all_of(metadata.redirect_uris.as_ref(), &accepted.redirect_uris)
        || !all_of(post_logout, &accepted.post_logout_redirect_uris)
    {
        return Err(Refusal::saying(CLIENT_REFUSED, "a redirect URI is not acceptable, or there are too many"));
    }
    Ok((accepted, algorithms))
}

async fn judge_sector(provider: &Provider, accepted: &AcceptedClient) -> Result<(), Refusal> {
    let judged = sector::judge(provider, accepted).await;
    judged.map_err(|error| Refusal::saying(CLIENT_REFUSED, error.description))
}

/// The resources a client is to serve: known ones, in canonical form and each once.
async fn introspected(provider: &Provider, wanted: Member<Vec<String>>) -> Result<Member<String>, Refusal> {
    let identifiers = match wanted {
        Member::Absent => return Ok(Member::Absent),
        Member::Null => return Ok(Member::Null),
        Member::Given(identifiers) if identifiers.is_empty() => return Ok(Member::Null),
        Member::Given(identifiers) => identifiers,
    };
    let refused = || Refusal::saying(CLIENT_REFUSED, "introspects must name resources that there are");
    let resources: Result<BTreeSet<Resource>, _> = identifiers.iter().map(|text| Resource::parse(text)).collect();
    let resources: Vec<Resource> = resources.map_err(|_| refused())?.into_iter().collect();
    if !provider.knows(&resources).await? {
        return Err(refused());
    }
    Ok(Member::Given(resources.iter().map(Resource::as_str).collect::<Vec<_>>().join(" ")))
}

/// A client acts with scopes that are offered, none about a person (RFC 6749 §4.4).
fn judge_own_scope(provider: &Provider, scope: &str) -> Result<(), Refusal> {
    let parsed = Scope::parse(scope).ok();
    let is_good = |name: &str| provider.options().offers(name) && !IDENTITY_SCOPES.contains(&name);
    if parsed.is_some_and(|scope| !scope.is_empty() && scope.iter().all(is_good)) {
        return Ok(());
    }
    Err(Refusal::saying(CLIENT_REFUSED, "own_scope must name scopes that are offered, none about a person"))
}
