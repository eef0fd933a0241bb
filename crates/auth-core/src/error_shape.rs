//! In which shape a route tells that it could not answer: declared by plugins, beside its access.

use crate::access::Access;

/// The shape of what a route answers where its handler cannot: rate limits, foreign origins,
/// panics and time-outs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorShape {
    /// `{code, message}` in JSON. The rule for [`Access::Session`] and [`Access::Public`].
    Core,
    /// `{error, error_description}` in JSON: RFC 6749 §5.2.
    OAuth,
    /// A page for people. The rule for [`Access::Navigation`] and [`Access::CrossSiteNavigation`].
    Page,
}

impl ErrorShape {
    /// The shape of a route that declares none.
    pub(crate) fn of(access: Access) -> Self {
        match access {
            Access::Session | Access::Public => Self::Core,
            Access::Navigation | Access::CrossSiteNavigation => Self::Page,
        }
    }
}
