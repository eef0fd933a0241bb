//! Why a fetch failed, as categories.

use std::error::Error;
use std::time::Duration;

/// Why nothing was fetched.
///
/// The text is a category and safe to show; addresses and causes are in the source, for logs only.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The URL is not one that may be fetched.
    #[error("the URL may not be fetched")]
    Url(#[source] UrlRefusal),
    /// The host is, or resolves to, an address that may not be reached.
    #[error("the host is not at a public address")]
    Address,
    /// The host name has no address.
    #[error("the host name cannot be resolved")]
    Lookup(#[source] Box<dyn Error + Send + Sync>),
    /// The whole exchange took longer than allowed.
    #[error("the answer took longer than {} ms", .allowed.as_millis())]
    Timeout {
        /// How long it might have taken.
        allowed: Duration,
    },
    /// The body is larger than allowed.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// How many bytes it might have had.
        limit: usize,
    },
    /// The connection, TLS or HTTP failed.
    #[error("the host cannot be reached")]
    Network(#[source] Box<dyn Error + Send + Sync>),
    /// The client could not be made, for example for want of root certificates.
    #[error("the HTTP client cannot be made")]
    Client(#[source] Box<dyn Error + Send + Sync>),
}

/// What is wrong with a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefusal {
    /// The scheme is neither `https`, nor `http` to an allowed loopback host.
    #[error("only https is fetched")]
    Scheme,
    /// The URL carries a user name or a password.
    #[error("user information in the URL")]
    UserInformation,
    /// The URL names no host.
    #[error("no host in the URL")]
    Host,
}
