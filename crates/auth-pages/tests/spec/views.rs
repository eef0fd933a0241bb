//! Views to render, with one text in every place that somebody else can fill.

use auth_core::pages::{
    ConfirmView, ConsentView, ErrorView, FormTarget, Hidden, NoticeView, Pages as _, ScopeView, SignInView, SignUpView,
};
use auth_pages::Pages;

fn form(action: &str, value: &str) -> FormTarget {
    FormTarget { action: action.to_owned(), hidden: vec![Hidden { name: "csrf", value: value.to_owned() }] }
}

pub(crate) fn sign_in() -> SignInView {
    SignInView {
        app_name: "Notes".to_owned(),
        form: form("/sign-in", "token-1"),
        email: String::new(),
        error: None,
        sign_up_url: Some("/sign-up?interaction=h1".to_owned()),
        client_name: None,
    }
}

pub(crate) fn sign_up() -> SignUpView {
    SignUpView {
        app_name: "Notes".to_owned(),
        form: form("/sign-up", "token-1"),
        name: String::new(),
        email: String::new(),
        error: None,
        sign_in_url: "/sign-in".to_owned(),
        min_password: 8,
        client_name: None,
    }
}

pub(crate) fn consent() -> ConsentView {
    ConsentView {
        app_name: "Notes".to_owned(),
        form: form("/consent", "token-1"),
        client_name: "Example Assistant".to_owned(),
        client_host: Some("assistant.example".to_owned()),
        redirect_target: "assistant.example".to_owned(),
        local_program: false,
        scopes: vec![ScopeView { name: "notes:write".to_owned(), description: "Change your notes".to_owned() }],
        resources: vec!["https://notes.example/mcp".to_owned()],
        account: "alice@example.com".to_owned(),
    }
}

/// Every page, with this text wherever a text can stand.
pub(crate) fn filled_with(text: &str) -> Vec<(&'static str, String)> {
    let pages = Pages::new();
    let text = || text.to_owned();
    let form = || form(&text(), &text());
    vec![
        (
            "sign-in",
            pages.sign_in(&SignInView {
                app_name: text(),
                form: form(),
                email: text(),
                error: Some(text()),
                sign_up_url: Some(text()),
                client_name: Some(text()),
            }),
        ),
        (
            "sign-up",
            pages.sign_up(&SignUpView {
                app_name: text(),
                form: form(),
                name: text(),
                email: text(),
                error: Some(text()),
                sign_in_url: text(),
                min_password: 8,
                client_name: Some(text()),
            }),
        ),
        (
            "consent",
            pages.consent(&ConsentView {
                app_name: text(),
                form: form(),
                client_name: text(),
                client_host: Some(text()),
                redirect_target: text(),
                local_program: true,
                scopes: vec![ScopeView { name: text(), description: text() }],
                resources: vec![text()],
                account: text(),
            }),
        ),
        (
            "confirm",
            pages.confirm(&ConfirmView {
                app_name: text(),
                title: text(),
                message: text(),
                form: form(),
                button: text(),
            }),
        ),
        (
            "error",
            pages.error(&ErrorView {
                app_name: text(),
                title: text(),
                message: text(),
                hint: Some(text()),
                reference: Some(text()),
                retry_url: Some(text()),
            }),
        ),
        ("notice", pages.notice(&NoticeView { app_name: text(), title: text(), message: text() })),
    ]
}
