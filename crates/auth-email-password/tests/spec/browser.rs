//! What another site, or a cookie set beforehand, cannot do. CWE-352, CWE-384.

use auth_email_password::EmailPassword;
use serde_json::json;

use crate::app::{App, PASSWORD};

fn credentials() -> serde_json::Value {
    json!({ "name": "Alice Example", "email": "alice@example.com", "password": PASSWORD })
}

#[tokio::test]
async fn a_foreign_origin_is_refused_and_nothing_is_written() {
    let app = App::new().await;
    let cases: [&[(&str, &str)]; 4] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("cookie", "x=1")],
    ];

    for headers in cases {
        for path in ["/sign-up/email", "/sign-in/email"] {
            let reply = app.post_with(path, credentials(), headers).await;
            assert_eq!(reply.status, 403, "{path} {headers:?}");
            assert!(reply.cookies().is_empty());
        }
    }

    assert!(app.users().await.is_empty() && app.sessions().await.is_empty());
}

#[tokio::test]
async fn our_own_origin_and_programs_pass() {
    let app = App::new().await;
    app.sign_up("alice@example.com").await;

    for headers in
        [&[][..], &[("origin", "http://localhost:3000")], &[("referer", "http://localhost:3000/x"), ("cookie", "x=1")]]
    {
        assert_eq!(app.post_with("/sign-in/email", credentials(), headers).await.status, 200, "{headers:?}");
    }
}

#[tokio::test]
async fn the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let local = App::new().await;
    let public = App::of("https://auth.example.com", |builder| builder.plugin(EmailPassword::new())).await;

    let (local, public) = (local.sign_up("alice@example.com").await, public.sign_up("alice@example.com").await);

    let (local, public) = (local.cookies(), public.cookies());
    assert_eq!(local.len(), 1);
    let (_, plain) = &local["better-auth.session_token"];
    let (_, secure) = &public["__Host-better-auth.session_token"];
    for attribute in ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=604800"] {
        assert!(plain.contains(&attribute.to_owned()) && secure.contains(&attribute.to_owned()), "{attribute}");
    }
    assert!(secure.contains(&"Secure".to_owned()));
    assert!(!secure.iter().any(|attribute| attribute.starts_with("Domain")));
}

#[tokio::test]
async fn a_cookie_set_beforehand_is_never_adopted() {
    let app = App::new().await;
    let planted = app.sign_up("mallory@example.com").await.session_cookie();
    app.sign_up("alice@example.com").await;
    let headers = [("cookie", planted.as_str()), ("origin", "http://localhost:3000")];

    let reply = app.post_with("/sign-in/email", credentials(), &headers).await;

    assert_eq!(reply.status, 200);
    assert_ne!(reply.session_cookie(), planted);
    assert_eq!(app.session_of(&reply.session_cookie()).await["user"]["email"], "alice@example.com");
    assert!(app.session_of(&planted).await.is_null(), "the session the browser brought along is over");
}

#[tokio::test]
async fn a_cookie_we_did_not_sign_is_like_none() {
    let app = App::new().await;
    app.sign_up("alice@example.com").await;

    for value in ["x", "x.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D", &"y".repeat(5000)] {
        let cookie = format!("better-auth.session_token={value}");
        let headers = [("cookie", cookie.as_str()), ("origin", "http://localhost:3000")];
        let reply = app.post_with("/sign-in/email", credentials(), &headers).await;
        assert_eq!(reply.status, 200);
        assert_ne!(reply.session_cookie(), cookie);
    }
}

#[tokio::test]
async fn only_a_post_signs_anybody_in() {
    let app = App::new().await;

    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        let request = http::Request::builder().method(method).uri("/api/auth/sign-in/email");
        let reply = app.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(reply.status, 405, "{method}");
    }
}
