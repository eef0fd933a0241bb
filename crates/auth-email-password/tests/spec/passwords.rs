//! Hashes of another kind verify once more and are replaced.

use auth_core::entity::account;
use futures::future::join_all;
use sea_orm::EntityTrait as _;
use sea_orm::sea_query::Expr;
use serde_json::json;

use crate::app::{App, PASSWORD};

/// Written by Better Auth 1.4.7 for [`PASSWORD`]: scrypt, `hexsalt:hexkey`.
const BETTER_AUTH: &str = "c4442f313a761a8f1297c357e1c36201:381e847910f505a145fe5361f7522c2247e51f6075694b42566b8af8f51c\
                           9b9008955b8ec7c77803714ee435fd7c5d3b0b06f2ffa17e6aba3a069c4c9c093d0f";

/// An app with a person whose hash came from elsewhere. No request writes such a hash.
async fn app_with_imported_alice(hash: &str) -> App {
    let app = App::new().await;
    app.sign_up("alice@example.com").await;
    account::Entity::update_many().col_expr(account::Column::Password, Expr::value(hash)).exec(app.db()).await.unwrap();
    app
}

async fn stored(app: &App) -> String {
    app.accounts().await[0].password.clone().unwrap()
}

#[tokio::test]
async fn a_hash_of_better_auth_signs_in_and_is_replaced() {
    let app = app_with_imported_alice(BETTER_AUTH).await;

    assert_eq!(app.sign_in("alice@example.com", "wrong-password").await.status, 401);
    assert_eq!(stored(&app).await, BETTER_AUTH, "a wrong password replaces nothing");
    assert_eq!(app.sign_in("alice@example.com", PASSWORD).await.status, 200);

    let replaced = stored(&app).await;
    assert!(replaced.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{replaced}");
    assert_eq!(app.sign_in("alice@example.com", PASSWORD).await.status, 200);
    assert_eq!(stored(&app).await, replaced, "once is enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_at_the_same_time_all_succeed_while_the_hash_is_replaced() {
    let app = app_with_imported_alice(BETTER_AUTH).await;

    let replies = join_all((0..8).map(|_| app.sign_in("alice@example.com", PASSWORD))).await;

    assert!(replies.iter().all(|reply| reply.status == 200), "{replies:?}");
    assert!(stored(&app).await.starts_with("$argon2id$"));
}

#[tokio::test]
async fn a_hash_nobody_understands_signs_nobody_in() {
    for junk in ["", "junk", "$argon2id$", ":", "$2b$10$abcdefghijklmnopqrstuv"] {
        let app = app_with_imported_alice(junk).await;

        let reply = app.sign_in("alice@example.com", PASSWORD).await;

        reply.refuses(401, "INVALID_EMAIL_OR_PASSWORD", "Invalid email or password");
    }
}

#[tokio::test]
async fn a_password_is_the_same_however_it_was_typed() {
    let app = App::new().await;
    let body = json!({ "name": "Zoë", "email": "zoe@example.com", "password": "fianc\u{e9}-ｐａｓｓ" });
    assert_eq!(app.post("/sign-up/email", body).await.status, 200);

    assert_eq!(app.sign_in("zoe@example.com", "fiance\u{301}-pass").await.status, 200);
    assert_eq!(app.sign_in("zoe@example.com", "fiance-pass").await.status, 401);
}
