//! `cargo xtask recipes`: the files of `docs/recipes` are run by the real proxies, in front of the example, and
//! third-party clients sign in through them.
//!
//! Only what belongs to a machine is put in place: ports, and where the certificate is.

mod balancer;
mod place;
mod proxy;

use place::{Place, SECRET};
use proxy::{Kind, Proxy, Recipe};

use crate::clients;
use crate::counts::Counts;
use crate::example::{self, Example};
use crate::tool::{self, Failure, Outcome};

/// A client that signs in through every proxy: it looks at everything a proxy could spoil.
const CLIENT: &str = "openid-client";
/// The proxies that stand in front of one server.
const RECIPES: [Recipe; 3] = [
    Recipe { name: "nginx", file: "nginx.conf", kind: Kind::Nginx },
    Recipe { name: "nginx-paths", file: "nginx-paths.conf", kind: Kind::Nginx },
    Recipe { name: "caddy", file: "Caddyfile", kind: Kind::Caddy },
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let names = chosen(arguments)?;
    let (outcome, counts) = follow(&names);
    println!("{counts}");
    outcome
}

/// Every recipe.
pub(crate) fn all() -> (Outcome, Counts) {
    follow(&names())
}

fn names() -> Vec<&'static str> {
    RECIPES.iter().map(|recipe| recipe.name).chain([balancer::NAME]).collect()
}

fn chosen(arguments: &[String]) -> Result<Vec<&'static str>, Failure> {
    let known = names();
    if arguments.is_empty() {
        return Ok(known);
    }
    let find = |word: &String| known.iter().copied().find(|name| name == word);
    let unknown =
        |word: &String| Failure::Usage(format!("no recipe is called `{word}`; there are {}", known.join(", ")));
    arguments.iter().map(|word| find(word).ok_or_else(|| unknown(word))).collect()
}

fn follow(names: &[&str]) -> (Outcome, Counts) {
    let mut counts = Counts::default();
    let outcome = example::built("postgres").and_then(|program| {
        let place = Place::new(program)?;
        for recipe in RECIPES.iter().filter(|recipe| names.contains(&recipe.name)) {
            println!("-- {} in front of one server", recipe.file);
            in_front_of_one(recipe, &place, &mut counts)?;
        }
        if names.contains(&balancer::NAME) {
            balancer::follow(&place, &mut counts)?;
        }
        Ok(())
    });
    (outcome, counts)
}

fn in_front_of_one(recipe: &Recipe, place: &Place, counts: &mut Counts) -> Outcome {
    let folder = place.folder(recipe.name)?;
    let server = place::address()?;
    let proxy = Proxy::start(recipe, &folder, place, &[server])?;
    let settings = [("TRUSTED_PROXIES", "127.0.0.1"), ("AUTH_SECRET", SECRET)];
    let example = Example::behind(&proxy.base_url, (&place.program, &folder.join("server")), server, &settings)?;
    let routes = place.routes(&folder)?;
    let outcome = ["recipes", CLIENT].into_iter().try_for_each(|client| {
        println!("-- {client} against {} at {}", recipe.file, proxy.base_url);
        let prepare = |program: &mut std::process::Command| {
            program.env("BASE_URL", &proxy.base_url).env("ROUTES", &routes);
        };
        let (outcome, found) = clients::at_name(client, (place::HOST, &place.root()), prepare, |_| ());
        *counts += found;
        outcome
    });
    if outcome.is_err() {
        println!("-- the example's last lines:\n{}\n-- the proxy's:\n{}", example.log(), proxy.log());
    }
    outcome
}

/// What a file of a recipe says.
fn text(file: &str) -> Result<String, Failure> {
    let path = tool::root().join("docs/recipes").join(file);
    std::fs::read_to_string(&path).map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod test {
    use super::{Failure, chosen, names};

    #[test]
    fn without_arguments_every_recipe_is_followed() {
        assert_eq!(chosen(&[]).expect("no argument is fine"), names());
    }

    #[test]
    fn an_unknown_recipe_is_a_usage_error_that_names_those_there_are() {
        let outcome = chosen(&["apache".to_owned()]);

        assert!(matches!(outcome, Err(Failure::Usage(message)) if message.contains("nginx-paths, caddy, balancer")));
    }
}
