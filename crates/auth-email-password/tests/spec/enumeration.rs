//! Nobody learns from a refused sign-in whether an address has an account. CWE-204.

use auth_core::entity::account;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait as _, sea_query::Value};

use crate::app::{App, Browser, Reply};

/// Everything a caller sees, without the id of the request.
fn seen(reply: &Reply) -> (u16, String, Vec<(String, String)>) {
    let headers = reply
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-request-id")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    (reply.status.as_u16(), reply.text.clone(), headers)
}

#[tokio::test]
async fn an_unknown_address_is_answered_like_a_wrong_password() {
    let app = App::new().await;
    app.sign_up("alice@example.com").await;

    let wrong = app.sign_in("alice@example.com", "wrong-password").await;
    let unknown = app.sign_in("nobody@example.com", "wrong-password").await;

    assert_eq!(wrong.status, 401);
    assert_eq!(seen(&wrong), seen(&unknown));
}

#[tokio::test]
async fn an_account_without_a_password_is_answered_the_same_way() {
    let app = App::new().await;
    app.sign_up("alice@example.com").await;
    let wrong = app.sign_in("alice@example.com", "wrong-password").await;
    // No request makes an account without a password: social sign-in is another plugin.
    account::Entity::update_many()
        .col_expr(account::Column::Password, Expr::value(Value::String(None)))
        .exec(app.db())
        .await
        .unwrap();

    let without = app.sign_in("alice@example.com", "wrong-password").await;

    assert_eq!(seen(&wrong), seen(&without));
}

#[tokio::test]
async fn the_form_tells_no_more_than_the_endpoint() {
    let app = App::new().await;
    app.sign_up("alice@example.com").await;
    let mut browser = Browser::of(&app);
    let page = browser.open("/sign-in").await;

    let wrong = browser.submit(&page, &[("email", "alice@example.com"), ("password", "wrong-password")]).await;
    let unknown = browser.submit(&page, &[("email", "other@example.com"), ("password", "wrong-password")]).await;

    assert_eq!(wrong.status, 401);
    let (status, text, headers) = seen(&wrong);
    let same = (status, text.replace("alice@example.com", "other@example.com"), headers);
    assert_eq!(same, seen(&unknown));
}
