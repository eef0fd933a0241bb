//! What a stranger says a client is.

use auth_protocol::redirect_uri::RedirectUri;
use auth_protocol::registration::{
    ClientMetadata, RegistrationPolicy, RegistrationResponse, judge_registration, judge_sector_document,
};
use auth_protocol::scope::Scope;

use crate::text;

/// What is accepted is within the policy, and comes out the same when it is registered again.
pub(crate) fn client_metadata(data: &[u8]) {
    let Ok(metadata) = ClientMetadata::parse(data) else { return };
    let policy = RegistrationPolicy {
        scopes: Scope::parse("openid mcp:tools").expect("scopes"),
        ..RegistrationPolicy::default()
    };
    let Ok(accepted) = judge_registration(&metadata, &policy) else { return };
    assert!(!accepted.redirect_uris.is_empty());
    assert!(accepted.scope.is_subset_of(&policy.scopes));
    assert!(accepted.grant_types.iter().all(|grant| policy.grant_types.contains(grant)));
    assert!(!accepted.client_name.contains(char::is_control));
    let answer = RegistrationResponse::new(accepted.clone(), "c1", None, 0);
    let answer = serde_json::to_vec(&answer).expect("it can be written");
    assert!(!answer.windows(6).any(|part| part == b"\\u0000"));
    let again = ClientMetadata::parse(&answer).expect("what was answered can be sent");
    assert_eq!(judge_registration(&again, &policy).expect("and is accepted"), accepted);
}

/// A document lists every redirect URI, or counts for nothing.
pub(crate) fn sector_document(data: &[u8]) {
    let uris = ["https://a.example/cb", "https://b.example/cb"].map(|uri| RedirectUri::parse(uri).expect("a URI"));
    if judge_sector_document(data, &uris).is_ok() {
        let text = text(data).expect("it was JSON");
        let list: Vec<String> = serde_json::from_str(text).expect("of texts");
        assert!(uris.iter().all(|uri| list.iter().any(|listed| listed == uri.as_str())));
    }
}
