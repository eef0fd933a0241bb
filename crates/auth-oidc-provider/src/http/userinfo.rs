//! `GET|POST /oauth2/userinfo`. OpenID Connect Core §5.3.

use auth_protocol::bearer::PresentedToken;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::token::TokenType;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, StatusCode, header};

use super::bearer::{access_token, challenge, challenge_by};
use super::form::{OAuthForm, is_form};
use super::schema::{UserInfo, UserInfoRequest};
use crate::error::{ErrorBody, OAuthFailure, no_store};
use crate::flow::{proof, userinfo};
use crate::provider::Provider;

/// Tells who is behind an access token, as far as its scope allows.
#[utoipa::path(
    get, path = "/oauth2/userinfo", tag = "oidc",
    responses(
        (status = 200, description = "What the scope of the token allows to tell, signed if the client has registered for that", content(
            (UserInfo = "application/json"), (String = "application/jwt")
        )),
        (status = 400, description = "The Authorization header cannot be read", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer` with the error")
        )),
        (status = 401, description = "The token is missing or not valid", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer` or `DPoP`, with the error if there was a token")
        )),
        (status = 403, description = "The token lacks the scope openid", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer` with the error")
        )),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn userinfo(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    let token = access_token(&headers);
    answer(&provider, &Method::GET, &headers, token).await
}

/// Tells who is behind an access token, which may also come as `access_token` in a form.
#[utoipa::path(
    post, path = "/oauth2/userinfo", tag = "oidc",
    request_body(content = Option<UserInfoRequest>, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "What the scope of the token allows to tell, signed if the client has registered for that", content(
            (UserInfo = "application/json"), (String = "application/jwt")
        )),
        (status = 400, description = "The Authorization header cannot be read", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer` with the error")
        )),
        (status = 401, description = "The token is missing or not valid", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer` or `DPoP`, with the error if there was a token")
        )),
        (status = 403, description = "The token lacks the scope openid", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer` with the error")
        )),
    ),
    security((), ("bearer" = []))
)]
pub(crate) async fn userinfo_post(
    State(provider): State<Provider>,
    headers: HeaderMap,
    form: Result<OAuthForm, OAuthFailure>,
) -> Response {
    // Nobody has to send a form here; whoever sends one sends a good one.
    let params = match form {
        Ok(OAuthForm(params)) => Some(params),
        Err(failure) if is_form(&headers) => return failure.into_response(),
        Err(_) => None,
    };
    let in_form = params.as_ref().and_then(|params| params.get("access_token"));
    let token = access_token(&headers).and_then(|in_header| from_one_place(in_header, in_form));
    answer(&provider, &Method::POST, &headers, token).await
}

/// RFC 6750 §2: a token comes in one place.
fn from_one_place<'a>(
    in_header: Option<PresentedToken<'a>>,
    in_form: Option<&'a str>,
) -> Result<Option<PresentedToken<'a>>, OAuthError> {
    match (in_header, in_form) {
        (Some(_), Some(_)) => {
            Err(OAuthError::new(OAuthErrorCode::InvalidRequest, "the access token came in two places"))
        }
        (Some(token), None) => Ok(Some(token)),
        (None, token) => Ok(token.map(|token| PresentedToken { token_type: TokenType::Bearer, token })),
    }
}

async fn answer(
    provider: &Provider,
    method: &Method,
    headers: &HeaderMap,
    token: Result<Option<PresentedToken<'_>>, OAuthError>,
) -> Response {
    let token = match token {
        Ok(Some(token)) => token,
        Ok(None) => {
            tracing::info!(error = OAuthErrorCode::InvalidToken.as_str(), reason = "no token", "request.refused");
            return challenge(StatusCode::UNAUTHORIZED, None);
        }
        Err(error) => {
            tracing::info!(error = error.code.as_str(), reason = &*error.description, "request.refused");
            return challenge(StatusCode::BAD_REQUEST, Some(&error));
        }
    };
    let presented = userinfo::Presented { method, headers, token };
    let mut response = match userinfo::userinfo(provider, presented).await {
        Ok(answer) => {
            let mut response = match answer {
                userinfo::Answer::Plain(person) => Json(person).into_response(),
                userinfo::Answer::Signed(jwt) => ([(header::CONTENT_TYPE, "application/jwt")], jwt).into_response(),
            };
            no_store(response.headers_mut());
            response
        }
        Err(OAuthFailure::Refused(error)) => refusal(token.token_type, &error),
        Err(failure @ (OAuthFailure::Coded { .. } | OAuthFailure::TooMany { .. } | OAuthFailure::Unexpected(_))) => {
            failure.into_response()
        }
    };
    proof::answer_nonce(provider, headers, response.headers_mut());
    response
}

/// Whoever sent a proof, or should have, is told what proofs are like.
fn refusal(token_type: TokenType, error: &OAuthError) -> Response {
    let (token_type, status) = match error.code {
        OAuthErrorCode::InsufficientScope => (token_type, StatusCode::FORBIDDEN),
        OAuthErrorCode::InvalidDpopProof | OAuthErrorCode::UseDpopNonce => (TokenType::DPoP, StatusCode::UNAUTHORIZED),
        _ => (token_type, StatusCode::UNAUTHORIZED),
    };
    challenge_by(token_type, status, Some(error))
}
