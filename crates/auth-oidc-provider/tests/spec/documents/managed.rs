//! Clients that are what an operator made them, and whose documents count.

use std::time::Duration;

use auth_oidc_provider::entity::client;
use auth_oidc_provider::{ClientIdDocuments, ClientOption};
use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthClient, WebSite};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{HOST, ID, LOCAL, PATH, client as known, document, finding, is_known, is_shown_why, started, with};
use crate::app;
use crate::tokens::refresh::again;
use crate::tokens::sweep::swept;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_declared_client_is_not_taken_over_by_a_document() {
    let site = WebSite::at([HOST]).await;
    site.says(PATH, &with("client_name", "Somebody else"), "max-age=60");
    let declared = ClientOption::public(ID).name("Ours").redirect_uri(LOCAL);
    let app = app(finding(&site).client(declared)).build().await;
    let alice = app.alice().await;

    let page = alice.browser.get(known(&app).asks().url().as_str()).await.page();

    assert!(page.text().contains("Ours"), "{}", page.describe());
    assert_eq!(site.hits(PATH), 0);
}

#[tokio::test]
async fn a_declaration_takes_over_what_a_document_made() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    assert!(is_known(&alice, &known(&app)).await);

    let declared = ClientOption::public(ID).name("Ours").redirect_uri(LOCAL);
    let after = again(&app, finding(&site).client(declared)).await;
    after.clock.advance(DAY);

    let rows = app.dump_tables().await;
    assert!(rows.lines().any(|row| row.contains(ID) && row.contains("Ours")), "{rows}");
    let hits = site.hits(PATH);
    let bob = after.bob().await;
    assert!(is_known(&bob, &known(&after)).await);
    assert_eq!(site.hits(PATH), hits);
}

/// What an operator has vouched for was looked at as it was.
#[tokio::test]
async fn what_an_operator_decided_stays_whatever_the_document_says() {
    for column in [client::Column::SkipConsent, client::Column::Disabled] {
        let (app, site) = started().await;
        let alice = app.alice().await;
        assert!(is_known(&alice, &known(&app)).await);
        let changed = client::Entity::update_many().col_expr(column, Expr::value(true));
        changed.filter(client::Column::ClientId.eq(ID)).exec(app.db()).await.unwrap();
        site.says(PATH, &with("client_name", "Somebody else"), "max-age=60");
        let hits = site.hits(PATH);

        app.clock.advance(DAY);
        alice.signs_in().await;
        let request = OAuthClient::known(&app, ID, "https://client.example/callback").asks();
        let visit = alice.browser.get(request.url().as_str()).await;

        assert_eq!(site.hits(PATH), hits);
        match column {
            client::Column::Disabled => assert!(visit.page().text().contains("not registered")),
            _ => drop(request.reads(&visit.away()).expect("nobody is asked")),
        }
    }
}

#[tokio::test]
async fn attack_89_hosts_that_are_not_let_in_are_not_even_looked_up() {
    let only = |hosts: &[&str]| ClientIdDocuments::new().only(hosts.iter().copied());
    for (documents, is_let_in) in [
        (only(&[HOST]), true),
        (only(&["*.example"]), true),
        (only(&["other.example"]), false),
        (only(&[]), false),
        (ClientIdDocuments::new().except([HOST]), false),
        (only(&[HOST]).except(["*.example"]), false),
        (ClientIdDocuments::new().except(["other.example"]), true),
    ] {
        let site = WebSite::at([HOST]).await;
        site.says(PATH, &document(), "max-age=60");
        let app = app(finding(&site).client_id_documents(documents.clone())).build().await;
        let alice = app.alice().await;

        assert_eq!(is_known(&alice, &known(&app)).await, is_let_in, "{documents:?}");
        assert_eq!(site.hits(PATH), usize::from(is_let_in), "{documents:?}");
    }
}

#[tokio::test]
async fn a_host_that_is_let_in_no_more_is_cut_off() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    let client = known(&app);
    let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();

    let denied = again(&app, finding(&site).client_id_documents(ClientIdDocuments::new().except([HOST]))).await;
    let off = again(&app, finding(&site).without_client_id_documents()).await;

    for (name, after) in [("Bob", denied), ("Carol", off)] {
        let refused = known(&after).refreshes(tokens.refresh()).await;
        refused.fails_with(OAuthErrorCode::InvalidClient);
        let person = after.person(name, &format!("{}@example.com", name.to_lowercase()));
        person.signs_up().await;
        is_shown_why(&after, &person, &known(&after)).await;
    }
    client.refreshes(tokens.refresh()).await.succeeds();
}

/// It is read again when somebody comes.
#[tokio::test]
async fn a_client_nobody_uses_is_not_kept() {
    let (app, _site) = started().await;
    let alice = app.alice().await;
    assert!(is_known(&alice, &known(&app)).await);

    app.clock.advance(31 * DAY);
    swept(&app, "oauthApplication", 0).await;

    alice.signs_in().await;
    let code = alice.authorizes(&known(&app)).await;
    let tokens = known(&app).exchanges(&code).await.succeeds();
    app.clock.advance(29 * DAY);
    swept(&app, "oauthInteraction", 0).await;
    known(&app).refreshes(tokens.refresh()).await.succeeds();
}
