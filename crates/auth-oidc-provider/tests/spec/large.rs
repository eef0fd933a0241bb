//! A large database: a migration costs what its bare SQL costs.
#![expect(clippy::unwrap_used, clippy::panic, reason = "steps of tests stand outside test functions")]

use std::time::Duration;

use auth_core::schema::{ColumnSpec, LogicalType, Plan, Schema, Step, TableSpec, apply, pending};
use auth_core::{Auth, AuthContext, Contributions, Mount, Plugin, PluginId};
use auth_oidc_provider::OidcProvider;
use auth_oidc_provider::entity::{client, grant};
use auth_testkit::{TestDatabase, backend, is_full_size, proved};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, EntityTrait as _, IntoActiveModel as _};
use tokio::time::Instant;

/// A plugin whose next release wants a column and an index of two tables that are large by then.
struct Later;

impl Plugin for Later {
    fn id(&self) -> PluginId {
        "later"
    }

    fn contribute(&self, to: &mut Contributions) {
        for table in ["session", "oauthAccessToken"] {
            let column = ColumnSpec::new("note", LogicalType::Str(64)).nullable();
            to.columns_spec(TableSpec::new(table).column(column).index(["note"]));
        }
    }

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of(self.id())
    }
}

/// A million rows when `cargo xtask proofs` asks for them.
fn rows() -> u32 {
    if is_full_size() { 1_000_000 } else { 20_000 }
}

fn schema(later: bool) -> Schema {
    let builder = Auth::builder("http://localhost:3000").plugin(OidcProvider::new("/sign-in"));
    if later { builder.plugin(Later) } else { builder }.schema().unwrap()
}

async fn fill(db: &DatabaseConnection) {
    let at = DateTimeUtc::from_timestamp(1_800_000_000, 0).unwrap();
    let alice = auth_core::entity::user::Model {
        id: "u1".into(),
        name: "Alice".into(),
        email: "alice@example.com".into(),
        email_verified: true,
        image: None,
        created_at: at,
        updated_at: at,
    };
    auth_core::entity::user::Entity::insert(alice.into_active_model()).exec_without_returning(db).await.unwrap();
    let client = client::Model {
        id: "c1".into(),
        client_id: "client".into(),
        client_secret: None,
        client_secret_expires_at: None,
        previous_secret: None,
        previous_secret_until: None,
        registration_access_token: None,
        name: "Client".into(),
        redirect_uris: ["http://127.0.0.1/callback"].into_iter().collect(),
        post_logout_redirect_uris: std::iter::empty::<String>().collect(),
        token_endpoint_auth_method: "none".into(),
        jwks: None,
        jwks_uri: None,
        grant_types: ["authorization_code"].into_iter().collect(),
        scope: String::new(),
        application_type: "native".into(),
        id_token_signed_response_alg: "ES256".into(),
        sector: None,
        document_expires_at: None,
        metadata: None,
        require_pushed_authorization_requests: false,
        dpop_bound_access_tokens: false,
        own_scope: None,
        introspects: None,
        skip_consent: false,
        declared: false,
        disabled: false,
        user_id: None,
        created_at: at,
        updated_at: at,
    };
    client::Entity::insert(client.into_active_model()).exec_without_returning(db).await.unwrap();
    let grant = grant::Model {
        id: "g1".into(),
        user_id: Some("u1".into()),
        client_id: "client".into(),
        subject: None,
        session_id: Some("s1".into()),
        scope: "openid".into(),
        resources: std::iter::empty::<String>().collect(),
        auth_time: Some(at),
        amr: None,
        acr: None,
        claims: None,
        created_at: at,
        expires_at: at,
        revoked_at: None,
    };
    grant::Entity::insert(grant.into_active_model()).exec_without_returning(db).await.unwrap();
    for statement in many() {
        db.execute_unprepared(&statement).await.unwrap();
    }
}

/// Statements that write all sessions and all access tokens: no front door has room for a million.
fn many() -> [String; 2] {
    let rows = rows();
    let (numbers, number, joined) = match backend() {
        DbBackend::Postgres => (format!("generate_series(1, {rows}) AS n(i)"), "n.i::text", "||"),
        DbBackend::MySql => (format!("({}) AS n", counted(rows)), "n.i", ","),
        _ => (
            format!(
                "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {rows}) SELECT i FROM c) AS n"
            ),
            "n.i",
            "||",
        ),
    };
    let text = |prefix: &str| match backend() {
        DbBackend::MySql => format!("CONCAT('{prefix}'{joined} {number})"),
        _ => format!("'{prefix}' {joined} {number}"),
    };
    let at = match backend() {
        DbBackend::Postgres => "TIMESTAMPTZ '2030-01-01T00:00:00Z'",
        DbBackend::MySql => "'2030-01-01 00:00:00'",
        _ => "'2030-01-01T00:00:00.000+00:00'",
    };
    let sessions = format!(
        r#"INSERT INTO "session" ("id", "expiresAt", "token", "createdAt", "updatedAt", "userId")
            SELECT {}, {at}, {}, {at}, {at}, 'u1' FROM {numbers}"#,
        text("s"),
        text("sha256:0123456789abcdef0123456789abcdef0123"),
    );
    let tokens = format!(
        r#"INSERT INTO "oauthAccessToken" ("id", "token", "grantId", "scope", "resources", "createdAt", "expiresAt")
            SELECT {}, {}, 'g1', 'openid', '[]', {at}, {at} FROM {numbers}"#,
        text("t"),
        text("sha256:0123456789abcdef0123456789abcdef0123"),
    );
    [sessions, tokens].map(quoted)
}

/// The numbers from 1 on, by every digit with every other: only `MariaDB` has tables of numbers.
fn counted(rows: u32) -> String {
    let digit = "SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 \
                 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9";
    let digits = (0..6).map(|place| format!("({digit}) AS d{place}")).collect::<Vec<_>>().join(" CROSS JOIN ");
    let number = "1 + d0.n + 10 * d1.n + 100 * d2.n + 1000 * d3.n + 10000 * d4.n + 100000 * d5.n";
    format!("SELECT i FROM (SELECT {number} AS i FROM {digits}) AS all_numbers WHERE i <= {rows}")
}

fn quoted(sql: String) -> String {
    if backend() == DbBackend::MySql { sql.replace('"', "`") } else { sql }
}

/// Takes away again what the plan adds, on a connection that remembers no older form of the tables.
async fn undo(held: &TestDatabase, plan: &Plan) {
    let db = held.connect().await;
    for step in plan.steps.iter().rev() {
        let sql = match step {
            Step::CreateIndex { name, table, .. } => match backend() {
                DbBackend::MySql => format!("DROP INDEX `{name}` ON `{table}`"),
                _ => format!(r#"DROP INDEX "{name}""#),
            },
            Step::AddColumn { table, column, .. } => {
                quoted(format!(r#"ALTER TABLE "{table}" DROP COLUMN "{}""#, column.spec.name))
            }
            other => panic!("{other}"),
        };
        db.execute_unprepared(&sql).await.unwrap();
    }
}

#[tokio::test]
async fn proof_a_migration_of_a_large_database_costs_what_its_bare_sql_costs() {
    let held = TestDatabase::with_schema(&schema(false)).await;
    let db = held.connect().await;
    fill(&db).await;
    let plan = pending(&db, &schema(true)).await.unwrap();
    assert_eq!(plan.steps.len(), 4, "{plan:?}");
    let (mut bare, mut migrated) = (Duration::MAX, Duration::MAX);

    for _ in 0..if is_full_size() { 3 } else { 1 } {
        let db = held.connect().await;
        let begun = Instant::now();
        for statement in plan.steps.iter().flat_map(|step| step.sql(plan.backend)) {
            db.execute_unprepared(&statement).await.unwrap();
        }
        bare = bare.min(begun.elapsed());
        undo(&held, &plan).await;

        let db = held.connect().await;
        let begun = Instant::now();
        let applied = apply(&db, &schema(true)).await.unwrap();
        migrated = migrated.min(begun.elapsed());
        assert_eq!(applied.steps.len(), 4);
        undo(&held, &plan).await;
    }

    let ratio = migrated.as_secs_f64() / bare.as_secs_f64();
    proved(format_args!(
        "a column and an index more on each of two tables of {} rows: the bare SQL takes {:.2} s, `migrate` {:.2} s, \
         ratio {ratio:.2}",
        rows(),
        bare.as_secs_f64(),
        migrated.as_secs_f64()
    ));
    assert!(!is_full_size() || ratio <= 1.3, "{ratio}");
}
