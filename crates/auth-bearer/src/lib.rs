#![doc = include_str!("../README.md")]

mod present;
mod reveal;

use auth_core::{AuthContext, Contributions, Mount, Plugin, PluginId};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

const ID: PluginId = "bearer";

/// Sessions in the `Authorization` header: the plugin `bearer`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bearer {
    tell_browsers: bool,
}

impl Bearer {
    /// Makes the plugin with its defaults: programs are told their session, browsers are not.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether pages in browsers are told their session too, where script can read it. Default false.
    ///
    /// Better Auth tells everybody: then a script that gets into one page takes sessions away with it,
    /// which the cookie keeps from scripts.
    #[must_use]
    pub fn tell_browsers(mut self, on: bool) -> Self {
        self.tell_browsers = on;
        self
    }
}

impl Plugin for Bearer {
    fn id(&self) -> PluginId {
        ID
    }

    fn contribute(&self, to: &mut Contributions) {
        to.about("Takes sessions in the Authorization header, for clients that keep no cookies.");
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description =
            Some("The signed session token, as the header `set-auth-token` of a sign-in told it.".to_owned());
        to.session_scheme("session-bearer", SecurityScheme::Http(scheme));
    }

    fn mount(&self, cx: &AuthContext) -> Mount {
        Mount::of(ID)
            .before("/*", present::Present(cx.clone()))
            .after("/*", reveal::Reveal { cx: cx.clone(), browsers: self.tell_browsers })
    }
}
