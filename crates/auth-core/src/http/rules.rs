//! What applies to a route, worked out from what plugins declare for path patterns.

use std::sync::Arc;

use crate::access::Access;
use crate::error_shape::ErrorShape;
use crate::hooks::{After, Before, PathPattern};
use crate::plugin::PluginId;
use crate::rate_limit::RateLimit;

/// Everything that is declared for path patterns, by whatever plugin.
#[derive(Default)]
pub(crate) struct Declared {
    pub(crate) base_path: String,
    /// A second name of a route, and the route.
    pub(crate) aliases: Vec<(String, String)>,
    pub(crate) access: Vec<(PathPattern, Access)>,
    pub(crate) errors: Vec<(PathPattern, ErrorShape)>,
    pub(crate) limits: Vec<RateLimit>,
    pub(crate) before: Vec<(PluginId, PathPattern, Arc<dyn Before>)>,
    pub(crate) after: Vec<(PluginId, PathPattern, Arc<dyn After>)>,
}

/// What applies to one route.
#[derive(Clone)]
pub(crate) struct Rules {
    /// The full path, parameters blank: the name of the route in metrics.
    pub(crate) route: Arc<str>,
    /// The path hooks and limits know it by: without the base path, and of an alias that of its route.
    pub(crate) template: String,
    pub(crate) access: Access,
    pub(crate) errors: ErrorShape,
    pub(crate) limits: Vec<RateLimit>,
    pub(crate) before: Vec<(PluginId, Arc<dyn Before>)>,
    pub(crate) after: Vec<(PluginId, Arc<dyn After>)>,
}

impl Declared {
    /// The rules of a route at this full path, described or not.
    pub(crate) fn rules(&self, path: &str) -> Rules {
        let (below, own) = self.below(path);
        let alias = self.aliases.iter().find(|(alias, _)| alias == own);
        let template = alias.map_or(own, |(_, of)| of).to_owned();
        let declared = self.access.iter().rev().find(|(pattern, _)| pattern.fits(&template));
        // Trusts nobody where nothing was said.
        let place = if below { Access::Session } else { Access::Navigation };
        let access = declared.map_or(place, |(_, access)| *access);
        let errors = self.errors.iter().rev().find(|(pattern, _)| pattern.fits(&template));
        Rules {
            route: path.into(),
            access,
            errors: errors.map_or_else(|| ErrorShape::of(access), |(_, shape)| *shape),
            limits: self.limits.iter().filter(|limit| limit.path.fits(&template)).cloned().collect(),
            before: meant(&self.before, &template),
            after: meant(&self.after, &template),
            template,
        }
    }

    /// Whether a path is below the base path, and how rules write it. An app may have put all routes
    /// below a path of its own.
    pub(crate) fn below<'a>(&self, path: &'a str) -> (bool, &'a str) {
        match path.split_once(&self.base_path).filter(|(_, rest)| rest.starts_with('/')) {
            Some((_, own)) => (true, own),
            None => (false, path),
        }
    }
}

/// The hooks that a route has, in order.
fn meant<H: ?Sized>(hooks: &[(PluginId, PathPattern, Arc<H>)], template: &str) -> Vec<(PluginId, Arc<H>)> {
    hooks.iter().filter(|(_, path, _)| path.fits(template)).map(|(by, _, hook)| (*by, Arc::clone(hook))).collect()
}
