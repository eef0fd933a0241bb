//! The resources an app declares, by the URLs they have at its origin.

use auth_core::AuthContext;
use auth_protocol::resource::Resource;

use crate::complaints::WrongOption;
use crate::config::OidcProvider;
use crate::resource_server::{MAX_IDENTIFIER, ResourceServer};

impl OidcProvider {
    /// What is declared that tokens can be good for, in canonical form; what cannot be is a complaint.
    pub(crate) fn declared_resources(
        &self,
        cx: &AuthContext,
        complaints: &mut Vec<WrongOption>,
    ) -> Vec<(Resource, ResourceServer)> {
        let mut declared: Vec<(Resource, ResourceServer)> = Vec::new();
        for option in &self.resources {
            match Resource::parse(&absolute(cx, &option.identifier)) {
                Ok(resource) if declared.iter().any(|(known, _)| *known == resource) => {
                    complaints.push(WrongOption::text("resource", &option.identifier, "list it once"));
                }
                Ok(resource) if resource.as_str().len() > MAX_IDENTIFIER => {
                    let right = format!("use at most {MAX_IDENTIFIER} bytes for the whole URL");
                    complaints.push(WrongOption::text("resource", &option.identifier, &right));
                }
                Ok(resource) => declared.push((resource.clone(), ResourceServer::new(resource, option))),
                Err(_) => {
                    let right = "use a path such as \"/mcp\", or a whole https URL";
                    complaints.push(WrongOption::text("resource", &option.identifier, right));
                }
            }
        }
        declared
    }

    /// Complains about clients that may ask about tokens for what nobody declares. Where there are operators, they
    /// may make that while the app runs.
    pub(crate) fn judge_introspected(
        &self,
        cx: &AuthContext,
        declared: &[Resource],
        complaints: &mut Vec<WrongOption>,
    ) {
        let has_operators = self.managed_by.operators.is_some();
        for identifier in self.clients.iter().flat_map(|client| &client.introspects) {
            let right = match canonical(cx, identifier) {
                None => "use a path such as \"/mcp\", or a whole https URL",
                Some(resource) if !has_operators && !declared.contains(&resource) => "declare this resource too",
                Some(_) => continue,
            };
            complaints.push(WrongOption::text("client.introspects", identifier, right));
        }
    }
}

/// A resource that may be written as a path below the origin; none where it cannot be one.
pub(crate) fn canonical(cx: &AuthContext, identifier: &str) -> Option<Resource> {
    Resource::parse(&absolute(cx, identifier)).ok()
}

/// The whole URL of a resource that may be written as a path below the origin.
pub(crate) fn absolute(cx: &AuthContext, identifier: &str) -> String {
    if identifier.starts_with('/') { format!("{}{identifier}", cx.config().origin()) } else { identifier.to_owned() }
}
