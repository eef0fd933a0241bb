//! What the plugin adds, and its routes.

use auth_core::{AuthContext, Contributions, Mount, Plugin, PluginId, RateLimit, route_at};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Accounts;
use crate::error::{CHANGE_PASSWORD, DELETE_USER, SIGN_IN, SIGN_UP};
use crate::http::{change_password, delete_user, sign_in, sign_in_page, sign_up, sign_up_page};
use crate::options::{EmailPassword, WrongOption};

const ID: PluginId = "email-password";

impl Plugin for EmailPassword {
    fn id(&self) -> PluginId {
        ID
    }

    fn contribute(&self, to: &mut Contributions) {
        let complaints = self.complaints();
        if !complaints.is_empty() {
            for WrongOption { option, value, right } in complaints {
                to.refuse(option, value, right);
            }
            return;
        }
        to.about("Accounts with e-mail and password: signing up and in, as JSON and as pages, and a new password.");
        to.errors("/sign-in/email", &SIGN_IN);
        to.errors("/sign-up/email", &SIGN_UP);
        to.errors("/change-password", &CHANGE_PASSWORD);
        to.rate_limit(RateLimit::new("/change-password", 60, 60));
        if self.delete_user {
            to.errors("/delete-user", &DELETE_USER);
            to.rate_limit(RateLimit::new("/delete-user", 60, 60));
        }
        // By address. Better Auth allows 3 in 10 s, which locks out an office behind one address
        // on a Monday morning; guessing at one account is bounded by `flow::tries`.
        to.rate_limit(RateLimit::new("/sign-in/email", 60, 120));
        to.rate_limit(RateLimit::new("/sign-up/email", 60, 60));
        if self.pages {
            // Opening a page counts as well as posting it.
            to.rate_limit(RateLimit::new(&self.sign_in_path, 60, 240));
            if self.sign_up {
                to.rate_limit(RateLimit::new(&self.sign_up_path, 60, 120));
            }
        }
        // Access: below the base path `Session`, at the origin `Navigation`. Both are the rule.
    }

    fn mount(&self, cx: &AuthContext) -> Mount {
        let mount = Mount::of(ID);
        if !self.complaints().is_empty() {
            // `contribute` has said why; a path axum cannot take must not reach it.
            return mount;
        }
        let accounts = Accounts::new(cx.clone(), self.clone());
        let mut api = OpenApiRouter::new()
            .routes(routes!(sign_in::sign_in_email))
            .routes(routes!(sign_up::sign_up_email))
            .routes(routes!(change_password::change_password));
        if self.delete_user {
            api = api.routes(routes!(delete_user::delete_user));
        }
        let mount = mount.base(api.with_state(accounts.clone()));
        if !self.pages {
            return mount;
        }
        let sign_in = routes!(sign_in_page::sign_in_page, sign_in_page::sign_in_form);
        let mut origin = OpenApiRouter::new().routes(route_at(&self.sign_in_path, sign_in));
        if self.sign_up {
            let sign_up = routes!(sign_up_page::sign_up_page, sign_up_page::sign_up_form);
            origin = origin.routes(route_at(&self.sign_up_path, sign_up));
        }
        mount.origin(origin.with_state(accounts))
    }
}
