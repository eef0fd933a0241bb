//! The API description is held to what it says: every answer must be one it names.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::Value;

use crate::answer::Answer;

/// Judges an answer by the description of an app.
///
/// The status must be described for the operation, and the code of a refusal in JSON (`code`, or
/// `error` of OAuth) must be among the examples of its status. Preflights, paths that are not
/// described (the API reference, the app's own routes) and methods a path does not have are not judged.
pub(crate) fn judge(document: &Value, method: &Method, path: &str, answer: &Answer) -> Result<(), String> {
    let Some(item) = item(document, path) else { return Ok(()) };
    if *method == Method::OPTIONS || answer.status == StatusCode::METHOD_NOT_ALLOWED {
        return Ok(());
    }
    let told = format!("{method} {path} answered {}", answer.status.as_u16());
    let named = if *method == Method::HEAD { &Method::GET } else { method };
    let Some(operation) = item.get(named.as_str().to_ascii_lowercase()) else {
        return Err(format!("{told}, and its description has no such operation"));
    };
    let Some(response) = operation.get("responses").and_then(|all| all.get(answer.status.as_str())) else {
        return Err(format!("{told}, which its description does not name"));
    };
    let Some(code) = code(answer) else { return Ok(()) };
    let examples = response.pointer("/content/application~1json/examples").and_then(Value::as_object);
    let known: BTreeSet<&str> = examples.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    if known.contains(code.as_str()) {
        return Ok(());
    }
    Err(format!("{told} {code}, which its description does not name among {known:?}"))
}

/// The path of a description that a request is for: the one that fits with the fewest parameters.
fn item<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    let paths = document.get("paths")?.as_object()?;
    let fitting = paths.iter().filter(|(template, _)| fits(template, path));
    fitting.min_by_key(|(template, _)| template.matches('{').count()).map(|(_, item)| item)
}

/// Says whether a path is one of a template: `/clients/{id}` is any path of two segments that begins so.
fn fits(template: &str, path: &str) -> bool {
    let (mut expected, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (expected.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(_)) if part.starts_with("{*") => return true,
            (Some(part), Some(segment)) if part.starts_with('{') && !segment.is_empty() => {}
            (Some(part), Some(segment)) if part == segment => {}
            _ => return false,
        }
    }
}

/// The code of a refusal in JSON.
fn code(answer: &Answer) -> Option<String> {
    let is_json = answer.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    let refused = answer.status.is_client_error() || answer.status.is_server_error();
    let body: Value = serde_json::from_slice(&answer.body).ok().filter(|_| is_json && refused)?;
    let code = body.get("code").or_else(|| body.get("error"))?;
    code.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        let refused = |names: &[&str]| {
            let examples: serde_json::Map<String, Value> =
                names.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
            json!({ "content": { "application/json": { "examples": examples } } })
        };
        json!({ "paths": {
            "/token": { "post": { "responses": { "200": {}, "400": refused(&["invalid_grant", "invalid_request"]) } } },
            "/notes/{id}": { "get": { "responses": { "200": {}, "404": refused(&["NO_NOTE"]) } } },
            "/notes/new": { "post": { "responses": { "201": {} } } },
        } })
    }

    fn judged(method: &Method, path: &str, status: u16, body: &'static str) -> Result<(), String> {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        let answer = Answer { status: StatusCode::from_u16(status).unwrap(), headers, body: body.into() };
        judge(&document(), method, path, &answer)
    }

    #[test]
    fn what_is_described_may_be_answered() {
        assert_eq!(judged(&Method::POST, "/token", 200, r#"{"access_token":"a"}"#), Ok(()));
        assert_eq!(judged(&Method::POST, "/token", 400, r#"{"error":"invalid_grant"}"#), Ok(()));
        assert_eq!(judged(&Method::GET, "/notes/7", 404, r#"{"code":"NO_NOTE","message":"x"}"#), Ok(()));
        assert_eq!(judged(&Method::HEAD, "/notes/7", 200, ""), Ok(()));
        assert_eq!(judged(&Method::POST, "/notes/new", 201, r#"{"code":"a success has no code"}"#), Ok(()));
    }

    #[test]
    fn a_status_a_code_or_an_operation_nobody_described_may_not() {
        let told = |method, path, status, body| judged(method, path, status, body).unwrap_err();

        assert_eq!(
            told(&Method::POST, "/token", 418, ""),
            "POST /token answered 418, which its description does not name"
        );
        assert_eq!(
            told(&Method::POST, "/token", 400, r#"{"error":"invalid_foo"}"#),
            "POST /token answered 400 invalid_foo, which its description does not name among \
             {\"invalid_grant\", \"invalid_request\"}"
        );
        assert_eq!(
            told(&Method::DELETE, "/token", 200, ""),
            "DELETE /token answered 200, and its description has no such operation"
        );
        assert!(told(&Method::POST, "/notes/new", 404, "").contains("404"), "the path without parameters is meant");
    }

    #[test]
    fn what_is_not_described_at_all_is_not_judged() {
        for path in ["/", "/mcp", "/notes", "/notes/", "/notes/7/pages", "/token/"] {
            assert_eq!(judged(&Method::GET, path, 500, r#"{"code":"X"}"#), Ok(()), "{path}");
        }
        assert_eq!(judged(&Method::OPTIONS, "/token", 204, ""), Ok(()));
        assert_eq!(judged(&Method::PUT, "/token", 405, ""), Ok(()));
    }

    #[test]
    fn a_template_stands_for_one_segment_or_for_the_rest() {
        assert!(fits("/a/{b}/c", "/a/x/c") && fits("/a/{*rest}", "/a/x/y"));
        assert!(!fits("/a/{b}", "/a/") && !fits("/a/{b}", "/a/x/y") && !fits("/a", "/a/x"));
    }
}
