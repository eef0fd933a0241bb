//! What is wrong is told before anything runs.

use auth_core::{Auth, AuthBuilder, plugins};
use auth_email_password::EmailPassword;
use auth_enterprise::{Enterprise, IdentityProvider};
use auth_outbound::OutboundOptions;
use auth_pages::Pages;

use crate::world::{acme, mcp};

fn complaints(builder: AuthBuilder) -> String {
    builder.assemble().err().map(|error| error.to_string()).unwrap_or_default()
}

fn app(identity_providers: Vec<IdentityProvider>) -> AuthBuilder {
    let enterprise = identity_providers.into_iter().fold(Enterprise::new(), Enterprise::trust);
    let mcp = mcp(&enterprise, OutboundOptions::new());
    Auth::builder("http://localhost:3000").plugins(plugins![EmailPassword::new(), Pages::new(), mcp, enterprise])
}

#[test]
fn options_in_order_are_taken() {
    let full = acme().tenant("acme").jwks_uri("https://acme.idp.example/keys").algorithms(["ES256"]).max_lifetime(60);
    let full = full.create_accounts(true).link_by_email(true).email_domains(["acme.example"]);

    assert_eq!(complaints(app(vec![full])), "");
}

#[test]
fn each_wrong_option_is_told_with_what_would_be_right() {
    for (wrong, why) in [
        (vec![IdentityProvider::new("http://acme.idp.example")], "https URL"),
        (vec![IdentityProvider::new("https://acme.idp.example?tenant=1")], "https URL"),
        (vec![IdentityProvider::new("acme")], "https URL"),
        (vec![IdentityProvider::new("http://localhost:3000")], "somebody else than this server"),
        (vec![acme(), acme()], "trust each issuer once"),
        (vec![acme().tenant("")], "1 to 128 bytes"),
        (vec![acme().jwks_uri("http://acme.idp.example/keys")], "jwks_uri"),
        (vec![acme().algorithms(["HS256"])], "ES256, ES384"),
        (vec![acme().algorithms(Vec::<String>::new())], "ES256, ES384"),
        (vec![acme().max_lifetime(3601)], "60 to 3600"),
        (vec![acme().email_domains(["acme"])], "acme.example"),
        (vec![acme().create_accounts(true)], "could claim any address"),
        (vec![acme().link_by_email(true)], "could claim any address"),
    ] {
        let told = complaints(app(wrong));
        assert!(told.contains(why), "{why}: {told}");
    }
}

#[test]
fn a_provider_that_was_not_handed_over_is_told() {
    let enterprise = Enterprise::new().trust(acme());
    let plugins = plugins![EmailPassword::new(), Pages::new(), auth_mcp::Mcp::new(), enterprise];

    let told = complaints(Auth::builder("http://localhost:3000").plugins(plugins));

    assert!(told.contains("enterprise.extend(provider)"), "{told}");
}

#[test]
fn a_grant_without_its_plugin_is_told() {
    let enterprise = Enterprise::new().trust(acme());
    let mcp = mcp(&enterprise, OutboundOptions::new());
    let plugins = plugins![EmailPassword::new(), Pages::new(), mcp];

    let told = complaints(Auth::builder("http://localhost:3000").plugins(plugins));

    assert!(told.contains("needs \"enterprise\""), "{told}");
}
