//! Two servers on one PostgreSQL behind nginx, which asks them in turn; then one of them fails.

use std::process::Command;

use super::place::{self, Place, SECRET};
use super::proxy::{Kind, Proxy, Recipe};
use crate::counts::Counts;
use crate::example::Example;
use crate::tool::{Failure, Outcome};
use crate::{clients, databases};

pub(super) const NAME: &str = "balancer";
const RECIPE: Recipe = Recipe { name: NAME, file: "nginx-balancer.conf", kind: Kind::Nginx };
/// So many requests of a client have to reach each of two servers.
const FEW: usize = 20;
/// The client in whose middle a server fails, and what it says then: a code is used up, and tokens are there.
const INTERRUPTED: (&str, &str) = ("typescript", "ok none: the SDK exchanges the code");

pub(super) fn follow(place: &Place, counts: &mut Counts) -> Outcome {
    println!("-- {} in front of two servers on one PostgreSQL", RECIPE.file);
    let database = databases::postgres()?;
    let folder = place.folder(NAME)?;
    let servers = [place::address()?, place::address()?];
    let proxy = Proxy::start(&RECIPE, &folder, place, &servers)?;
    // Both find an empty database, and both may fill it.
    let settings = [
        ("TRUSTED_PROXIES", "127.0.0.1"),
        ("AUTH_SECRET", SECRET),
        ("DATABASE_URL", database.url.as_str()),
        ("SCHEMA", "apply"),
    ];
    let start =
        |name: &str, server| Example::behind(&proxy.base_url, (&place.program, &folder.join(name)), server, &settings);
    let (first, second) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| start("first", servers[0]));
        let second = start("second", servers[1]);
        (beside.join(), second)
    });
    let first = first.map_err(|_| Failure::Failed("a server could not be started".to_owned()))?;
    let (mut first, second) = (first?, second?);
    let outcome =
        both_answer(place, &proxy, servers, counts).and_then(|()| one_fails(place, &proxy, &mut first, counts));
    if outcome.is_err() {
        println!("-- the last lines of one server:\n{}\n-- of the other:\n{}", first.log(), second.log());
        println!("-- the proxy's:\n{}", proxy.log());
    }
    outcome
}

fn both_answer(place: &Place, proxy: &Proxy, servers: [std::net::SocketAddr; 2], counts: &mut Counts) -> Outcome {
    println!("-- {} against two servers in turn", super::CLIENT);
    let (outcome, found) = clients::at_name(super::CLIENT, (place::HOST, &place.root()), at(proxy), |_| ());
    *counts += found;
    outcome?;
    let answered = servers.map(|server| proxy.answered_by(server));
    println!("-- answered: {} and {}", answered[0], answered[1]);
    if answered.iter().any(|&answered| answered < FEW) {
        return Err(Failure::Failed(format!("the balancer asked one of two servers: {answered:?}")));
    }
    Ok(())
}

fn one_fails(place: &Place, proxy: &Proxy, server: &mut Example, counts: &mut Counts) -> Outcome {
    let (client, moment) = INTERRUPTED;
    println!("-- {client}, while one of two servers fails");
    let mut killed = None;
    let fails = |line: &str| {
        if killed.is_none() && line == moment {
            killed = Some(server.kill());
        }
    };
    // What was under way would be lost with the server: nobody else may say whether it was done.
    let prepare = |program: &mut Command| _ = program.env("BASE_URL", &proxy.base_url).env("STILL_AFTER", moment);
    let (outcome, found) = clients::at_name(client, (place::HOST, &place.root()), prepare, fails);
    *counts += found;
    outcome?;
    killed.unwrap_or_else(|| Err(Failure::Failed(format!("{client} never said `{moment}`"))))?;
    println!("-- one server failed after `{moment}`, and the other went on");
    Ok(())
}

fn at(proxy: &Proxy) -> impl FnOnce(&mut Command) {
    |program| _ = program.env("BASE_URL", &proxy.base_url)
}
