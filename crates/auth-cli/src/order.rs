//! `run`: what plugins offer to do on order.

use std::fmt::Write as _;

use auth_core::{AuthBuilder, Order};

use crate::arguments::Run;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

/// Carries out an order on the app's database, or lists what there is, which needs none.
pub(crate) async fn run(builder: AuthBuilder, how: &Run, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let Some(name) = &how.name else {
        console.text(&listed(builder.assemble()?.orders()))?;
        return Ok(Exit::Done);
    };
    let auth = Box::pin(builder.build()).await?;
    let Some(order) = auth.orders().iter().find(|order| order.name == name) else {
        console.error(&format!("nobody offers to do {name:?}; `run` alone lists what there is"));
        return Ok(Exit::Usage);
    };
    order.carry_out().await.map_err(Failure::App)?;
    console.message(&format!("Done: {name}."));
    Ok(Exit::Done)
}

fn listed(orders: &[Order]) -> String {
    let width = orders.iter().map(|order| order.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for order in orders {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:<width$}  {} [{}]", order.name, order.about, order.plugin);
    }
    text
}
