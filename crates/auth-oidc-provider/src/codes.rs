//! The codes the endpoints answer, as data. RFC 6749 §5.2, RFC 6750 §3.1, RFC 7591 §3.2.2, RFC 8707 §2.
//!
//! What an authorization request comes to stands in the query of a redirect and has no status: the
//! description of `/oauth2/authorize` names those.

use auth_core::ErrorCode;

const INVALID_REQUEST: ErrorCode =
    ErrorCode { code: "invalid_request", status: 400, message: "A parameter is missing, repeated or malformed" };

const INVALID_CLIENT: ErrorCode = ErrorCode {
    code: "invalid_client",
    status: 401,
    message: "The client is unknown, or did not authenticate as it registered",
};

const INVALID_GRANT: ErrorCode = ErrorCode {
    code: "invalid_grant",
    status: 400,
    message: "The code or refresh token is unknown, expired, used, revoked or another client's, or the code_verifier is wrong",
};

const UNAUTHORIZED_CLIENT: ErrorCode =
    ErrorCode { code: "unauthorized_client", status: 400, message: "The client did not register for this grant_type" };

const UNSUPPORTED_GRANT_TYPE: ErrorCode =
    ErrorCode { code: "unsupported_grant_type", status: 400, message: "The grant_type is not offered here" };

const INVALID_SCOPE: ErrorCode =
    ErrorCode { code: "invalid_scope", status: 400, message: "The scope is malformed, or more than was granted" };

const INVALID_TARGET: ErrorCode =
    ErrorCode { code: "invalid_target", status: 400, message: "The resource is malformed, or not part of the grant" };

const ACCESS_DENIED: ErrorCode =
    ErrorCode { code: "access_denied", status: 403, message: "Only people who are signed in may register clients" };

const INVALID_REDIRECT_URI: ErrorCode = ErrorCode {
    code: "invalid_redirect_uri",
    status: 400,
    message: "No redirect URI of the registration is acceptable",
};

const INVALID_CLIENT_METADATA: ErrorCode = ErrorCode {
    code: "invalid_client_metadata",
    status: 400,
    message: "The client metadata is malformed, or leaves nothing the client could use",
};

const INVALID_TOKEN: ErrorCode = ErrorCode {
    code: "invalid_token",
    status: 401,
    message: "The access token is missing, unknown, expired or revoked",
};

const INVALID_DPOP_PROOF: ErrorCode = ErrorCode {
    code: "invalid_dpop_proof",
    status: 400,
    message: "The proof of possession is missing where one is needed, malformed, wrong, or was used before",
};

const USE_DPOP_NONCE: ErrorCode = ErrorCode {
    code: "use_dpop_nonce",
    status: 400,
    message: "The proof of possession has to repeat the nonce of the DPoP-Nonce header",
};

/// At userinfo a wrong proof is answered by a challenge.
const INVALID_DPOP_PROOF_CHALLENGED: ErrorCode = ErrorCode { status: 401, ..INVALID_DPOP_PROOF };

const USE_DPOP_NONCE_CHALLENGED: ErrorCode = ErrorCode { status: 401, ..USE_DPOP_NONCE };

const INSUFFICIENT_SCOPE: ErrorCode =
    ErrorCode { code: "insufficient_scope", status: 403, message: "The access token lacks the scope openid" };

const TEMPORARILY_UNAVAILABLE: ErrorCode = ErrorCode {
    code: "temporarily_unavailable",
    status: 429,
    message: "Too many requests of this client or from this address; Retry-After says when to come again",
};

const SERVER_ERROR: ErrorCode = ErrorCode {
    code: "server_error",
    status: 500,
    message: "Something failed on our side; the description names the reference id under which it is logged",
};

/// There is no request to answer for whoever asks.
pub(crate) const INVALID_CONSENT_CODE: ErrorCode = ErrorCode {
    code: "INVALID_CONSENT_CODE",
    status: 400,
    message: "There is no such request to answer; it may have expired or been answered before",
};

/// Nothing was allowed to the client that is named.
pub(crate) const CONSENT_NOT_FOUND: ErrorCode =
    ErrorCode { code: "CONSENT_NOT_FOUND", status: 404, message: "Nothing was allowed to this client" };

/// Who asks may not do this.
pub(crate) const NOT_ALLOWED: ErrorCode =
    ErrorCode { code: "NOT_ALLOWED", status: 403, message: "Your account may not do this" };

/// There is no such client for whoever asks.
pub(crate) const CLIENT_NOT_FOUND: ErrorCode =
    ErrorCode { code: "CLIENT_NOT_FOUND", status: 404, message: "There is no such client" };

/// What a client is to be cannot be.
pub(crate) const CLIENT_REFUSED: ErrorCode =
    ErrorCode { code: "INVALID_CLIENT_METADATA", status: 400, message: "The client cannot be as it is described" };

/// The client is declared in code.
pub(crate) const CLIENT_IS_DECLARED: ErrorCode = ErrorCode {
    code: "CLIENT_IS_DECLARED",
    status: 409,
    message: "This client is declared in code: change it there. Here it can be disabled.",
};

/// The client has no secret.
pub(crate) const CLIENT_HAS_NO_SECRET: ErrorCode =
    ErrorCode { code: "CLIENT_HAS_NO_SECRET", status: 409, message: "This client has no secret" };

/// There is no such resource.
pub(crate) const RESOURCE_NOT_FOUND: ErrorCode =
    ErrorCode { code: "RESOURCE_NOT_FOUND", status: 404, message: "There is no such resource" };

/// What a resource is to be cannot be.
pub(crate) const RESOURCE_REFUSED: ErrorCode =
    ErrorCode { code: "INVALID_RESOURCE", status: 400, message: "The resource cannot be as it is described" };

/// There is a resource of this identifier.
pub(crate) const RESOURCE_EXISTS: ErrorCode =
    ErrorCode { code: "RESOURCE_EXISTS", status: 409, message: "There is a resource of this identifier" };

/// The resource is declared in code.
pub(crate) const RESOURCE_IS_DECLARED: ErrorCode = ErrorCode {
    code: "RESOURCE_IS_DECLARED",
    status: 409,
    message: "This resource is declared in code: change it there. Here it can be disabled.",
};

/// What the token endpoint answers.
pub(crate) const TOKEN: [ErrorCode; 11] = [
    INVALID_REQUEST,
    INVALID_CLIENT,
    INVALID_GRANT,
    UNAUTHORIZED_CLIENT,
    UNSUPPORTED_GRANT_TYPE,
    INVALID_SCOPE,
    INVALID_TARGET,
    INVALID_DPOP_PROOF,
    USE_DPOP_NONCE,
    TEMPORARILY_UNAVAILABLE,
    SERVER_ERROR,
];

const UNSUPPORTED_RESPONSE_TYPE: ErrorCode =
    ErrorCode { code: "unsupported_response_type", status: 400, message: "The response_type is not offered here" };

const REQUEST_NOT_SUPPORTED: ErrorCode =
    ErrorCode { code: "request_not_supported", status: 400, message: "Request objects are not supported" };

const REGISTRATION_NOT_SUPPORTED: ErrorCode = ErrorCode {
    code: "registration_not_supported",
    status: 400,
    message: "The registration parameter is not supported",
};
const UNMET_AUTHENTICATION_REQUIREMENTS: ErrorCode = ErrorCode {
    code: "unmet_authentication_requirements",
    status: 400,
    message: "No sign-in here has the acr that is asked for",
};

/// What the endpoint for pushed requests answers.
pub(crate) const PAR: [ErrorCode; 12] = [
    INVALID_REQUEST,
    INVALID_CLIENT,
    INVALID_SCOPE,
    INVALID_TARGET,
    UNSUPPORTED_RESPONSE_TYPE,
    REQUEST_NOT_SUPPORTED,
    REGISTRATION_NOT_SUPPORTED,
    UNMET_AUTHENTICATION_REQUIREMENTS,
    INVALID_DPOP_PROOF,
    USE_DPOP_NONCE,
    TEMPORARILY_UNAVAILABLE,
    SERVER_ERROR,
];

/// What introspection and revocation answer.
pub(crate) const OF_A_CLIENT: [ErrorCode; 4] = [INVALID_REQUEST, INVALID_CLIENT, TEMPORARILY_UNAVAILABLE, SERVER_ERROR];

/// What registration answers.
pub(crate) const REGISTER: [ErrorCode; 7] = [
    INVALID_REQUEST,
    INVALID_TOKEN,
    ACCESS_DENIED,
    INVALID_REDIRECT_URI,
    INVALID_CLIENT_METADATA,
    TEMPORARILY_UNAVAILABLE,
    SERVER_ERROR,
];

/// What the management of a registration answers.
pub(crate) const MANAGE: [ErrorCode; 6] = [
    INVALID_REQUEST,
    INVALID_TOKEN,
    INVALID_REDIRECT_URI,
    INVALID_CLIENT_METADATA,
    TEMPORARILY_UNAVAILABLE,
    SERVER_ERROR,
];

/// What userinfo answers.
pub(crate) const USERINFO: [ErrorCode; 7] = [
    INVALID_REQUEST,
    INVALID_TOKEN,
    INVALID_DPOP_PROOF_CHALLENGED,
    USE_DPOP_NONCE_CHALLENGED,
    INSUFFICIENT_SCOPE,
    TEMPORARILY_UNAVAILABLE,
    SERVER_ERROR,
];
