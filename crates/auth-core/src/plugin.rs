//! The plugin: data first, behaviour second.

use crate::context::AuthContext;
use crate::contributions::Contributions;
use crate::mount::Mount;

/// The name of a plugin, unique in an app: `oidc-provider`.
pub type PluginId = &'static str;

/// Something an app can be composed of.
///
/// `contribute` is data: it needs neither a database nor a secret, so the schema can be generated
/// anywhere. `mount` is behaviour: routes, hooks and handles. It never queries; what needs the
/// database at start is a start-up job.
pub trait Plugin: Send + Sync + 'static {
    /// The name, unique in an app.
    fn id(&self) -> PluginId;

    /// Adds tables, columns, limits and access rules, and says what is wrong with the options.
    fn contribute(&self, to: &mut Contributions);

    /// Returns routes, hooks, handles and start-up jobs.
    fn mount(&self, cx: &AuthContext) -> Mount;
}

/// Makes the list of plugins of an app: `plugins![EmailPassword::new(), Pages::new()]`.
#[macro_export]
macro_rules! plugins {
    ($($plugin:expr),* $(,)?) => {
        vec![$(Box::new($plugin) as Box<dyn $crate::Plugin>),*]
    };
}
