//! What an authorization request comes to.

use auth_core::{RequestRefused, Unexpected};
use auth_protocol::authorize::UntrustedRequest;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::prompt::PromptValue;
use auth_protocol::scope::Scope;
use http::HeaderValue;

use super::asked::{Asked, Refusal};
use super::interaction::NotBegun;
use crate::provider::Provider;

/// What an authorization request comes to. HTTP only renders it.
pub(crate) enum Next {
    /// Nothing about the request can be trusted: a page of our own, never a redirect.
    Untrusted(UntrustedRequest),
    /// The client's metadata document does not make a client: a page of our own.
    Document(OAuthError),
    /// The request cannot be read: a page of our own.
    Malformed(OAuthError),
    /// Its client or its person was deleted at this very moment.
    Gone,
    /// This browser has too many requests open.
    TooManyOpen,
    /// The interaction is unknown or was given up.
    Expired,
    /// The interaction was answered before.
    Answered,
    /// The interaction began in another browser; this URL starts the request again.
    Restart(String),
    /// The person must sign in, or wants to sign up first.
    SignIn { door: Door, handle: String, cookie: Option<HeaderValue> },
    /// The person must be asked.
    Consent { handle: String, client_id: String, scope: Scope, cookie: Option<HeaderValue> },
    /// The browser goes back to the client, with a code or an error.
    Redirect(String),
}

/// By which page a person comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    SignIn,
    SignUp,
}

impl Door {
    /// Initiating User Registration §4: `prompt=create` asks for the page where an account is made.
    pub(super) fn of(asked: &Asked) -> Self {
        if asked.request.prompt.contains(PromptValue::Create) { Self::SignUp } else { Self::SignIn }
    }
}

impl Next {
    pub(super) fn refused(provider: &Provider, refusal: Refusal) -> Result<Self, Unexpected> {
        Ok(match refusal {
            Refusal::Untrusted(why) => Self::Untrusted(why),
            Refusal::Document(error) => Self::Document(error),
            Refusal::Redirected(told) => Self::Redirect(told.url(provider)?),
        })
    }

    /// Logs once why a person gets no further. What is told to the client is logged where its code
    /// is chosen.
    pub(super) fn tell(&self, provider: &Provider) {
        let reason = match self {
            Self::Untrusted(UntrustedRequest::UnknownClient) => "unknown_client",
            Self::Untrusted(UntrustedRequest::MissingClientId) => "missing_client_id",
            Self::Untrusted(UntrustedRequest::UnregisteredRedirectUri) => "unregistered_redirect_uri",
            Self::Untrusted(UntrustedRequest::MissingRedirectUri | UntrustedRequest::OpenIdWithoutRedirectUri) => {
                "missing_redirect_uri"
            }
            Self::Document(_) => "client_document",
            Self::Malformed(_) => "malformed",
            Self::Gone => "gone",
            Self::TooManyOpen => "too_many_open",
            Self::Expired => "expired",
            Self::Answered => "answered",
            Self::Restart(_) => "other_browser",
            Self::SignIn { .. } | Self::Consent { .. } | Self::Redirect(_) => return,
        };
        let error = OAuthErrorCode::InvalidRequest.as_str();
        tracing::info!(error, reason, "authorization.refused");
        let (error, reason) = (error.to_owned(), reason.to_owned());
        let refused = RequestRefused { asked: "authorize", client_id: None, user_id: None, error, reason };
        provider.cx().events().notify(refused);
    }
}

impl From<NotBegun> for Next {
    fn from(why: NotBegun) -> Self {
        match why {
            NotBegun::TooManyOpen => Self::TooManyOpen,
            NotBegun::Gone => Self::Gone,
        }
    }
}
