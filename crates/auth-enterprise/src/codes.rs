//! What the token endpoint answers because of this plugin, as data. RFC 6749 §5.2, EMA §7.6.2.

use auth_core::ErrorCode;

/// The refusals of an assertion, and of whoever brings one.
pub(crate) const TOKEN: [ErrorCode; 3] = [
    ErrorCode {
        code: "invalid_grant",
        status: 400,
        message: "The assertion is not of a trusted identity provider, not for this client, server, resource or time, \
                  was used before, or speaks of a person who is not known here",
    },
    ErrorCode {
        code: "unauthorized_client",
        status: 400,
        message: "A public client brings an assertion, which only clients may that prove who they are",
    },
    ErrorCode {
        code: "temporarily_unavailable",
        status: 503,
        message: "The keys of the identity provider cannot be had at the moment; the assertion is not used up",
    },
];
