//! The consent page says who asks, for what and where the answer goes.

use auth_core::pages::{ConsentView, Pages as _};
use auth_pages::Pages;

use crate::views;

#[test]
fn it_names_the_client_the_hosts_the_scopes_the_resources_and_the_account() {
    let html = Pages::new().consent(&ConsentView { redirect_target: "cursor:".to_owned(), ..views::consent() });

    for part in [
        "<bdi>Example Assistant</bdi>",
        "<bdi>assistant.example</bdi>",
        "<bdi>cursor:</bdi>",
        "<bdi>Change your notes</bdi>",
        "<code>notes:write</code>",
        "<bdi>https://notes.example/mcp</bdi>",
        "<bdi>alice@example.com</bdi>",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    assert!(!html.contains("program on this device"));
}

#[test]
fn deny_comes_first_so_that_enter_never_allows_by_accident() {
    let html = Pages::new().consent(&views::consent());

    let deny = html.find("name=\"decision\" value=\"deny\"").unwrap();
    let allow = html.find("name=\"decision\" value=\"allow\"").unwrap();
    assert!(deny < allow, "the first submit button is what Enter presses, HTML §4.10.21.2");
    assert!(!html.contains("autofocus"));
}

#[test]
fn a_program_on_this_machine_is_warned_of() {
    let html = Pages::new().consent(&ConsentView { local_program: true, ..views::consent() });

    assert!(html.contains("id=\"warning\"") && html.contains("aria-describedby=\"warning\""));
}
