//! The names and the plugins of operations.

use std::collections::HashSet;

use utoipa::openapi::path::{Operation, PathItem};

use crate::mount::Mount;

/// Names every operation after its plugin, its method and its path, and files it under its plugin:
/// an alias is another operation.
///
/// The name does not depend on the base path: `email_password_post_sign_in_email`; what is at the
/// origin says so: `email_password_get_origin_sign_in`.
pub(super) fn name(mount: &mut Mount) {
    let mut taken = HashSet::new();
    let base = mount.base.iter_mut().map(|(by, router)| (*by, "", router));
    let origin = mount.origin.iter_mut().map(|(by, router)| (*by, "/origin", router));
    for (by, place, router) in base.chain(origin) {
        for (path, item) in &mut router.get_openapi_mut().paths.paths {
            for (method, operation) in of(item) {
                let mut name = plain(&format!("{by}/{method}{place}{path}"));
                while !taken.insert(name.clone()) {
                    name.push('_');
                }
                operation.operation_id = Some(name);
                operation.tags = Some(vec![by.to_owned()]);
            }
        }
    }
}

/// The operations of a path, by method.
pub(super) fn of(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("delete", &mut item.delete),
        ("patch", &mut item.patch),
        ("head", &mut item.head),
        ("options", &mut item.options),
        ("trace", &mut item.trace),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Joins the words of a text by one underscore each.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}
