//! Back to Better Auth, as the guide says, and here once more.

use auth_cli::Exit;

use super::fixture::{ALICE, EMAIL, FOREIGN, SESSIONS, fill, quoted, run};
use super::{adopted, alice, app, column, command, session_of};

/// What the guide says, in its order. A table goes before the one it points to.
const BACK: [&str; 17] = [
    r#"drop table "oauthAuthorizationCode""#,
    r#"drop table "oauthRefreshToken""#,
    r#"drop table "oauthAccessToken""#,
    r#"drop table "oauthInteraction""#,
    r#"drop table "oauthGrant""#,
    r#"drop table "oauthConsent""#,
    r#"drop table "oauthApplication""#,
    r#"drop table "authMigration""#,
    r#"alter table "oauthApplication_old" rename to "oauthApplication""#,
    r#"alter table "oauthAccessToken_old" rename to "oauthAccessToken""#,
    r#"alter table "oauthConsent_old" rename to "oauthConsent""#,
    r#"delete from "session""#,
    r#"delete from "verification""#,
    r#"delete from "jwks""#,
    r#"alter table "jwks" drop column "alg""#,
    r#"update "account" set "password" = null where "password" like '$argon2id$%'"#,
    r#"delete from "account" where "password" is null"#,
];

#[tokio::test]
async fn a_database_that_went_back_takes_what_better_auth_writes_and_is_adopted_again() {
    let (database, db) = adopted().await;
    alice(&app(&db).await).signs_in().await;

    // At once, and so on one connection, as a person at the database's own console.
    run(&db, &quoted(&BACK.join("; "))).await;
    for table in ["session", "account", "verification", "jwks"] {
        fill(&db, table).await;
    }

    assert_eq!(column::<String>(&db, FOREIGN[0], "id").await, ["c1"], "as it was");
    assert_eq!(column::<String>(&db, "session", "token").await[0], SESSIONS[0].token);
    let (exit, _, said) = command(&database, "migrate --yes").await;
    assert_eq!(exit, Exit::Done, "{said}");
    let app = app(&db).await;
    assert_eq!(session_of(&app, SESSIONS[0].cookie).await["user"]["email"], EMAIL);
    assert_eq!(alice(&app).signs_in().await.json()["user"]["id"], ALICE);
}
