//! What is accepted of single members of a registration. RFC 7591 §2 and §3.2.1.

use url::Url;

use super::{MAX_REDIRECT_URIS, RegistrationPolicy};
use crate::client::{ApplicationType, GrantType, ResponseType};
use crate::client_auth::ClientAuthMethod;
use crate::redirect_uri::{MAX_LENGTH, RedirectUri, is_plain_authority, is_uri_byte};
use crate::scope::Scope;
use crate::{OAuthError, OAuthErrorCode};

/// Keeps the URIs that are acceptable, each once and at most [`MAX_REDIRECT_URIS`]; refuses, for the
/// reason of the first, when none is left.
pub(super) fn redirect_uris(
    wanted: Option<&[String]>,
    policy: &RegistrationPolicy,
) -> Result<Vec<RedirectUri>, OAuthError> {
    let mut kept: Vec<RedirectUri> = Vec::new();
    let mut first_refusal = None;

    for text in wanted.unwrap_or_default() {
        if kept.len() == MAX_REDIRECT_URIS {
            break;
        }
        match RedirectUri::for_registration(text, &policy.private_use_redirects) {
            Ok(uri) if kept.contains(&uri) => {}
            Ok(uri) => kept.push(uri),
            Err(refusal) => first_refusal = first_refusal.or(Some(refusal)),
        }
    }

    match (kept.is_empty(), first_refusal) {
        (false, _) => Ok(kept),
        (true, Some(refusal)) => Err(refusal),
        (true, None) => Err(OAuthError::new(OAuthErrorCode::InvalidRedirectUri, "redirect_uris names no redirect URI")),
    }
}

/// Only codes are issued: a client that lists response types must list `code` among them.
pub(super) fn judge_response_types(wanted: Option<&[String]>) -> Result<(), OAuthError> {
    match wanted {
        None | Some([]) => Ok(()),
        Some(types) if types.iter().any(|name| name == ResponseType::Code.as_str()) => Ok(()),
        Some(_) => refuse("response_types must include code"),
    }
}

/// Honours the method a client names; without one it is public, or what the policy offers first.
///
/// RFC 7591 §2 has `client_secret_basic` as the default, yet MCP clients that name no method keep no
/// secret. A method that is not offered is refused, not replaced by a weaker one.
pub(super) fn auth_method(wanted: Option<&str>, policy: &RegistrationPolicy) -> Result<ClientAuthMethod, OAuthError> {
    let method = match wanted.filter(|name| !name.is_empty()) {
        None if policy.auth_methods.contains(&ClientAuthMethod::None) => Some(ClientAuthMethod::None),
        None => policy.auth_methods.first().copied(),
        Some(name) => ClientAuthMethod::parse(name).filter(|method| policy.auth_methods.contains(method)),
    };

    method.map_or_else(|| refuse("the token_endpoint_auth_method is not offered here"), Ok)
}

/// Drops grants that are not offered. Without a list it is the code grant alone (RFC 7591 §2).
pub(super) fn grant_types(
    wanted: Option<&[String]>,
    policy: &RegistrationPolicy,
) -> Result<Vec<GrantType>, OAuthError> {
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
        return Ok(vec![GrantType::AuthorizationCode]);
    };
    let mut kept = Vec::new();
    let is_offered = |grant: &GrantType| {
        policy.grant_types.contains(grant) || (policy.machines && *grant == GrantType::ClientCredentials)
    };
    for grant in wanted.iter().filter_map(|name| GrantType::parse(name)) {
        if is_offered(&grant) && !kept.contains(&grant) {
            kept.push(grant);
        }
    }

    if only_acts_for_itself(Some(wanted), policy) {
        // Without codes there is nothing to refresh.
        Ok(vec![GrantType::ClientCredentials])
    } else if kept.contains(&GrantType::AuthorizationCode) {
        Ok(kept)
    } else {
        refuse("grant_types must include authorization_code")
    }
}

/// Whether a client wants no code, where one may act for itself. RFC 6749 §4.4.
pub(super) fn only_acts_for_itself(wanted: Option<&[String]>, policy: &RegistrationPolicy) -> bool {
    let wants = |grant: GrantType| wanted.unwrap_or_default().iter().any(|name| name == grant.as_str());
    policy.machines && wants(GrantType::ClientCredentials) && !wants(GrantType::AuthorizationCode)
}

/// A client that acts for itself has to prove who it is. RFC 6749 §4.4.
pub(super) fn judge_machine(grants: &[GrantType], method: ClientAuthMethod) -> Result<(), OAuthError> {
    if grants.contains(&GrantType::ClientCredentials) && method == ClientAuthMethod::None {
        return refuse("a public client cannot act for itself");
    }
    Ok(())
}

/// Drops scopes that are not offered and words that are no scopes: at registration a scope is a hint.
pub(super) fn scope(wanted: Option<&str>, offered: &Scope) -> Scope {
    let words = wanted.unwrap_or_default().split_whitespace();

    Scope::from_tokens(words.filter(|word| offered.contains(word))).unwrap_or_default()
}

/// Native when every redirect stays on the person's machine, whatever the client says; else what it says.
pub(super) fn application_type(wanted: Option<&str>, redirects: &[RedirectUri]) -> ApplicationType {
    let is_local = !redirects.is_empty() && redirects.iter().all(|uri| uri.is_loopback() || uri.is_private_use());

    if is_local || wanted == Some(ApplicationType::Native.as_str()) {
        ApplicationType::Native
    } else {
        ApplicationType::Web
    }
}

/// Keeps a URL that a person may see only if it is https and its host reads the same to everybody.
pub(super) fn display_uri(text: &str) -> Option<String> {
    if text.len() > MAX_LENGTH || !text.bytes().all(is_uri_byte) {
        return None;
    }
    let rest = text.strip_prefix("https://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();

    (is_plain_authority(authority) && Url::parse(text).is_ok()).then(|| text.to_owned())
}

fn refuse<T>(description: &'static str) -> Result<T, OAuthError> {
    Err(OAuthError::new(OAuthErrorCode::InvalidClientMetadata, description))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn kept(wanted: &[&str]) -> Result<Vec<String>, OAuthErrorCode> {
        redirect_uris(Some(&words(wanted)), &RegistrationPolicy::default())
            .map(|uris| uris.iter().map(ToString::to_string).collect())
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn acceptable_redirects_are_kept_and_the_rest_dropped() {
        let left = kept(&[
            "javascript:alert(1)",
            "http://localhost:8787/callback",
            "http://example.com/cb",
            "https://a.example/#f",
            "https://a.example/cb",
        ]);

        assert_eq!(left, Ok(words(&["http://localhost:8787/callback", "https://a.example/cb"])));
    }

    #[test]
    fn a_redirect_counts_once() {
        assert_eq!(kept(&["https://a.example/cb", "https://a.example/cb"]).unwrap().len(), 1);
    }

    #[test]
    fn at_most_ten_redirects_are_kept() {
        let many: Vec<String> = (0..20).map(|n| format!("https://a.example/{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();

        let left = kept(&many).unwrap();

        assert_eq!(left, words(&many[..MAX_REDIRECT_URIS]));
    }

    #[test]
    fn refused_redirects_do_not_count_towards_the_cap() {
        let bad = vec!["javascript:x"; 20];

        assert_eq!(kept(&[&bad[..], &["https://a.example/cb"]].concat()).unwrap().len(), 1);
    }

    #[test]
    fn a_client_without_any_acceptable_redirect_is_refused() {
        for bad in [
            "javascript:alert(1)",
            "JAVASCRIPT:alert(1)",
            "\tjavascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://a.example/x",
            "about:blank",
            "http://example.com/cb",
            "evil://x",
            "https://*.a.example/cb",
            "https://a.example@evil.example/cb",
            "https://a.example/cb#frag",
            "",
        ] {
            assert_eq!(kept(&[bad]), Err(OAuthErrorCode::InvalidRedirectUri), "{bad:?}");
        }
        assert_eq!(kept(&[]), Err(OAuthErrorCode::InvalidRedirectUri));
        assert!(redirect_uris(None, &RegistrationPolicy::default()).is_err());
    }

    #[test]
    fn an_omitted_auth_method_is_none_and_an_explicit_one_is_honoured() {
        let policy = RegistrationPolicy::default();

        for omitted in [None, Some("")] {
            assert_eq!(auth_method(omitted, &policy), Ok(ClientAuthMethod::None));
        }
        for method in ClientAuthMethod::ALL {
            assert_eq!(auth_method(Some(method.as_str()), &policy), Ok(method));
        }
    }

    #[test]
    fn an_auth_method_that_is_not_offered_is_refused_rather_than_weakened() {
        for name in ["tls_client_auth", "client_secret_jwt", "NONE", "none "] {
            let refusal = auth_method(Some(name), &RegistrationPolicy::default()).unwrap_err();

            assert_eq!(refusal.code, OAuthErrorCode::InvalidClientMetadata, "{name}");
        }
    }

    #[test]
    fn a_policy_without_public_clients_makes_none() {
        let policy = RegistrationPolicy {
            auth_methods: vec![ClientAuthMethod::ClientSecretBasic],
            ..RegistrationPolicy::default()
        };
        let nothing = RegistrationPolicy { auth_methods: vec![], ..RegistrationPolicy::default() };

        assert_eq!(auth_method(None, &policy), Ok(ClientAuthMethod::ClientSecretBasic));
        assert!(auth_method(Some("none"), &policy).is_err());
        assert!(auth_method(None, &nothing).is_err());
    }

    #[test]
    fn unknown_grants_are_dropped() {
        let policy = RegistrationPolicy::default();
        let code_only =
            RegistrationPolicy { grant_types: vec![GrantType::AuthorizationCode], ..RegistrationPolicy::default() };
        let asked = words(&["refresh_token", "authorization_code", "password", "refresh_token"]);

        assert_eq!(grant_types(Some(&asked), &policy), Ok(vec![GrantType::RefreshToken, GrantType::AuthorizationCode]));
        assert_eq!(grant_types(Some(&asked), &code_only), Ok(vec![GrantType::AuthorizationCode]));
        for none in [None, Some(&[][..])] {
            assert_eq!(grant_types(none, &policy), Ok(vec![GrantType::AuthorizationCode]));
        }
    }

    #[test]
    fn where_clients_act_for_themselves_one_may_do_only_that() {
        let policy = RegistrationPolicy { machines: true, ..RegistrationPolicy::default() };
        let kept = |names: &[&str]| grant_types(Some(&words(names)), &policy);
        assert_eq!(kept(&["client_credentials", "refresh_token"]), Ok(vec![GrantType::ClientCredentials]));
        assert_eq!(
            kept(&["authorization_code", "client_credentials"]),
            Ok(vec![GrantType::AuthorizationCode, GrantType::ClientCredentials])
        );
        assert!(kept(&["refresh_token"]).is_err());
        assert!(judge_machine(&[GrantType::ClientCredentials], ClientAuthMethod::None).is_err());
        assert!(judge_machine(&[GrantType::ClientCredentials], ClientAuthMethod::PrivateKeyJwt).is_ok());
        assert!(judge_machine(&[GrantType::AuthorizationCode], ClientAuthMethod::None).is_ok());
        assert_eq!(application_type(None, &[]), ApplicationType::Web);
    }

    #[test]
    fn a_client_that_cannot_use_codes_is_refused() {
        let policy = RegistrationPolicy::default();

        for grants in [&["client_credentials"][..], &["implicit", "refresh_token"]] {
            let refusal = grant_types(Some(&words(grants)), &policy).unwrap_err();
            assert_eq!(refusal.code, OAuthErrorCode::InvalidClientMetadata);
        }
        for types in [&["token"][..], &["id_token", "none"], &["code token"]] {
            assert!(judge_response_types(Some(&words(types))).is_err(), "{types:?}");
        }
        for types in [&[][..], &["code"], &["code", "id_token"]] {
            assert!(judge_response_types(Some(&words(types))).is_ok(), "{types:?}");
        }
    }

    #[test]
    fn a_scope_outside_the_offer_is_dropped_and_never_refused() {
        let offered = Scope::parse("openid mcp:tools").unwrap();
        let left = |wanted: &str| scope(Some(wanted), &offered).to_string();

        assert_eq!(left(" mcp:tools  offline_access claudeai openid "), "mcp:tools openid");
        assert_eq!(left("mcp:tools\r\nadmin \"x\" \\"), "mcp:tools");
        assert_eq!(left(&"admin ".repeat(50_000)), "");
        assert!(scope(None, &offered).is_empty() && scope(Some(""), &offered).is_empty());
    }

    #[test]
    fn a_client_on_the_persons_machine_is_native_whatever_it_says() {
        let kind = |uris: &[&str], said: Option<&str>| {
            let redirects: Vec<RedirectUri> = uris.iter().map(|uri| RedirectUri::parse(uri).unwrap()).collect();
            application_type(said, &redirects)
        };

        for said in [None, Some("web"), Some("native"), Some("desktop")] {
            for local in ["http://localhost:1/cb", "http://[::1]/cb", "https://127.0.0.1/cb", "cursor://a/b"] {
                assert_eq!(kind(&[local], said), ApplicationType::Native, "{local}");
            }
        }
        assert_eq!(kind(&["https://a.example/cb"], None), ApplicationType::Web);
        assert_eq!(kind(&["https://a.example/cb"], Some("native")), ApplicationType::Native);
        assert_eq!(kind(&["http://localhost/cb", "https://a.example/cb"], Some("web")), ApplicationType::Web);
    }

    #[test]
    fn display_urls_are_https_with_a_plain_host() {
        for good in ["https://a.example", "https://a.example:8443/x?y#z", "https://[2001:db8::1]/"] {
            assert_eq!(display_uri(good).as_deref(), Some(good));
        }
        for bad in [
            "",
            "a.example",
            "javascript:alert(1)",
            "JAVASCRIPT://a.example/%0aalert(1)",
            "data:image/svg+xml,x",
            "http://a.example",
            "https:a.example",
            "https://",
            "https://user@a.example/",
            "https://a.example\\@evil.example/",
            "https://a.example;x/",
            "https://a.example/\"onload=x",
            "https://a.example/\r\nx",
        ] {
            assert_eq!(display_uri(bad), None, "{bad:?}");
        }
        assert_eq!(display_uri(&format!("https://a.example/{}", "x".repeat(MAX_LENGTH))), None);
    }
}
