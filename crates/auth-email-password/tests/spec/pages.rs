//! The form pages: what they carry, what they check, where they lead.

use auth_email_password::EmailPassword;
use auth_pages::Pages;

use crate::app::{App, Browser, ORIGIN, PASSWORD};

const ALICE: [(&str, &str); 3] = [("name", "Alice Example"), ("email", "alice@example.com"), ("password", PASSWORD)];

/// A page, what is filled in, the status and some words of the answer.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], u16, &'a str);

#[tokio::test]
async fn a_person_signs_up_and_in_by_form() {
    let app = App::new().await;

    let up = Browser::of(&app).fill("/sign-up", &ALICE).await;
    let mut browser = Browser::of(&app);
    let into = browser.fill("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]).await;

    for reply in [&up, &into] {
        assert_eq!((reply.status.as_u16(), reply.header("location")), (200, ""), "there is nowhere to go");
        assert!(reply.text.contains("<h1>You are signed in</h1>") && reply.text.contains("alice@example.com"));
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(reply.header("content-security-policy").starts_with("default-src 'none'"));
    }
    assert_eq!(app.session_of(&browser.cookie_header()).await["user"]["name"], "Alice Example");
    assert!(up.cookies()["better-auth.session_token"].1.iter().any(|part| part.starts_with("Max-Age")));
    assert!(!into.cookies()["better-auth.session_token"].1.iter().any(|part| part.starts_with("Max-Age")));
}

#[tokio::test]
async fn the_box_keeps_the_session_after_the_browser_is_closed() {
    let app = App::new().await;
    app.sign_up("alice@example.com").await;
    let fields = [("email", "alice@example.com"), ("password", PASSWORD), ("rememberMe", "true")];

    let reply = Browser::of(&app).fill("/sign-in", &fields).await;

    assert!(reply.cookies()["better-auth.session_token"].1.contains(&"Max-Age=604800".to_owned()));
}

#[tokio::test]
async fn a_form_is_shown_again_with_what_was_typed_and_never_the_password() {
    let app = App::new().await;
    app.sign_up("taken@example.com").await;
    let cases: [Case<'_>; 7] = [
        ("/sign-in", &[("email", "no-address"), ("password", "typed-password")], 400, "Enter your e-mail address"),
        ("/sign-in", &[("email", "taken@example.com"), ("password", "")], 400, "Enter your password"),
        ("/sign-in", &[("email", "taken@example.com"), ("password", "typed-password")], 401, "is not right"),
        (
            "/sign-up",
            &[("name", ""), ("email", "b@example.com"), ("password", "typed-password")],
            400,
            "Enter your name",
        ),
        ("/sign-up", &[("name", "B"), ("email", "b@example.com"), ("password", "typed-p")], 400, "at least 8"),
        ("/sign-up", &[("name", "B"), ("email", "b"), ("password", "typed-password")], 400, "Enter your e-mail"),
        (
            "/sign-up",
            &[("name", "B"), ("email", "taken@example.com"), ("password", "typed-password")],
            422,
            "already an account",
        ),
    ];

    for (path, fields, status, words) in cases {
        let reply = Browser::of(&app).fill(path, fields).await;
        assert_eq!(reply.status, status, "{fields:?}");
        assert!(reply.text.contains(words), "{words} is missing in {}", reply.text);
        assert!(reply.text.contains("role=\"alert\"") && !reply.text.contains("typed-p"));
        for (name, value) in fields.iter().filter(|(name, _)| *name != "password") {
            assert!(reply.text.contains(&format!("value=\"{value}\"")), "{name}");
        }
        assert!(!reply.cookies().contains_key("better-auth.session_token"));
    }

    assert_eq!(app.users().await.len(), 1);
}

#[tokio::test]
async fn a_form_without_the_token_of_this_browser_does_nothing() {
    let app = App::new().await;
    app.sign_up("bob@example.com").await;
    let other = Browser::of(&app).open("/sign-up").await;
    let foreign = crate::app::attribute(&other.text, "name=\"csrf\"", "value").unwrap();

    for (path, token) in [("/sign-up", ""), ("/sign-up", "x"), ("/sign-up", &*foreign), ("/sign-in", &*foreign)] {
        let mut browser = Browser::of(&app);
        let page = browser.open(path).await;
        let mut fields = ALICE.to_vec();
        fields.push(("csrf", token));
        let reply = browser.submit(&page, &fields).await;
        assert_eq!(reply.status, 403);
        assert!(reply.text.contains("out of date") && reply.text.contains("value=\"alice@example.com\""));
        assert!(!reply.cookies().contains_key("better-auth.session_token"));
        let again = crate::app::attribute(&reply.text, "name=\"csrf\"", "value").unwrap();
        assert!(again.len() == 43 && again != token, "the form shown again can be sent");
        if path == "/sign-up" {
            assert_eq!(app.users().await.len(), 1);
        }
    }
}

#[tokio::test]
async fn without_its_cookie_a_browser_gets_a_new_one_and_can_try_again() {
    let app = App::new().await;
    let mut browser = Browser::of(&app);
    let page = browser.open("/sign-up").await;
    browser.cookies.clear();

    let refused = browser.submit(&page, &ALICE).await;
    let done = browser.submit(&refused, &ALICE).await;

    assert_eq!((refused.status.as_u16(), done.status.as_u16()), (403, 200));
}

#[tokio::test]
async fn a_form_from_another_site_does_nothing() {
    let app = App::new().await;
    let mut browser = Browser::of(&app);
    let page = browser.open("/sign-up").await;
    let token = crate::app::attribute(&page.text, "name=\"csrf\"", "value").unwrap();
    let mut fields = ALICE.to_vec();
    fields.push(("csrf", &token));

    for origin in ["https://evil.example", "null", "http://localhost:3001"] {
        assert_eq!(browser.post("/sign-up", &fields, origin).await.status, 403, "{origin}");
    }

    assert!(app.users().await.is_empty());
    assert_eq!(browser.post("/sign-up", &fields, ORIGIN).await.status, 200, "the same form from here");
}

#[tokio::test]
async fn a_callback_here_or_at_a_trusted_origin_is_followed() {
    let app = App::of(ORIGIN, |builder| {
        let plugin = EmailPassword::new();
        builder.rate_limits(false).trusted_origin("https://app.example.com").plugin(plugin).plugin(Pages::new())
    })
    .await;
    app.sign_up("alice@example.com").await;

    for (query, location, target) in [
        ("/sign-in?callbackURL=%2Fdashboard%3Fx%3D1%26y%3D2", "/dashboard?x=1&y=2", "form-action 'self'"),
        (
            "/sign-in?callbackURL=https%3A%2F%2Fapp.example.com%2Fhome",
            "https://app.example.com/home",
            "form-action 'self' https://app.example.com",
        ),
    ] {
        let mut browser = Browser::of(&app);
        let page = browser.open(query).await;
        let reply = browser.submit(&page, &ALICE[1..]).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, location));
        assert!(page.header("content-security-policy").ends_with(target), "{page:?}");
    }
}

#[tokio::test]
async fn a_callback_elsewhere_is_dropped_from_a_page_and_refused_in_a_form() {
    let app = App::new().await;
    app.sign_up("alice@example.com").await;
    let mut browser = Browser::of(&app);

    let page = browser.open("/sign-in?callbackURL=https%3A%2F%2Fevil.example").await;
    assert!(page.status == 200 && !page.text.contains("evil.example"));
    let mut fields = ALICE.to_vec();
    fields.push(("callbackURL", "//evil.example"));
    let reply = browser.submit(&page, &fields).await;

    assert_eq!(reply.status, 403);
    assert!(!reply.text.contains("evil.example") && !reply.cookies().contains_key("better-auth.session_token"));
    assert!(browser.submit(&reply, &ALICE[1..]).await.text.contains("<h1>You are signed in</h1>"));
}

#[tokio::test]
async fn pages_are_never_stored_framed_or_scripted() {
    let app = App::new().await;
    let mut browser = Browser::of(&app);

    for path in ["/sign-in", "/sign-up", "/sign-in?interaction=a&interaction=b"] {
        let page = browser.open(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self'"));
        assert!(!page.text.contains("<script"));
    }
}

#[tokio::test]
async fn the_page_links_to_a_stylesheet_that_is_there() {
    let app = App::new().await;
    let mut browser = Browser::of(&app);
    let page = browser.open("/sign-in").await;

    let href = crate::app::attribute(&page.text, "<link rel=\"stylesheet\"", "href").unwrap();

    assert_eq!(browser.open(&href).await.status, 200);
}

#[tokio::test]
async fn somebody_signed_in_still_sees_the_form() {
    let app = App::new().await;
    let mut browser = Browser::of(&app);
    browser.fill("/sign-up", &ALICE).await;

    let page = browser.open("/sign-in").await;

    assert!(page.status == 200 && page.text.contains("<h1>Sign in</h1>"));
}
