//! A database as Better Auth 1.4 leaves it: people, OIDC provider, JWT plugin, rate limits in the database.

use auth_testkit::{TestDatabase, backend};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SimpleExpr};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend};

/// Its tables. A column is `name kind`, and `?` where it can be null.
const TABLES: [(&str, &str); 9] = [
    ("user", "id key, name short, email unique, emailVerified flag, image text?, createdAt made, updatedAt made"),
    (
        "session",
        "id key, expiresAt time, token unique, createdAt made, updatedAt time, ipAddress text?, userAgent text?, \
         userId person",
    ),
    (
        "account",
        "id key, accountId text, providerId text, userId person, accessToken text?, refreshToken text?, \
         idToken text?, accessTokenExpiresAt time?, refreshTokenExpiresAt time?, scope text?, password text?, \
         createdAt made, updatedAt time",
    ),
    ("verification", "id key, identifier short, value text, expiresAt time, createdAt made, updatedAt made"),
    (
        "oauthApplication",
        "id key, name text, icon text?, metadata text?, clientId unique, clientSecret text?, redirectUrls text, \
         type text, disabled flag?, userId person?, createdAt time, updatedAt time",
    ),
    (
        "oauthAccessToken",
        "id key, accessToken unique, refreshToken unique, accessTokenExpiresAt time, refreshTokenExpiresAt time, \
         clientId client, userId person?, scopes text, createdAt time, updatedAt time",
    ),
    (
        "oauthConsent",
        "id key, clientId client, userId person, scopes text, createdAt time, updatedAt time, consentGiven flag",
    ),
    ("jwks", "id key, publicKey text, privateKey text, createdAt time, expiresAt time?"),
    ("rateLimit", "id key, key text, count number, lastRequest millis"),
];

/// The columns with an index of their own, beside those that are unique.
const INDEXES: [(&str, &str); 8] = [
    ("session", "userId"),
    ("account", "userId"),
    ("verification", "identifier"),
    ("oauthApplication", "userId"),
    ("oauthAccessToken", "clientId"),
    ("oauthAccessToken", "userId"),
    ("oauthConsent", "clientId"),
    ("oauthConsent", "userId"),
];

/// The tables of the OAuth plugins, which have names of ours.
pub(super) const FOREIGN: [&str; 3] = ["oauthApplication", "oauthAccessToken", "oauthConsent"];

pub(super) const ALICE: &str = "i7OdFkoW5GfagUZgc4mAVzKgDpk4Xbnt";
pub(super) const EMAIL: &str = "alice@example.com";
pub(super) const PASSWORD: &str = "correct-horse-1";
/// What Better Auth 1.4.7 keeps of it.
const HASH: &str = "c4442f313a761a8f1297c357e1c36201:381e847910f505a145fe5361f7522c2247e51f6075694b42566b8af8f51c\
                    9b9008955b8ec7c77803714ee435fd7c5d3b0b06f2ffa17e6aba3a069c4c9c093d0f";

/// A token as it is kept, and the cookie Better Auth makes of it with [`SECRET`].
pub(super) struct Session {
    pub(super) token: &'static str,
    pub(super) cookie: &'static str,
}

pub(super) const SECRET: &str = "q8Zk2vP0sT7xLw4nR6yB1mD9cF3hJ5gK-test";
pub(super) const SESSIONS: [Session; 2] = [
    Session {
        token: "fTfTofUjHTTVjIdn0dyIoyAeKfeEZAJB",
        cookie: "fTfTofUjHTTVjIdn0dyIoyAeKfeEZAJB.nyzB%2BxyECXwRcma%2BIlsoj4pNjlFgS5%2F4BKwqTMxZFZ4%3D",
    },
    Session {
        token: "7KM0I6DAvKk4HsWmSTZvKQPOgkpTrSsg",
        cookie: "7KM0I6DAvKk4HsWmSTZvKQPOgkpTrSsg.Hz9Dmb6psBgH1MJ1ykazSut7jxrUtjlAUu%2FDhRbStzI%3D",
    },
];
/// What the second session becomes.
pub(super) const SECOND_DIGEST: &str = "sha256:oLgWJyOjM0nPrj271AVXkZZEl9XP-qLmwcB7MDqsd8E";

pub(super) const RESET: &str = "reset-password:Hq3uV9xkT2mWb7RzLcYp4sNe";
pub(super) const ONE_TIME_CODE: &str = "482913:0";
pub(super) const AUTHORIZATION_CODE: &str = "wY6pQ0sZt8bKc3vGh5nLj2xRd7mFa9eU";
pub(super) const ACCESS_TOKEN: &str = "kfJtQzWmRbVxYcNpLsHdGaTeUiOyXqZw";
pub(super) const CLIENT_SECRET: &str = "mNbVcXzLkJhGfDsAqWeRtYuIoPaSdFgH";
pub(super) const KEY: &str = "zT0wuBh1bMzRkBVJaq1n2YVdcWVJ5TBR";
/// RFC 8037 appendix A.2.
const PUBLIC: &str = r#"{"crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kty":"OKP"}"#;
/// Its private half, as it is kept where encrypting it is switched off.
pub(super) const PRIVATE: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

/// Everything that opens something, or did.
pub(super) const CREDENTIALS: [&str; 8] = [
    SESSIONS[0].token,
    SESSIONS[1].token,
    "Hq3uV9xkT2mWb7RzLcYp4sNe",
    "482913",
    AUTHORIZATION_CODE,
    ACCESS_TOKEN,
    CLIENT_SECRET,
    PRIVATE,
];

const LATER: &str = "2026-01-20 12:00:00.000";
const BEFORE: &str = "2026-01-13 09:30:00.250";

/// A database of Better Auth in use. Nothing here makes such a one, so it is written by hand.
pub(super) async fn theirs() -> (TestDatabase, DatabaseConnection) {
    let (database, db) = theirs_with("").await;
    for (table, _) in TABLES {
        fill(&db, table).await;
    }
    (database, db)
}

/// Writes into a table what somebody has left there.
pub(super) async fn fill(db: &DatabaseConnection, table: &str) {
    for (_, columns, values) in rows().into_iter().filter(|(of, ..)| *of == table) {
        let mut insert = Query::insert();
        insert.into_table(table.to_owned()).columns(columns.split(", ")).values_panic(values);
        run(db, &db.get_database_backend().build(&insert).to_string()).await;
    }
}

/// A database of Better Auth whose people have a field more, and nobody in it.
pub(super) async fn theirs_with(field: &str) -> (TestDatabase, DatabaseConnection) {
    let database = TestDatabase::empty().await;
    let db = database.connect().await;
    for (table, columns) in TABLES {
        let more = Some(field).filter(|field| table == "user" && !field.is_empty());
        let columns: Vec<String> = columns.split(", ").chain(more).map(column).collect();
        run(&db, &quoted(&format!(r#"create table "{table}" ({})"#, columns.join(", ")))).await;
    }
    for (table, column) in INDEXES {
        run(&db, &quoted(&format!(r#"create index "{table}_{column}_idx" on "{table}" ("{column}")"#))).await;
    }
    (database, db)
}

/// Runs a statement as it stands.
pub(super) async fn run(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Names in the quotes of the database.
pub(super) fn quoted(sql: &str) -> String {
    sql.replace('"', one_of("\"", "\"", "`"))
}

fn one_of<T>(sqlite: T, postgres: T, mysql: T) -> T {
    match backend() {
        DbBackend::Postgres => postgres,
        DbBackend::MySql => mysql,
        _ => sqlite,
    }
}

/// A column as the migration of Better Auth declares it.
fn column(words: &str) -> String {
    let (name, kind) = words.trim().split_once(' ').unwrap();
    let (kind, null) = kind.strip_suffix('?').map_or((kind, " not null"), |kind| (kind, ""));
    let short = one_of("text", "text", "varchar(255)");
    let id = one_of("text", "text", "varchar(36)");
    let time = one_of("date", "timestamptz", "timestamp(3)");
    let now = one_of("", " default CURRENT_TIMESTAMP", " default CURRENT_TIMESTAMP(3)");
    let (ty, more) = match kind {
        "key" => (id, " primary key"),
        "short" => (short, ""),
        "unique" => (short, " unique"),
        "text" => ("text", ""),
        "flag" => (one_of("integer", "boolean", "boolean"), ""),
        "number" => ("integer", ""),
        "millis" => ("bigint", ""),
        "time" => (time, ""),
        "made" => (time, now),
        "person" => (id, r#" references "user" ("id") on delete cascade"#),
        "client" => (id, r#" references "oauthApplication" ("clientId") on delete cascade"#),
        other => panic!("{other}"),
    };
    format!(r#""{name}" {ty}{null}{more}"#)
}

/// What somebody has left in each table.
fn rows() -> Vec<(&'static str, &'static str, Vec<SimpleExpr>)> {
    let text = |value: &str| Expr::val(value);
    let time = |value: &str| {
        let iso = format!("{}Z", value.replace(' ', "T"));
        Expr::val(one_of(iso.clone(), iso, value.to_owned()))
    };
    let (later, before) = (|| time(LATER), || time(BEFORE));
    let session = |id: &str, token: &str| {
        let agent = text("Mozilla/5.0");
        let columns = "id, expiresAt, token, createdAt, updatedAt, ipAddress, userAgent, userId";
        ("session", columns, vec![text(id), later(), text(token), before(), before(), text(""), agent, text(ALICE)])
    };
    let verification = |id: &str, identifier: &str, value: &str| {
        let columns = "id, identifier, value, expiresAt, createdAt, updatedAt";
        ("verification", columns, vec![text(id), text(identifier), text(value), later(), before(), before()])
    };
    let jwk =
        format!(r#"{{"crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"{PRIVATE}","kty":"OKP"}}"#);
    let code = format!(
        r#"{{"clientId":"theirs","redirectURI":"http://localhost:1234","scope":["openid"],"userId":"{ALICE}"}}"#
    );
    let yes = Expr::val(true);
    vec![
        (
            "user",
            "id, name, email, emailVerified, createdAt, updatedAt",
            vec![text(ALICE), text("Alice Example"), text(EMAIL), yes.clone(), before(), before()],
        ),
        session("s1", SESSIONS[0].token),
        session("s2", SESSIONS[1].token),
        (
            "account",
            "id, accountId, providerId, userId, password, createdAt, updatedAt",
            vec![text("a1"), text(ALICE), text("credential"), text(ALICE), text(HASH), before(), before()],
        ),
        verification("v1", RESET, ALICE),
        verification("v2", &format!("sign-in-otp-{EMAIL}"), ONE_TIME_CODE),
        verification("v3", AUTHORIZATION_CODE, &code),
        (
            "oauthApplication",
            "id, name, clientId, clientSecret, redirectUrls, type, disabled, createdAt, updatedAt",
            vec![
                text("c1"),
                text("Their client"),
                text("theirs"),
                text(CLIENT_SECRET),
                text("http://localhost:1234"),
                text("web"),
                yes.clone().not(),
                before(),
                before(),
            ],
        ),
        (
            "oauthAccessToken",
            "id, accessToken, refreshToken, accessTokenExpiresAt, refreshTokenExpiresAt, clientId, userId, scopes, \
             createdAt, updatedAt",
            vec![
                text("t1"),
                text(ACCESS_TOKEN),
                text("refresh-of-theirs"),
                later(),
                later(),
                text("theirs"),
                text(ALICE),
                text("openid"),
                before(),
                before(),
            ],
        ),
        (
            "oauthConsent",
            "id, clientId, userId, scopes, createdAt, updatedAt, consentGiven",
            vec![text("g1"), text("theirs"), text(ALICE), text("openid"), before(), before(), yes],
        ),
        ("jwks", "id, publicKey, privateKey, createdAt", vec![text(KEY), text(PUBLIC), text(&jwk), before()]),
        (
            "rateLimit",
            "id, key, count, lastRequest",
            vec![text("r1"), text("203.0.113.7/sign-in/email"), Expr::val(2), Expr::val(1_768_296_600_250_i64)],
        ),
    ]
}
