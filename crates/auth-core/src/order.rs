//! What an operator may order an app to do, by its command line.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::mount::StartError;
use crate::plugin::PluginId;

type Doing = Pin<Box<dyn Future<Output = Result<(), StartError>> + Send>>;

/// Something a plugin does when an operator orders it: `my-server run rotate-keys`.
#[derive(Clone)]
pub struct Order {
    /// The plugin.
    pub plugin: PluginId,
    /// The name, unique in an app: `rotate-keys`.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    pub(crate) run: Arc<dyn Fn() -> Doing + Send + Sync>,
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order").field("plugin", &self.plugin).field("name", &self.name).finish_non_exhaustive()
    }
}

impl Order {
    /// Does it.
    ///
    /// # Errors
    /// Why it could not be done, in the plugin's words.
    pub async fn carry_out(&self) -> Result<(), StartError> {
        (self.run)().await
    }
}
