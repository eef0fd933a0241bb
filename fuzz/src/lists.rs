//! Forms, and the lists that stand in their values.

use std::collections::BTreeSet;

use auth_protocol::claims_request::ClaimsRequest;
use auth_protocol::params::Params;
use auth_protocol::prompt::Prompt;
use auth_protocol::scope::{self, Scope};

use crate::{text, two_texts};

/// What is taken is what everybody else reads, has no name twice but those that may be, and is read again.
pub(crate) fn form(data: &[u8]) {
    let Ok(params) = Params::parse(data, &["resource"]) else { return };
    let read: Vec<(String, String)> = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let theirs: Vec<(String, String)> = url::form_urlencoded::parse(data).into_owned().collect();
    for pair in &read {
        assert!(theirs.contains(pair), "{pair:?} {theirs:?}");
    }
    let mut seen = BTreeSet::new();
    for (name, value) in &read {
        assert!(seen.insert(name) || name == "resource", "{name} came twice");
        assert!(!name.contains('\0') && !value.contains('\0'));
    }
    let again = Params::parse(params.to_urlencoded(), &["resource"]).expect("what was written is read");
    assert!(again.iter().eq(params.iter()));
}

/// Scopes are sets that keep their order, and nothing makes one wider than what it comes from.
pub(crate) fn scope(data: &[u8]) {
    let Some((one, other)) = two_texts(data) else { return };
    let (Ok(one), Ok(other)) = (Scope::parse(one), Scope::parse(other)) else { return };
    assert_eq!(Scope::parse(&one.to_string()).expect("what was written is read"), one);
    let (both, all) = (one.intersection(&other), one.union(&other));
    assert!(both.is_subset_of(&one) && both.is_subset_of(&other));
    assert!(one.is_subset_of(&all) && other.is_subset_of(&all));
    assert_eq!(one.missing_from(&other).is_empty(), one.is_subset_of(&other));
    assert!(one.iter().all(|token| both.contains(token) == other.contains(token)));
    if let Ok(narrowed) = scope::narrowed(Some(&one), &other) {
        assert!(narrowed.is_subset_of(&other));
    }
    if let Ok(granted) = scope::granted(Some(&one), &both, &other) {
        assert!(granted.is_subset_of(&other));
    }
}

/// `none` stands alone.
pub(crate) fn prompt(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(prompt) = Prompt::parse(Some(text)) else { return };
    if prompt.is_none() {
        assert!(text.split(' ').filter(|value| !value.is_empty()).count() >= 1);
        assert!(!prompt.contains(auth_protocol::prompt::PromptValue::Login));
    }
}

/// What is kept of a request for claims is read as the same request.
pub(crate) fn claims_request(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(claims) = ClaimsRequest::parse(text) else { return };
    let written = serde_json::to_string(&claims).expect("it can be written");
    let again = ClaimsRequest::parse(&written).expect("what was written is read");
    assert_eq!(again.sub(), claims.sub());
    assert!(again.scopes().eq(claims.scopes()) && again.in_id_token().eq(claims.in_id_token()));
    assert!(!written.contains("\\u0000"));
}
