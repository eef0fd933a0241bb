//! What a person has allowed ends with their access: a new password, a ban, a deleted account.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_core::database::begin_write;
use auth_core::session::{AccessEnd, AccessEnded, SessionRevoked};
use auth_core::{AuthContext, Contributions, HookError, InTransaction, Mount, On, Plugin, PluginId, plugins};
use auth_email_password::EmailPassword;
use auth_oidc_provider::GrantRevoked;
use auth_pages::Pages;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthClient, Person, Registration, TestApp};
use sea_orm::DatabaseTransaction;
use serde_json::json;

use super::refresh::{again, same};
use super::{are_alive, are_dead};
use crate::provider;

/// Writes down which grants ended and why, in the transaction and after it.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Plugin for Notes {
    fn id(&self) -> PluginId {
        "notes"
    }

    fn contribute(&self, _: &mut Contributions) {}

    fn mount(&self, _: &AuthContext) -> Mount {
        let mount = Mount::of("notes").on_in_transaction::<GrantRevoked>(self.clone());
        mount.on::<GrantRevoked>(self.clone()).on::<SessionRevoked>(self.clone()).on::<AccessEnded>(self.clone())
    }
}

#[async_trait]
impl InTransaction<GrantRevoked> for Notes {
    async fn on(&self, event: &GrantRevoked, _: &DatabaseTransaction) -> Result<(), HookError> {
        self.0.lock().unwrap().push(format!("in: {}", event.reason));
        Ok(())
    }
}

#[async_trait]
impl On<GrantRevoked> for Notes {
    async fn on(&self, event: &GrantRevoked) -> Result<(), HookError> {
        self.0.lock().unwrap().push(format!("after: {}", event.reason));
        Ok(())
    }
}

#[async_trait]
impl On<SessionRevoked> for Notes {
    async fn on(&self, _: &SessionRevoked) -> Result<(), HookError> {
        self.0.lock().unwrap().push("after: a session".to_owned());
        Ok(())
    }
}

#[async_trait]
impl On<AccessEnded> for Notes {
    async fn on(&self, event: &AccessEnded) -> Result<(), HookError> {
        self.0.lock().unwrap().push(format!("after: all, {}", event.reason.as_str()));
        Ok(())
    }
}

async fn started(notes: &Notes) -> TestApp {
    let people = EmailPassword::new().delete_user(true);
    TestApp::builder().plugins(plugins![people, Pages::new(), provider(), notes.clone()]).build().await
}

/// The ways in which a person's access ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    NewPassword,
    Ban,
    Deletion,
}

impl Way {
    const ALL: [Self; 3] = [Self::NewPassword, Self::Ban, Self::Deletion];

    async fn ends_access_of(self, app: &TestApp, person: &Person) {
        let (path, body) = match self {
            Self::NewPassword => {
                let body = json!({"currentPassword": person.password, "newPassword": "battery-staple-2"});
                ("/api/auth/change-password", body)
            }
            Self::Deletion => ("/api/auth/delete-user", json!({"password": person.password})),
            Self::Ban => return bans(app, person).await,
        };
        let answer = person.browser.post_json(path, &body).await;
        assert_eq!(answer.status, 200, "{self:?}: {}", answer.describe());
    }
}

/// What a plugin does that lets operators shut somebody out.
async fn bans(app: &TestApp, person: &Person) {
    let cx = app.auth().context();
    let email = auth_core::Email::parse(&person.email).unwrap();
    let user = auth_core::store::user::find_by_email(cx.db(), &email).await.unwrap().unwrap();
    let tx = begin_write(cx.db()).await.unwrap();
    let ended = cx.end_access(&tx, &user.id, AccessEnd::Disabled).await.unwrap();
    tx.commit().await.unwrap();
    ended.tell(cx).await;
}

async fn client_of(app: &TestApp) -> OAuthClient {
    app.registers(Registration::confidential_basic()).await
}

#[tokio::test]
async fn tokens_end_with_the_access_of_their_person_on_every_instance_and_nobody_elses() {
    for way in Way::ALL {
        let app = started(&Notes::default()).await;
        let client = client_of(&app).await;
        let (alice, bob) = (app.alice().await, app.bob().await);
        let hers = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
        let his = client.exchanges(&bob.authorizes(&client).await).await.succeeds();
        let elsewhere = again(&app, provider()).await;
        are_alive(&client, &hers).await;

        way.ends_access_of(&app, &alice).await;

        are_dead(&same(&elsewhere, &client), &hers).await;
        are_alive(&client, &his).await;
    }
}

#[tokio::test]
async fn a_code_ends_with_the_access_of_its_person() {
    for way in Way::ALL {
        let app = started(&Notes::default()).await;
        let client = client_of(&app).await;
        let alice = app.alice().await;
        let code = alice.authorizes(&client).await;

        way.ends_access_of(&app, &alice).await;

        client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);
    }
}

#[tokio::test]
async fn each_grant_that_ends_is_told_in_the_transaction_and_after_it() {
    let notes = Notes::default();
    let app = started(&notes).await;
    let client = client_of(&app).await;
    let alice = app.alice().await;
    client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    notes.0.lock().unwrap().clear();

    Way::NewPassword.ends_access_of(&app, &alice).await;

    let expected =
        ["in: password changed", "after: all, password changed", "after: a session", "after: password changed"];
    assert_eq!(*notes.0.lock().unwrap(), expected);
}

#[tokio::test]
async fn the_app_that_was_allowed_can_be_allowed_again() {
    let app = started(&Notes::default()).await;
    let client = client_of(&app).await;
    let alice = app.alice().await;
    let before = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    Way::NewPassword.ends_access_of(&app, &alice).await;

    let after = client.exchanges(&alice.authorizes(&client).await).await.succeeds();

    are_alive(&client, &after).await;
    client.refreshes(before.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
    are_alive(&client, &after).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_given_while_a_password_changes_outlives_it() {
    let app = started(&Notes::default()).await;
    let client = client_of(&app).await;
    let alice = app.alice().await;
    // From here on nobody asks her again.
    client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    let cookie = alice.browser.cookie("better-auth.session_token").unwrap();
    let cookie = format!("better-auth.session_token={cookie}");

    let thieves = (0..6).map(|_| {
        let (app, client, cookie) = (app.clone(), client.clone(), cookie.clone());
        tokio::spawn(async move {
            let mut stolen = Vec::new();
            for _ in 0..8 {
                let request = client.asks();
                let asked = http::Request::get(request.url().as_str()).header("cookie", &cookie);
                let answer = app.request(asked.body("").unwrap()).await;
                let back = app.url("/").join(&answer.location().unwrap()).unwrap();
                if ["/sign-in", "/consent"].contains(&back.path()) {
                    break; // What let him in has ended.
                }
                let Ok(code) = request.reads(&back) else { continue };
                let answer = client.exchanges(&code).await;
                if answer.status == 200 {
                    stolen.push(answer.succeeds());
                }
            }
            stolen
        })
    });
    let thieves: Vec<_> = thieves.collect();
    Way::NewPassword.ends_access_of(&app, &alice).await;

    for thief in thieves {
        for tokens in thief.await.unwrap() {
            are_dead(&client, &tokens).await;
        }
    }
    assert_eq!(app.count("oauthConsent").await, 0);
}

/// Whoever held the session may have agreed to a client of his own.
#[tokio::test]
async fn nothing_is_agreed_to_any_more() {
    for way in [Way::NewPassword, Way::Ban] {
        let app = started(&Notes::default()).await;
        let client = client_of(&app).await;
        let (alice, bob) = (app.alice().await, app.bob().await);
        alice.authorizes(&client).await;
        bob.authorizes(&client).await;

        way.ends_access_of(&app, &alice).await;

        if way == Way::Ban {
            alice.signs_in().await;
        }
        let silent = client.asks().with("prompt", "none");
        assert_eq!(alice.is_refused(&silent).await.code, OAuthErrorCode::ConsentRequired, "{way:?}");
        let url = bob.browser.get(silent.url().as_str()).await.away();
        silent.reads(&url).unwrap();
    }
}
