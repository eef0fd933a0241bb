//! Who may call a route from a browser: one word decides cookies, CORS and the origin check.

/// How a route treats browsers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Uses cookies. Trusted origins only, with credentials. The rule below the base path.
    Session,
    /// Never uses cookies. Any origin, without credentials.
    Public,
    /// Is opened as a page or posted as a form. No CORS. The rule at the origin.
    Navigation,
    /// Is opened or posted to by navigation from anywhere and decides nothing on it. No CORS.
    CrossSiteNavigation,
}
