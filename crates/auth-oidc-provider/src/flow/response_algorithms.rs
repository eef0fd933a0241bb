//! By which algorithms what a client is told is signed. OpenID Connect Registration §2, RFC 9701 §6.

use auth_protocol::client::GrantType;
use auth_protocol::registration::{ClientMetadata, RegistrationResponse};
use auth_protocol::scope::OPENID;
use sea_orm::prelude::Json;
use serde_json::Value;

use crate::entity::client;
use crate::keys::SigningAlgorithm;

const DEFAULT: SigningAlgorithm = SigningAlgorithm::ALL[0];
const ID_TOKEN: &str = "id_token_signed_response_alg";
const USERINFO: &str = "userinfo_signed_response_alg";
const INTROSPECTION: &str = "introspection_signed_response_alg";

/// What a client has registered; none where it has named nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ResponseAlgorithms {
    pub(crate) id_token: Option<SigningAlgorithm>,
    /// None also means that userinfo is plain JSON.
    pub(crate) userinfo: Option<SigningAlgorithm>,
    pub(crate) introspection: Option<SigningAlgorithm>,
}

impl ResponseAlgorithms {
    /// What metadata names. In the place of an algorithm that is not offered comes the default (RFC 7591
    /// §3.2.1), which for userinfo is to sign nothing.
    pub(super) fn wanted(metadata: &ClientMetadata) -> Self {
        let or_default = |name: &str| SigningAlgorithm::parse(name).unwrap_or(DEFAULT);
        Self {
            id_token: metadata.id_token_signed_response_alg.as_deref().map(or_default),
            userinfo: metadata.userinfo_signed_response_alg.as_deref().and_then(SigningAlgorithm::parse),
            introspection: metadata.introspection_signed_response_alg.as_deref().map(or_default),
        }
    }

    /// What a stored client has named. A row may be older than the note that the default was named.
    pub(super) fn registered(client: &client::Model) -> Self {
        let metadata = client.metadata.as_ref();
        let other = SigningAlgorithm::parse(&client.id_token_signed_response_alg).filter(|own| *own != DEFAULT);
        Self {
            id_token: kept(metadata, ID_TOKEN).or(other),
            userinfo: Self::of_userinfo(metadata),
            introspection: kept(metadata, INTROSPECTION),
        }
    }

    /// By which algorithm a client gets its userinfo, if not as JSON, from what is kept of its metadata.
    pub(super) fn of_userinfo(metadata: Option<&Json>) -> Option<SigningAlgorithm> {
        kept(metadata, USERINFO)
    }

    /// By which algorithm ID tokens are signed.
    pub(super) fn signs_id_tokens(self) -> SigningAlgorithm {
        self.id_token.unwrap_or(DEFAULT)
    }

    /// By which algorithm introspection answers are signed that are to be.
    ///
    /// RFC 9701 §6 has RS256 as the default. Ours is that of ID tokens: a signature of RS256 costs sixteen
    /// times as much, and the metadata of the server names all that may come.
    pub(super) fn signs_introspection(self) -> SigningAlgorithm {
        self.introspection.unwrap_or(DEFAULT)
    }

    /// What is kept with the rest of the metadata.
    pub(super) fn to_keep(self) -> impl Iterator<Item = (String, Value)> {
        [(ID_TOKEN, self.id_token), (USERINFO, self.userinfo), (INTROSPECTION, self.introspection)]
            .into_iter()
            .filter_map(|(name, algorithm)| Some((name.to_owned(), algorithm?.as_str().into())))
    }

    /// Tells a client what it has named. By which algorithm its ID tokens are signed is told where it may get
    /// some, too: it may think that it is RS256 (OpenID Connect Registration §2).
    pub(super) fn tell(self, answer: &mut RegistrationResponse) {
        let name = |algorithm: SigningAlgorithm| algorithm.as_str().to_owned();
        let id_token = self.id_token.or_else(|| may_get_id_tokens(answer).then_some(DEFAULT));
        answer.id_token_signed_response_alg = id_token.map(name);
        answer.userinfo_signed_response_alg = self.userinfo.map(name);
        answer.introspection_signed_response_alg = self.introspection.map(name);
    }
}

/// Not where it acts for itself only, or has registered scope without `openid`. One that names no scope may
/// want anything: OpenID Connect Registration knows no such member.
fn may_get_id_tokens(client: &RegistrationResponse) -> bool {
    let acts_for_people = client.grant_types.iter().any(|grant| grant != GrantType::ClientCredentials.as_str());
    acts_for_people && (client.scope.is_empty() || client.scope.contains(OPENID))
}

fn kept(metadata: Option<&Json>, name: &str) -> Option<SigningAlgorithm> {
    SigningAlgorithm::parse(metadata?.get(name)?.as_str()?)
}
