//! The paths that a proxy has to forward are those of the routes there are.

use super::markdown::code;
use crate::tidy::{Finding, Tree};

const GUIDE: &str = "docs/guides/behind-a-proxy.md";
const ROUTES: &str = "docs/reference/routes.txt";
const HEADING: &str = "## Forward these paths";

/// Every route is at or below a path of the guide's table, and every path leads to some route.
pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let (Some(guide), Some(routes)) = (tree.file(GUIDE), tree.file(ROUTES)) else { return Vec::new() };
    let told = told(&guide.text);
    let routes: Vec<&str> = routes.text.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    let missing = routes.iter().filter(|route| !told.iter().any(|(_, path)| is_below(route, path))).map(|route| {
        let wrong = format!("a proxy that forwards these paths does not forward `{route}`");
        Finding::error(GUIDE, wrong, "put its path into the table, and into docs/recipes/nginx-paths.conf")
    });
    let idle = told.iter().filter(|(_, path)| !routes.iter().any(|route| is_below(route, path)));
    let idle = idle.map(|(line, path)| {
        Finding::error(GUIDE, format!("no route is at or below `{path}`"), "take it out of the table").at(*line)
    });
    missing.chain(idle).collect()
}

/// The paths of the table, each with its line.
fn told(guide: &str) -> Vec<(usize, String)> {
    let lines = guide.lines().enumerate().skip_while(|(_, line)| *line != HEADING).skip(1);
    let section = lines.take_while(|(_, line)| !line.starts_with("## "));
    let rows = section.filter_map(|(index, line)| Some((index + 1, line.strip_prefix("| ")?.split(" |").next()?)));
    rows.flat_map(|(line, cell)| code(cell).into_iter().map(move |path| (line, path.to_owned()))).collect()
}

fn is_below(route: &str, path: &str) -> bool {
    route.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod test {
    use super::find;
    use crate::tidy::planted::{NO_PACKAGES, planted};

    const ROUTES: &str = "GET    /a/x    Does something.\nPOST   /b    Does more.\n";

    fn findings(table: &str) -> Vec<String> {
        let guide = format!("# A\n\n| `/c` |\n\n## Forward these paths\n\n{table}\n## More\n\n| `/d` |\n");
        let tree = planted(&[(super::GUIDE, &guide), (super::ROUTES, ROUTES)], NO_PACKAGES);
        find(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_table_that_covers_every_route_passes() {
        assert_eq!(findings("| path | what |\n| --- | --- |\n| `/a`, `/b` | things, `x` |\n"), [""; 0]);
    }

    #[test]
    fn a_route_that_is_not_covered_is_found() {
        let found = findings("| `/a` | things |\n");

        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("does not forward `/b`"), "{found:?}");
    }

    #[test]
    fn a_path_without_routes_is_found() {
        let found = findings("| `/a`, `/b`, `/ab` | things |\n");

        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("docs/guides/behind-a-proxy.md:7: no route is at or below `/ab`"), "{found:?}");
    }
}
