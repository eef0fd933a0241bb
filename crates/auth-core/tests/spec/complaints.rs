//! What is wrong with a configuration is told all at once.

use auth_core::{Auth, AuthBuilder, BuildError, Mount, Plugin, SchemaMode, plugins};

use crate::app::{ORIGIN, SECRET};
use crate::plugins::Tiny;

/// The complaints of an app that does not come up.
fn of(error: &BuildError) -> Vec<String> {
    let BuildError::Configuration(complaints) = error else { panic!("{error}") };
    complaints.iter().map(ToString::to_string).collect()
}

async fn complaints(builder: AuthBuilder) -> Vec<String> {
    of(&builder.build().await.unwrap_err())
}

fn fine() -> AuthBuilder {
    Auth::builder(ORIGIN).database("sqlite::memory:").secret(SECRET).schema_mode(SchemaMode::Apply)
}

#[tokio::test]
async fn all_complaints_come_at_once() {
    let builder = Auth::builder("http://auth.example.com/x?y")
        .base_path("api/auth/")
        .secret("short")
        .trusted_origin("app.example.com")
        .plugin(Tiny::named("first").adds(|to| to.refuse("size", 0, "use 1 or more")))
        .plugin(Tiny::named("second").adds(|to| to.needs("third")))
        .plugin(Tiny::named("second"))
        .app_schema(|to| to.table_spec(auth_core::schema::TableSpec::new("user").key("id")));

    let error = builder.build().await.unwrap_err();

    insta::assert_snapshot!(error.to_string(), @r#"
    the configuration has 9 problem(s):
      - core: trusted_origin is "app.example.com", which is not an origin; use one such as https://app.example.com
      - core: secret is 5 bytes long; use at least 32 random bytes, such as `openssl rand -base64 32` draws
      - core: database is not set; pass --database-url or set DATABASE_URL
      - core: base_path is "api/auth/"; use a path such as /api/auth
      - core: base_url is "http://auth.example.com/x?y", which is http on a host other than this machine; use an origin such as https://auth.example.com
      - first: size is 0; use 1 or more
      - second: is listed twice; keep one
      - second: needs "third", which no listed plugin is or provides; add one that does
      - schema: app and core both own user
    "#);
}

#[tokio::test]
async fn what_plugins_complain_of_when_mounted_comes_with_the_rest() {
    let builder = Auth::builder(ORIGIN)
        .secret("short")
        .plugin(Tiny::named("first").adds(|to| to.complain("is data")))
        .plugin(Tiny::named("second").mounts(|_, mount| mount.complain("is behaviour").before("/nowhere", Never)));

    assert_eq!(
        complaints(builder).await,
        [
            "core: secret is 5 bytes long; use at least 32 random bytes, such as `openssl rand -base64 32` draws",
            "core: database is not set; pass --database-url or set DATABASE_URL",
            "first: is data",
            "second: is behaviour",
            "second: has a rule for /nowhere, and no such route exists",
        ]
    );
}

struct Never;

#[async_trait::async_trait]
impl auth_core::Before for Never {
    async fn before(&self, _: &mut http::request::Parts) -> Result<(), auth_core::Stop> {
        Ok(())
    }
}

#[tokio::test]
async fn a_weak_secret_is_refused_and_not_shown() {
    for secret in ["hunter2", &"a".repeat(64), "better-auth-secret-12345678901234567890"] {
        let found = complaints(fine().secret(secret)).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("core: secret is ") && !found[0].contains(secret), "{found:?}");
    }
    let none = Auth::builder(ORIGIN).database("sqlite::memory:").schema_mode(SchemaMode::Apply);
    assert_eq!(complaints(none).await, ["core: secret is not set; set AUTH_SECRET to at least 32 random bytes"]);
    let failing = fine().secret_from(|| Err("the key store does not answer".to_owned()));
    assert_eq!(complaints(failing).await, ["core: the key store does not answer"]);
}

/// The text of every page of documentation in this workspace.
fn documentation() -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = vec![root.clone(), root.join("docs"), root.join("docs/guides")];
    for parent in ["crates", "examples"] {
        folders.extend(std::fs::read_dir(root.join(parent)).unwrap().map(|entry| entry.unwrap().path()));
    }
    let files = folders.iter().filter_map(|folder| folder.read_dir().ok()).flatten();
    let pages = files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "md"));
    pages.map(|page| std::fs::read_to_string(page).unwrap()).collect()
}

#[tokio::test]
async fn a_secret_that_stands_in_our_documentation_is_for_this_machine_only() {
    let mut printed = 0;
    for page in documentation() {
        for rest in page.split(".secret(\"").skip(1) {
            let secret = rest.split('"').next().unwrap();
            let at = |url| {
                let app = Auth::builder(url).database("sqlite::memory:").schema_mode(SchemaMode::Apply);
                app.secret(secret)
            };

            assert!(at(ORIGIN).build().await.is_ok(), "{secret}");
            assert_eq!(
                complaints(at("https://auth.example.com")).await,
                [
                    "core: secret is one that stands in public documentation; use at least 32 random bytes, such as `openssl rand \
                  -base64 32` draws"
                ],
                "{secret}"
            );
            printed += 1;
        }
    }
    assert!(printed >= 4, "{printed}");
}

#[tokio::test]
async fn http_is_for_this_machine_only() {
    for url in ["http://auth.example.com", "http://10.0.0.1:3000", "http://localhost.example.com"] {
        let app = Auth::builder(url).database("sqlite::memory:").secret(SECRET).schema_mode(SchemaMode::Apply);
        let found = complaints(app).await;
        assert!(matches!(found.as_slice(), [only] if only.contains("is http on a host other than")), "{found:?}");
    }
    for url in ["http://localhost", "http://127.0.0.1:8080", "http://[::1]:3000", "https://auth.example.com"] {
        let app = Auth::builder(url).database("sqlite::memory:").secret(SECRET).schema_mode(SchemaMode::Apply);
        assert!(app.build().await.is_ok(), "{url}");
    }
}

#[tokio::test]
async fn a_database_of_no_known_kind_is_refused_and_its_password_masked() {
    for url in ["oracle://me:hunter2@db/app", "postgres://db/app?user=me&password=hunter2", "hunter2"] {
        if cfg!(feature = "postgres") && url.starts_with("postgres") {
            continue;
        }
        let found = complaints(fine().database(url)).await;
        assert!(matches!(found.as_slice(), [only] if only.contains("is not understood")), "{found:?}");
        assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    }
}

#[tokio::test]
async fn a_plugin_listed_twice_is_told_once() {
    let twice = plugins![Tiny::named("notes"), Tiny::named("notes")];

    assert_eq!(complaints(fine().plugins(twice)).await, ["notes: is listed twice; keep one"]);
    assert_eq!(complaints(fine().plugin(Tiny::named("core"))).await, ["core: is listed twice; keep one"]);
}

#[tokio::test]
async fn a_plugin_listed_beside_its_wrapper_is_told() {
    struct Wrapper(Tiny);

    impl Plugin for Wrapper {
        fn id(&self) -> auth_core::PluginId {
            "wrapper"
        }

        fn contribute(&self, to: &mut auth_core::Contributions) {
            to.include(&self.0);
        }

        fn mount(&self, cx: &auth_core::AuthContext) -> Mount {
            Mount::of(self.id()).include(self.0.mount(cx))
        }
    }

    let inner = || Tiny::named("inner").adds(|to| to.needs("wrapper"));
    assert!(fine().plugin(Wrapper(inner())).build().await.is_ok(), "an included plugin is listed");
    let twice = fine().plugin(Wrapper(inner())).plugin(inner());
    assert_eq!(complaints(twice).await, ["inner: is listed twice; keep one"]);
}

#[tokio::test]
async fn a_plugin_that_is_missing_is_named_with_who_needs_it() {
    let needy = Tiny::named("mail").adds(|to| to.needs("smtp"));

    assert_eq!(
        complaints(fine().plugin(needy)).await,
        ["mail: needs \"smtp\", which no listed plugin is or provides; add one that does"]
    );
    let needy = Tiny::named("mail").adds(|to| to.needs("smtp"));
    assert!(fine().plugins(plugins![needy, Tiny::named("smtp")]).build().await.is_ok(), "the order does not matter");
    let needy = Tiny::named("mail").adds(|to| to.needs("smtp"));
    let other = Tiny::named("mailgun").adds(|to| to.provides("smtp"));
    assert!(fine().plugins(plugins![needy, other]).build().await.is_ok(), "what a plugin provides is there");
    let needy = Tiny::named("mail").adds(|to| to.needs("smtp"));
    let app = fine().plugin(needy).app_schema(|to| to.provides("smtp"));
    assert!(app.build().await.is_ok(), "the app may provide it itself");
}

#[tokio::test]
async fn what_the_schema_and_the_description_are_made_from_needs_no_database_and_no_secret() {
    let app = || {
        Auth::builder("http://auth.example.com")
            .secret_from(|| panic!("nobody asks for it"))
            .plugin(Tiny::named("notes"))
    };
    let named = Auth::builder(ORIGIN).secret_from(|| panic!("nobody asks for it")).plugin(Tiny::named("notes"));

    assert_eq!(app().schema().unwrap().tables().len(), 5, "not even a base URL that would do");
    assert!(named.assemble().unwrap().openapi().paths.paths.contains_key("/api/auth/ok"));
}

#[tokio::test]
async fn a_handle_that_nobody_exposes_is_told_by_its_type() {
    #[derive(Clone, Debug, PartialEq)]
    struct Key(u8);
    let plugin = Tiny::named("keys").mounts(|_, mount| mount.expose(Key(7)));

    let auth = fine().plugin(plugin).build().await.unwrap();

    assert_eq!(auth.handle::<Key>().unwrap(), Key(7));
    assert_eq!(auth.handle::<u8>().unwrap_err().to_string(), "no plugin exposes a u8; is the plugin listed?");
}

#[test]
fn a_builder_shows_no_secret() {
    let builder = Auth::builder(ORIGIN).secret(SECRET).database("postgres://me:hunter2@db/app");

    let shown = format!("{builder:?}");

    assert!(shown.contains("postgres://me:***@db/app"), "{shown}");
    assert!(!shown.contains(SECRET), "{shown}");
}
