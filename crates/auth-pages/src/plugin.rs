//! The plugin: the renderer, and the route of its stylesheet.

use auth_core::pages::{self, ConfirmView, ConsentView, ErrorView, NoticeView, SignInView, SignUpView};
use auth_core::{Access, AuthContext, Contributions, Mount, Plugin, PluginId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::stylesheet::{self, Stylesheet};
use crate::templates::{Confirm, Consent, Failure, Notice, SignIn, SignUp, html, short};

const ID: PluginId = "pages";

/// Renders the built-in pages: the plugin `pages`.
///
/// It renders and nothing else: the plugin that owns a form owns its routes and its checks.
#[derive(Clone, Debug)]
pub struct Pages {
    stylesheet: Stylesheet,
}

impl Default for Pages {
    fn default() -> Self {
        Self::new()
    }
}

impl Pages {
    /// The pages as they come.
    pub fn new() -> Self {
        Self { stylesheet: Stylesheet::embedded() }
    }
}

impl Plugin for Pages {
    fn id(&self) -> PluginId {
        ID
    }

    fn contribute(&self, to: &mut Contributions) {
        to.about("The look of the built-in pages.");
        to.provides("pages");
        to.access(stylesheet::ROUTE, Access::Public);
    }

    fn mount(&self, _: &AuthContext) -> Mount {
        let assets = OpenApiRouter::new().routes(routes!(stylesheet::stylesheet)).with_state(self.stylesheet.clone());
        Mount::of(ID).origin(assets).pages(self.clone())
    }
}

impl pages::Pages for Pages {
    fn sign_in(&self, view: &SignInView) -> String {
        let client_name = view.client_name.as_deref().map(short);
        html(&SignIn { view, client_name, stylesheet: self.stylesheet.path() })
    }

    fn sign_up(&self, view: &SignUpView) -> String {
        let client_name = view.client_name.as_deref().map(short);
        html(&SignUp { view, client_name, stylesheet: self.stylesheet.path() })
    }

    fn consent(&self, view: &ConsentView) -> String {
        let client_name = short(&view.client_name);
        html(&Consent { view, client_name, stylesheet: self.stylesheet.path() })
    }

    fn confirm(&self, view: &ConfirmView) -> String {
        html(&Confirm { view, stylesheet: self.stylesheet.path() })
    }

    fn error(&self, view: &ErrorView) -> String {
        html(&Failure { view, stylesheet: self.stylesheet.path() })
    }

    fn notice(&self, view: &NoticeView) -> String {
        html(&Notice { view, stylesheet: self.stylesheet.path() })
    }
}
