//! The plan for a database of Better Auth: what it adds, what it asks, what it refuses, what it warns of.

use auth_cli::Exit;
use auth_core::schema::{Refusal, pending};
use auth_core::{BuildError, SchemaMode};
use auth_testkit::backend;
use sea_orm::DbBackend;

use super::fixture::{FOREIGN, SECRET, run, theirs_with};
use super::{CONSENTS, adoptable, adopted, auth, command, everything, schema};

#[tokio::test]
async fn only_what_is_missing_is_planned() {
    let (_database, db) = adoptable().await;

    let plan = pending(&db, &schema()).await.unwrap();

    let steps: Vec<String> = plan.steps.iter().map(ToString::to_string).collect();
    let of_core: Vec<&str> = steps.iter().filter(|step| step.ends_with("[core]")).map(String::as_str).collect();
    let flag = r#"add column to "session": rememberMe bool default true  [core]"#;
    assert_eq!(
        of_core,
        [
            flag,
            r#"add column to "session": authenticatedAt timestamp null  [core]"#,
            r#"add column to "session": amr text(255) null  [core]"#,
            r#"create table "authMigration" (id id, appliedAt timestamp, checksum text(64))  [core]"#,
            r#"rewrite rows of "session": core/0001-session-digests, digests in place of session tokens  [core]"#,
            r#"rewrite rows of "verification": core/0002-verification-digests, digests in place of verification tokens  [core]"#,
            r#"create index on "session" (expiresAt)  [core]"#,
            r#"create unique index on "account" (accountId, providerId)  [core]"#,
            r#"create index on "verification" (expiresAt)  [core]"#,
        ]
    );
    let of_keys: Vec<&str> = steps.iter().filter(|step| step.contains("\"jwks\"")).map(String::as_str).collect();
    let mut expected = [
        r#"add column to "jwks": alg text(16) null  [oidc-provider]"#,
        r#"add column to "jwks": state text(16) default 'retired'  [oidc-provider]"#,
        r#"add column to "jwks": slot text(16) null unique  [oidc-provider]"#,
        r#"add column to "jwks": activatedAt timestamp null  [oidc-provider]"#,
        r#"rewrite rows of "jwks": oidc-provider/0001-foreign-keys, keys of Better Auth, retired  [oidc-provider]"#,
        r#"require "jwks".alg  [oidc-provider]"#,
        r#"create unique index on "jwks" (slot)  [oidc-provider]"#,
    ]
    .to_vec();
    if backend() == DbBackend::Sqlite {
        expected.remove(5); // cannot
    }
    assert_eq!(of_keys, expected);
    for table in FOREIGN {
        assert!(
            steps.contains(&format!(
                "rename \"{table}\", which is somebody else's, to \"{table}_old\"  [oidc-provider]"
            ))
        );
        assert!(steps.iter().any(|step| step.starts_with(&format!("create table \"{table}\" ("))), "{table}");
    }
    assert_eq!(plan.unknown, ["rateLimit"]);
}

#[tokio::test]
async fn the_plan_names_everything_a_person_agrees_to() {
    let (database, _db) = adoptable().await;

    let (exit, out, said) = command(&database, "migrate --check").await;

    assert_eq!(exit, Exit::Pending, "{out}");
    let minded: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("mind: ")).collect();
    assert_eq!(minded, CONSENTS);
}

#[tokio::test]
async fn unasked_nothing_changes_and_a_server_that_migrates_itself_says_why_it_does_not_start() {
    let (database, db) = adoptable().await;
    let before = everything(&db).await;

    let applying = auth().database(database.url()).secret(SECRET).schema_mode(SchemaMode::Apply).build().await;
    let (exit, _, said) = command(&database, "migrate").await;

    let Err(BuildError::Schema(cause)) = applying else { panic!("it came up") };
    let cause = cause.to_string();
    assert!(cause.starts_with("somebody has to agree first, so run `migrate`: "), "{cause}");
    for consent in CONSENTS {
        assert!(cause.contains(consent), "{cause}");
    }
    assert!(exit == Exit::Failed && said.contains("--yes"), "{said}");
    assert_eq!(everything(&db).await, before);
}

#[tokio::test]
async fn a_required_field_that_nobody_writes_any_more_is_refused_by_name() {
    let (database, db) = theirs_with("plan short").await;
    let before = everything(&db).await;

    let (exit, out, said) = command(&database, "migrate --yes").await;

    assert_eq!((exit, out.as_str()), (Exit::Failed, ""));
    assert!(said.contains("error: user.plan is NOT NULL without a default, and core does not write it"), "{said}");
    assert!(said.contains("\n  to go on: let plan be null or give it a default"), "{said}");
    assert_eq!(everything(&db).await, before);
}

#[tokio::test]
async fn a_field_that_can_be_null_is_left_alone() {
    let (_database, db) = theirs_with("plan short?").await;

    let plan = pending(&db, &schema()).await.unwrap();

    assert_eq!(plan.unknown, ["rateLimit", "user.plan"]);
    assert!(!plan.refusals.iter().any(|refusal| matches!(refusal, Refusal::Unwritten { .. })), "{plan:?}");
}

#[tokio::test]
async fn what_is_otherwise_and_works_is_told_with_the_statement_that_mends_it() {
    let (_database, db) = adoptable().await;

    let plan = pending(&db, &schema()).await.unwrap();

    let told: Vec<String> = plan.warnings.iter().map(ToString::to_string).collect();
    let unset = "user.emailVerified has no default; an insert must name it".to_owned();
    assert_eq!(told.iter().filter(|warning| **warning == unset).count(), 1);
    for warning in told.iter().filter(|warning| **warning != unset) {
        assert!(warning.ends_with(" takes texts that differ in case only for one"), "{warning}");
        assert_eq!(backend(), DbBackend::MySql, "{warning}");
    }
    for warning in &plan.warnings {
        match warning.remedy(plan.backend) {
            Some(remedy) => run(&db, &remedy).await,
            None => assert_eq!(backend(), DbBackend::Sqlite, "{warning}"),
        }
    }
    let left = pending(&db, &schema()).await.unwrap().warnings;
    assert_eq!(left.len(), usize::from(backend() == DbBackend::Sqlite), "{left:?}");
}

#[tokio::test]
async fn columns_that_are_added_are_as_they_should_be() {
    let (database, db) = adopted().await;

    let plan = pending(&db, &schema()).await.unwrap();

    let added = ["rememberMe", "authenticatedAt", "alg", "state", "slot"];
    for warning in &plan.warnings {
        let told = warning.to_string();
        assert!(!added.iter().any(|column| told.contains(&format!(".{column} "))), "{told}");
    }
    drop(database);
}
