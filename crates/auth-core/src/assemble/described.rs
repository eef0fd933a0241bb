//! The routes of all plugins, as their descriptions tell them.

use utoipa::openapi::path::PathItem;

use crate::mount::Mount;
use crate::plugin::PluginId;

/// One route as the description tells it: where, how, and whose.
pub(super) struct Described<'a> {
    pub(super) by: PluginId,
    pub(super) path: String,
    pub(super) item: &'a PathItem,
}

/// Every route, those below the base path first.
pub(super) fn described<'a>(base_path: &str, mount: &'a Mount) -> Vec<Described<'a>> {
    let base = mount.base.iter().map(|(by, router)| (by, router, base_path));
    let origin = mount.origin.iter().map(|(by, router)| (by, router, ""));
    base.chain(origin)
        .flat_map(|(by, router, prefix)| {
            router.get_openapi().paths.paths.iter().map(move |(path, item)| Described {
                by,
                path: format!("{prefix}{path}"),
                item,
            })
        })
        .collect()
}

/// The methods a path answers, by name.
pub(super) fn methods(item: &PathItem) -> Vec<&'static str> {
    [
        ("GET", item.get.is_some()),
        ("POST", item.post.is_some()),
        ("PUT", item.put.is_some()),
        ("DELETE", item.delete.is_some()),
        ("PATCH", item.patch.is_some()),
        ("HEAD", item.head.is_some()),
        ("OPTIONS", item.options.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, there)| there.then_some(name))
    .collect()
}
