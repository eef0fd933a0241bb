//! The provider through its front door: real router, real database, people with browsers.

mod administration;
mod authorization;
mod documents;
mod events;
mod large;
mod tokens;

use auth_core::plugins;
use auth_email_password::EmailPassword;
use auth_oidc_provider::{OidcProvider, RefreshPolicy};
use auth_pages::Pages;
use auth_testkit::{TestApp, TestAppBuilder};

/// The provider as most tests use it: registration open, one resource, refresh tokens for all.
fn provider() -> OidcProvider {
    OidcProvider::new("/sign-in")
        .dynamic_registration(true)
        .refresh_policy(RefreshPolicy::RegisteredGrant)
        .scope("notes:write", "Write and delete your notes")
        .resource("/mcp", ["mcp:tools"])
}

fn app(provider: OidcProvider) -> TestAppBuilder {
    TestApp::builder().plugins(plugins![EmailPassword::new(), Pages::new(), provider])
}
