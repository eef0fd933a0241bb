//! What the plugin adds.

use auth_core::{AuthContext, Contributions, Mount, Plugin, PluginId, RequestRefused};

use crate::entity::event;
use crate::log::{Log, keep_short};
use crate::refusals;

const ID: PluginId = "event-log";

/// The longest time events may be kept, in days: ten years.
const LONGEST: u64 = 3650;

/// A log of what happened, in the table `authEvent`: the plugin `event-log`.
#[derive(Clone, Debug)]
pub struct EventLog {
    days: u64,
    refusals: bool,
}

impl Default for EventLog {
    fn default() -> Self {
        Self::new()
    }
}

impl EventLog {
    /// The log with its defaults: refusals too, kept for 90 days.
    pub fn new() -> Self {
        Self { days: 90, refusals: true }
    }

    /// Days after which an event is deleted. Default 90; at most 3650, and 0 keeps all.
    #[must_use]
    pub fn kept_for_days(mut self, days: u64) -> Self {
        self.days = days;
        self
    }

    /// Whether refused requests are written too. Default true.
    #[must_use]
    pub fn refusals(mut self, on: bool) -> Self {
        self.refusals = on;
        self
    }
}

impl Plugin for EventLog {
    fn id(&self) -> PluginId {
        ID
    }

    fn contribute(&self, to: &mut Contributions) {
        to.about("Writes down what happens.");
        let _ = to.table::<event::Entity>();
        if self.days > LONGEST {
            to.refuse("kept_for_days", self.days, format!("use at most {LONGEST}, or 0 to keep all"));
        }
    }

    fn mount(&self, cx: &AuthContext) -> Mount {
        let log = Log::new(cx.clone());
        let mount = Mount::of(ID).on_every_in_transaction(log.clone());
        let mount = match self.days {
            0 => mount,
            days => {
                let log = log.clone();
                mount.at_start(async move {
                    tokio::spawn(keep_short(log, days));
                    Ok(())
                })
            }
        };
        if !self.refusals {
            return mount;
        }
        let (queue, writer) = refusals::queue(log);
        mount.on::<RequestRefused>(queue).at_start(async move {
            tokio::spawn(writer.run());
            Ok(())
        })
    }
}
