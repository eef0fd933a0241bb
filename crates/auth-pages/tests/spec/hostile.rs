//! What a stranger can put into a page: CWE-79, and names that pretend to be the page.

use auth_core::pages::{ConsentView, Pages as _};
use auth_pages::Pages;

use crate::views;

#[test]
fn no_value_breaks_out_of_its_place() {
    for attack in
        ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' autofocus onfocus='x", "</title><b>"]
    {
        for (name, html) in views::filled_with(attack) {
            assert!(!html.contains(attack), "{name}: {attack}");
            assert!(!html.contains("<img") && !html.contains("<b>"), "{name}: {attack}");
        }
    }
}

#[test]
fn no_page_has_script_or_style_of_its_own() {
    for (name, html) in views::filled_with("text") {
        let html = html.to_ascii_lowercase();
        for banned in ["<script", "<style", "style=", "javascript:", "http:", "https:", "onclick", "onload", "onerror"]
        {
            assert!(!html.contains(banned), "{name} has {banned}");
        }
    }
}

#[test]
fn the_name_of_a_client_is_isolated_and_cut() {
    let spoof = "\u{202e}tnuocca ruoy morf ".to_owned() + &"x".repeat(500);

    let html = Pages::new().consent(&ConsentView { client_name: spoof, ..views::consent() });

    assert!(html.contains("<bdi>\u{202e}"), "its direction ends with it");
    assert!(!html.contains(&"x".repeat(81)) && html.contains("x…</bdi>"), "it cannot push the rest away");
}
