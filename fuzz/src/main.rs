//! Fuzz targets: `cargo xtask fuzz` builds and runs them one after the other.
//!
//! Each takes bytes to a pure function behind the HTTP layer, and demands more of it than not to panic: that what
//! it takes it takes again, that what it writes can be read, that it agrees with somebody else's idea of it.
#![no_main]

mod addresses;
mod credentials;
mod headers;
mod lists;
mod registration;
mod uris;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

/// A target by its name.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 19] = [
    ("redirect_uri", uris::redirect_uri),
    ("client_id_url", uris::client_id_url),
    ("resource", uris::resource),
    ("address", addresses::address),
    ("form", lists::form),
    ("scope", lists::scope),
    ("prompt", lists::prompt),
    ("claims_request", lists::claims_request),
    ("basic", headers::basic),
    ("authorization", headers::authorization),
    ("challenge", headers::challenge),
    ("pkce", credentials::pkce),
    ("assertion", credentials::assertion),
    ("proof", credentials::proof),
    ("sealed", credentials::sealed),
    ("signed_cookie", credentials::signed_cookie),
    ("email", credentials::email),
    ("client_metadata", registration::client_metadata),
    ("sector_document", registration::sector_document),
];

/// The target that `FUZZ_TARGET` names.
static CHOSEN: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let chosen = TARGETS.iter().find(|(known, _)| *known == name);
    chosen.unwrap_or_else(|| panic!("FUZZ_TARGET names none of {:?}", TARGETS.map(|(known, _)| known))).1
});

fuzz_target!(|data: &[u8]| CHOSEN(data));

/// What a request can carry as text.
fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// Two texts, parted by the first line break.
fn two_texts(data: &[u8]) -> Option<(&str, &str)> {
    text(data)?.split_once('\n')
}
