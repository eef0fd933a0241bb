//! Claim names that have a meaning in tokens and userinfo already: nobody else gives them another. OIDC Core
//! §5.1.2, RFC 9068 §2.2.2.

/// What decides on what a token is worth, for whom, and whom it is about.
const OF_TOKENS: [&str; 33] = [
    // RFC 7519 §4.1.
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    // OIDC Core §2, §3.3.2.11 and §5.6.2, Financial-grade API §5.2, Self-Issued OpenID Provider.
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sub_jwk",
    "_claim_names",
    "_claim_sources",
    // Front-Channel Logout §3, RFC 8417 §2.2, RFC 9493 §4.
    "sid",
    "events",
    "toe",
    "txn",
    "sub_id",
    // RFC 8693 §4, RFC 7800 §3, RFC 9396 §9.
    "client_id",
    "scope",
    "act",
    "may_act",
    "cnf",
    "authorization_details",
    // RFC 7662 §2.2, RFC 9701 §5.
    "active",
    "token_type",
    "username",
    "token_introspection",
];

/// What is told about the person anyway, by the scopes of OIDC Core §5.4.
const OF_PEOPLE: [&str; 5] = ["name", "picture", "updated_at", "email", "email_verified"];

/// Whether a claim is told by the server itself, or has a meaning that only it may give.
pub fn is_registered(name: &str) -> bool {
    OF_TOKENS.contains(&name) || OF_PEOPLE.contains(&name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::claims::{AccessTokenClaims, IdTokenClaims, UserInfo};

    #[test]
    fn whatever_we_tell_ourselves_is_registered() {
        let whole = json!({
            "iss": "https://as.example", "sub": "u1", "aud": "c1", "exp": 2, "iat": 1, "auth_time": 1, "nonce": "n",
            "at_hash": "h", "sid": "s", "acr": "a", "amr": ["pwd"], "azp": "c1", "client_id": "c1", "jti": "j",
            "scope": "openid", "cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}, "name": "Jane",
            "picture": "https://a.example/p", "updated_at": 1, "email": "j@a.example", "email_verified": true,
        });
        let told = [
            serde_json::to_value(serde_json::from_value::<IdTokenClaims>(whole.clone()).unwrap()).unwrap(),
            serde_json::to_value(serde_json::from_value::<AccessTokenClaims>(whole.clone()).unwrap()).unwrap(),
            serde_json::to_value(serde_json::from_value::<UserInfo>(whole).unwrap()).unwrap(),
        ];

        for (name, _) in told.iter().flat_map(|document| document.as_object().unwrap()) {
            assert!(is_registered(name), "{name}");
        }
    }

    #[test]
    fn what_an_app_may_say_of_its_people_is_not() {
        for name in ["roles", "groups", "entitlements", "address", "phone_number", "https://a.example/tenant", ""] {
            assert!(!is_registered(name), "{name}");
        }
    }
}
