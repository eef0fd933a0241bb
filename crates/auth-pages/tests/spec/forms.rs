//! The forms: names of fields, and what people with a screen reader or a password manager need.

use auth_core::pages::{Pages as _, SignInView, SignUpView};
use auth_pages::Pages;

use crate::views;

#[test]
fn the_sign_in_form_sends_what_its_owner_reads() {
    let html = Pages::new().sign_in(&views::sign_in());

    for part in [
        "<form method=\"post\" action=\"/sign-in\">",
        "<input type=\"hidden\" name=\"csrf\" value=\"token-1\">",
        "name=\"email\" type=\"email\" autocomplete=\"username\"",
        "name=\"password\" type=\"password\" autocomplete=\"current-password\"",
        "name=\"rememberMe\" type=\"checkbox\"",
        "href=\"/sign-up?interaction=h1\"",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    assert!(!html.contains("role=\"alert\"") && !html.contains("to continue to"));
}

#[test]
fn the_sign_up_form_sends_what_its_owner_reads() {
    let html = Pages::new().sign_up(&views::sign_up());

    for part in [
        "name=\"name\" type=\"text\" autocomplete=\"name\"",
        "name=\"email\" type=\"email\" autocomplete=\"username\"",
        "name=\"password\" type=\"password\" autocomplete=\"new-password\" required minlength=\"8\"",
        "aria-describedby=\"password-hint\"",
        "At least 8 characters",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}

#[test]
fn a_problem_is_announced_and_tied_to_its_fields() {
    let error = Some("The e-mail address or the password is not right.".to_owned());
    let view = SignInView { email: "alice@example.com".to_owned(), error: error.clone(), ..views::sign_in() };
    let sign_in = Pages::new().sign_in(&view);
    let sign_up = Pages::new().sign_up(&SignUpView { error, ..views::sign_up() });

    assert!(sign_in.contains("<title>Error: Sign in"));
    assert!(sign_in.contains("value=\"alice@example.com\""));
    for html in [sign_in, sign_up] {
        assert!(html.contains("id=\"problem\" role=\"alert\">The e-mail address"));
        assert!(html.matches("problem\"").count() >= 4, "class, id and every field");
    }
}

#[test]
fn every_page_has_a_language_a_title_one_heading_and_one_main() {
    for (name, html) in views::filled_with("text") {
        assert!(html.contains("<html lang=\"en\">") && html.contains("<meta name=\"viewport\""), "{name}");
        for landmark in ["<title>", "<h1>", "<main ", "<header "] {
            assert_eq!(html.matches(landmark).count(), 1, "{name}: {landmark}");
        }
        let fields = html.matches("<input id=").count();
        assert_eq!(html.matches("<label for=").count(), fields, "{name}: every field has a label");
        assert!(html.matches(" autofocus").count() <= 1, "{name}");
    }
}

#[test]
fn where_sign_up_is_off_nothing_leads_there() {
    let html = Pages::new().sign_in(&SignInView { sign_up_url: None, ..views::sign_in() });

    assert!(!html.contains("Create an account"));
}
