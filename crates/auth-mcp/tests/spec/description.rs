//! The API description, as somebody reads it who has nothing else: every operation is told in full.

use std::collections::{BTreeMap, BTreeSet};

use auth_core::{Auth, plugins};
use auth_email_password::EmailPassword;
use auth_pages::Pages;
use serde_json::Value;

use crate::mcp;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
const JSON: &str = "application/json";

fn auth() -> Auth {
    let plugins = plugins![EmailPassword::new(), Pages::new(), mcp()];
    Auth::builder("http://localhost:3000").plugins(plugins).assemble().unwrap()
}

fn document() -> Value {
    serde_json::to_value(auth().openapi()).unwrap()
}

/// Every operation, by method and path.
fn operations(document: &Value) -> BTreeMap<String, &Value> {
    let paths = document["paths"].as_object().unwrap();
    let mut found = BTreeMap::new();
    for (path, item) in paths {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                found.insert(format!("{method} {path}"), operation);
            }
        }
    }
    found
}

fn is_told(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A schema itself, where it is named.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(name) => document.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} is nowhere")),
        None => schema,
    }
}

/// Whether a reader is shown what a value looks like: the schema has an example, or every member
/// that must be there has one; where none must be, some has.
fn has_example(document: &Value, schema: &Value) -> bool {
    let schema = resolved(document, schema);
    if schema.get("example").is_some() || each(&schema["examples"]).next().is_some() {
        return true;
    }
    if let Some(items) = schema.get("items") {
        return has_example(document, items);
    }
    let choices = ["oneOf", "anyOf", "allOf"].into_iter().flat_map(|name| each(&schema[name]));
    if choices.into_iter().any(|choice| has_example(document, choice)) {
        return true;
    }
    let required: Vec<&str> = each(&schema["required"]).filter_map(Value::as_str).collect();
    if required.is_empty() {
        return members(&schema["properties"]).any(|(_, property)| has_example(document, property));
    }
    required.iter().all(|name| has_example(document, &schema["properties"][name]))
}

fn content_has_example(document: &Value, content: &Value) -> bool {
    content.get("example").is_some()
        || members(&content["examples"]).next().is_some()
        || has_example(document, &content["schema"])
}

/// Everything that is missing from the description of an operation.
fn missing(document: &Value, operation: &Value) -> Vec<String> {
    let mut missing = Vec::new();
    let mut demand = |there: bool, what: String| {
        if !there {
            missing.push(what);
        }
    };
    demand(is_told(&operation["summary"]), "a summary".to_owned());
    for parameter in each(&operation["parameters"]) {
        demand(is_told(&parameter["description"]), format!("a description of the parameter {}", parameter["name"]));
        demand(parameter["schema"].is_object(), format!("a schema of the parameter {}", parameter["name"]));
    }
    for (kind, content) in members(&operation["requestBody"]["content"]) {
        demand(content["schema"].is_object(), format!("a schema of the {kind} body"));
        demand(content_has_example(document, content), format!("an example of the {kind} body"));
    }
    let good = |status: &str| status.starts_with('2') || status.starts_with('3');
    let responses: Vec<(&String, &Value)> = members(&operation["responses"]).collect();
    demand(responses.iter().any(|(status, _)| good(status)), "a success or a redirect".to_owned());
    for (status, response) in responses {
        demand(is_told(&response["description"]), format!("a description of {status}"));
        for (kind, content) in members(&response["content"]) {
            demand(content["schema"].is_object(), format!("a schema of {status} {kind}"));
            let needs = kind == JSON && good(status);
            demand(!needs || content_has_example(document, content), format!("an example of {status} {kind}"));
        }
        let redirects = status.starts_with("30") && status != "304";
        demand(!redirects || response["headers"]["location"].is_object(), format!("the location of {status}"));
    }
    let schemes: BTreeSet<&String> =
        members(&document["components"]["securitySchemes"]).map(|(name, _)| name).collect();
    for (scheme, _) in each(&operation["security"]).flat_map(members) {
        demand(schemes.contains(scheme), format!("the security scheme {scheme}"));
    }
    let tags: Vec<&Value> = each(&operation["tags"]).collect();
    let listed =
        |tag: &Value| each(&document["tags"]).any(|known| known["name"] == *tag && is_told(&known["description"]));
    demand(matches!(tags.as_slice(), [tag] if listed(tag)), "one tag that is listed and described".to_owned());
    missing
}

#[test]
fn every_operation_is_told_in_full() {
    let document = document();

    let missing: Vec<String> = operations(&document)
        .into_iter()
        .flat_map(|(name, operation)| {
            missing(&document, operation).into_iter().map(move |what| format!("{name} lacks {what}"))
        })
        .collect();

    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(operations(&document).len() > 30, "the walk sees what there is");
}

#[test]
fn every_member_of_every_schema_is_told() {
    let document = document();

    let told_of =
        |schema: &Value| is_told(&schema["description"]) || is_told(&resolved(&document, schema)["description"]);

    let untold: Vec<String> = members(&document["components"]["schemas"])
        .flat_map(|(schema, told)| {
            let untold = members(&told["properties"])
                .filter(|(_, property)| !told_of(property) && !each(&property["oneOf"]).any(&told_of));
            untold.map(move |(name, _)| format!("{schema}.{name}"))
        })
        .collect();

    assert!(untold.is_empty(), "no word about {untold:?}");
}

#[test]
fn no_two_operations_share_a_name() {
    let document = document();
    let operations = operations(&document);

    let ids: BTreeSet<&str> = operations.values().filter_map(|operation| operation["operationId"].as_str()).collect();

    assert_eq!(ids.len(), operations.len());
}

#[test]
fn the_codes_of_oauth_are_listed_with_the_routes_that_answer_them() {
    let auth = auth();

    let of = |path: &str| -> Vec<(&str, u16)> {
        let here = auth.errors().iter().filter(|error| error.paths.iter().any(|known| known == path));
        here.map(|error| (error.code.code, error.code.status)).collect()
    };
    let token = of("/api/auth/oauth2/token");
    for known in [("invalid_grant", 400), ("invalid_client", 401), ("temporarily_unavailable", 429)] {
        assert!(token.contains(&known), "{known:?} is not among {token:?}");
    }
    assert_eq!(of("/api/auth/mcp/token"), token, "a second name answers the same");
    assert!(of("/api/auth/oauth2/userinfo").contains(&("insufficient_scope", 403)));
    assert!(of("/api/auth/oauth2/register").contains(&("invalid_redirect_uri", 400)));
}

#[test]
fn who_must_prove_what_is_told() {
    let document = document();
    let security = |path: &str, method: &str| {
        let ways = each(&document["paths"][path][method]["security"]).map(|way| members(way).map(|(name, _)| name));
        ways.map(|way| way.map(String::as_str).collect::<Vec<_>>().join("+")).collect::<Vec<_>>()
    };

    assert_eq!(security("/api/auth/oauth2/introspect", "post"), ["client"]);
    for path in ["/api/auth/oauth2/token", "/api/auth/oauth2/revoke"] {
        assert_eq!(security(path, "post"), ["", "client"], "a public client proves nothing");
    }
    assert_eq!(security("/api/auth/oauth2/userinfo", "get"), ["bearer"]);
    assert_eq!(security("/api/auth/mcp/get-session", "get"), ["", "bearer"], "without a token it tells of no session");
    assert_eq!(security("/api/auth/oauth2/consent", "post"), ["session"]);
    assert_eq!(security("/api/auth/oauth2/interaction", "get"), ["session"]);
}
