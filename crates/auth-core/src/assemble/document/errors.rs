//! The errors of operations: what plugins declare, and what stands before every handler.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use utoipa::openapi::content::{Content, ContentBuilder};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Response};

use super::{operations, security};
use crate::access::Access;
use crate::assemble::described::described;
use crate::codes;
use crate::complaint::Complaint;
use crate::contributions::Contributions;
use crate::error::ErrorCode;
use crate::error_shape::ErrorShape;
use crate::http::rules::Rules;
use crate::mount::Mount;
use crate::plugin::PluginId;

const JSON: &str = "application/json";
const HTML: &str = "text/html";

/// A code, the plugin that declares it, and where it can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredError {
    /// The plugin that declares it.
    pub plugin: PluginId,
    /// The code.
    pub code: ErrorCode,
    /// The full paths of the routes, or none for a code of the core that stands on most of them.
    pub paths: Vec<String>,
}

/// Writes the errors of every operation into its description.
pub(super) fn complete(
    base_path: &str,
    mount: &mut Mount,
    table: &HashMap<String, Rules>,
    contributions: &Contributions,
) -> Vec<Complaint> {
    let base = mount.base.iter_mut().map(|(_, router)| (base_path, router));
    let origin = mount.origin.iter_mut().map(|(_, router)| ("", router));
    for (prefix, router) in base.chain(origin) {
        for (path, item) in &mut router.get_openapi_mut().paths.paths {
            let Some(rules) = table.get(&format!("{prefix}{path}")) else { continue };
            for (method, operation) in operations::of(item) {
                let by_itself = of_the_core(rules, method, operation);
                let declared = contributions.errors.iter().filter(|(_, path, _)| path.fits(&rules.template));
                let codes = declared.map(|(.., code)| *code).chain(by_itself);
                describe(operation, rules.errors, codes);
            }
        }
    }
    two_meanings(contributions)
}

/// Codes that are declared with two meanings.
fn two_meanings(contributions: &Contributions) -> Vec<Complaint> {
    let mut complaints = BTreeSet::new();
    let mut known: HashMap<&str, (PluginId, ErrorCode)> =
        codes::ALL.into_iter().map(|code| (code.code, ("core", code))).collect();
    for (by, _, code) in &contributions.errors {
        let (first, known) = *known.entry(code.code).or_insert((by, *code));
        if known != *code && !is_oauth(*code) {
            complaints
                .insert((*by, format!("declares the error {} otherwise than {first}; choose another", code.code)));
        }
        let spelled = |fits: fn(&u8) -> bool| code.code.bytes().all(|byte| fits(&byte) || byte == b'_');
        let upper = spelled(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if code.code.is_empty() || !(upper || spelled(u8::is_ascii_lowercase)) {
            complaints.insert((*by, format!("declares the error {:?}; use a code such as NOT_FOUND", code.code)));
        }
        if !(400..600).contains(&code.status) {
            complaints.insert((*by, format!("declares the error {} with the status {}", code.code, code.status)));
        }
    }
    complaints.into_iter().map(|(by, message)| Complaint::new(by, message)).collect()
}

/// What the gate and the extractors can answer before a handler is reached.
fn of_the_core(rules: &Rules, method: &str, operation: &Operation) -> Vec<ErrorCode> {
    let mut found = vec![codes::INTERNAL_SERVER_ERROR, codes::TIMED_OUT, codes::UNAVAILABLE];
    if !matches!(method, "get" | "head") && matches!(rules.access, Access::Session | Access::Navigation) {
        found.extend([codes::MISSING_OR_NULL_ORIGIN, codes::INVALID_ORIGIN]);
    }
    if !rules.limits.is_empty() {
        found.push(codes::TOO_MANY_REQUESTS);
    }
    if rules.errors != ErrorShape::Core {
        return found;
    }
    let in_query = |parameter: &RefOr<_>| match parameter {
        RefOr::T(utoipa::openapi::path::Parameter { parameter_in, .. }) => *parameter_in == ParameterIn::Query,
        RefOr::Ref(_) => false,
    };
    if operation.request_body.is_some() {
        found.extend([codes::VALIDATION_ERROR, codes::PAYLOAD_TOO_LARGE, codes::UNSUPPORTED_MEDIA_TYPE]);
    } else if operation.parameters.iter().flatten().any(in_query) {
        found.push(codes::VALIDATION_ERROR);
    }
    if needs_session(operation) {
        found.push(codes::UNAUTHORIZED);
    }
    found
}

/// Whether an operation is for people who are signed in, and for nobody else.
fn needs_session(operation: &Operation) -> bool {
    let ways: Vec<Vec<String>> = operation.security.iter().flatten().map(security::names_of).collect();
    ways.iter().any(|way| way.iter().any(|name| name == security::SESSION)) && !ways.iter().any(Vec::is_empty)
}

/// Adds codes to the responses of an operation, status by status.
fn describe(operation: &mut Operation, shape: ErrorShape, codes: impl Iterator<Item = ErrorCode>) {
    let mut by_status: BTreeMap<u16, BTreeMap<&str, ErrorCode>> = BTreeMap::new();
    for code in codes {
        let (status, name) = match shape {
            ErrorShape::OAuth => (code.status, code.in_oauth()),
            ErrorShape::Core | ErrorShape::Page => (code.status, code.code),
        };
        by_status.entry(status).or_default().entry(name).or_insert(code);
    }
    for (status, codes) in by_status {
        let response = operation.responses.responses.entry(status.to_string()).or_insert_with(|| {
            let messages: Vec<&str> = codes.values().map(|code| code.message.trim_end_matches('.')).collect();
            RefOr::T(ResponseBuilder::new().description(messages.join("; or: ")).build())
        });
        let RefOr::T(response) = response else { continue };
        match shape {
            ErrorShape::Core => examples(response, "core.ErrorBody", &codes, |_, code| match code.status {
                500 => json!({ "code": code.code, "message": code.message, "reference": "3f9a1c07b2d4" }),
                _ => json!({ "code": code.code, "message": code.message }),
            }),
            ErrorShape::OAuth => examples(
                response,
                "core.OAuthError",
                &codes,
                |name, code| json!({ "error": name, "error_description": code.message }),
            ),
            ErrorShape::Page => {
                let text =
                    || ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String).build()));
                response.content.entry(HTML.to_owned()).or_insert_with(|| RefOr::T(text().build()));
            }
        }
    }
}

/// Adds an example for each code to the JSON of a response.
fn examples(
    response: &mut Response,
    schema: &str,
    codes: &BTreeMap<&str, ErrorCode>,
    body: impl Fn(&str, ErrorCode) -> Value,
) {
    let content = response
        .content
        .entry(JSON.to_owned())
        .or_insert_with(|| RefOr::T(Content::new(Some(Ref::from_schema_name(schema)))));
    let RefOr::T(content) = content else { return };
    // One or many, never both.
    if let Some(example) = content.example.take() {
        content.examples.insert("example".to_owned(), RefOr::T(ExampleBuilder::new().value(Some(example)).build()));
    }
    for (name, code) in codes {
        let example = ExampleBuilder::new().summary(code.message).value(Some(body(name, *code))).build();
        content.examples.entry((*name).to_owned()).or_insert(RefOr::T(example));
    }
}

/// Every code of an app, the core's first, then in the order of the plugins.
pub(in crate::assemble) fn declared(
    base_path: &str,
    mount: &Mount,
    table: &HashMap<String, Rules>,
    contributions: &Contributions,
) -> Vec<DeclaredError> {
    let everywhere = |code| DeclaredError { plugin: "core", code, paths: Vec::new() };
    let mut found: Vec<DeclaredError> = codes::ALL.into_iter().map(everywhere).collect();
    let routes: Vec<String> = described(base_path, mount).into_iter().map(|route| route.path).collect();
    for (plugin, pattern, code) in &contributions.errors {
        let fits = |path: &&String| table.get(*path).is_some_and(|rules| pattern.fits(&rules.template));
        let paths = routes.iter().filter(fits).cloned();
        let at = found.iter().position(|error| error.plugin == *plugin && error.code == *code);
        match at.and_then(|at| found.get_mut(at)) {
            Some(error) => error.paths.extend(paths),
            None => found.push(DeclaredError { plugin, code: *code, paths: paths.collect() }),
        }
    }
    for error in &mut found {
        error.paths.sort();
        error.paths.dedup();
    }
    found
}

/// A code of OAuth is told with a description of the case, so that one code has many messages.
fn is_oauth(code: ErrorCode) -> bool {
    code.in_oauth() == code.code
}
