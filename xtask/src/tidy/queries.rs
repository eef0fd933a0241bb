//! A plugin's queries are in its `store` room; its `http` room does not know the database.

use super::rooms::room_of;
use super::source::{Source, end_of_brackets, has_word, word_places};
use super::{Finding, Tree};
use crate::workspace::Floor;

/// The rooms that may query.
const OPEN: &[&str] = &["store", "entity"];

/// What only a query calls.
const QUERIES: &[&str] = &[
    ".one(",
    ".exec(",
    "exec_without_returning",
    "exec_with_returning",
    "execute_unprepared",
    "query_one",
    "query_all",
    "delete_many",
    "update_many",
    "insert_many",
    "delete_by_id",
    "Entity::find",
    "Entity::find_by_id",
    "Entity::insert",
    "Entity::update",
    "Entity::delete",
];

/// The traits without which a query cannot be written.
const TRAITS: &[&str] = &[
    "EntityTrait",
    "ActiveModelTrait",
    "ModelTrait",
    "QueryFilter",
    "QuerySelect",
    "QueryOrder",
    "PaginatorTrait",
    "LoaderTrait",
    "ConnectionTrait",
    "StreamTrait",
    "TransactionTrait",
];

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in tree.packages_on(Floor::Plugin) {
        for source in tree.sources_of(package) {
            match room_of(source, package) {
                Some(room) if OPEN.contains(&room) => {}
                room => findings.extend(of_source(source, room == Some("http"))),
            }
        }
    }
    findings
}

fn of_source(source: &Source, is_http: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for line in source.lines().filter(|line| !line.is_test) {
        let found = QUERIES.iter().chain(TRAITS).find(|word| has_word(line.code, word));
        if let Some(word) = found {
            let wrong = format!("`{}` queries outside of `store`", word.trim_matches(['.', '('].as_slice()));
            findings.push(Finding::error(&source.path, wrong, "move the query to `store`").at(line.number));
        } else if is_http && has_word(line.code, "sea_orm") {
            let right = "call a flow, which calls a store";
            findings.push(Finding::error(&source.path, "`http` knows the database", right).at(line.number));
        }
    }
    let places = word_places(&source.code, ".all(").filter(|place| !source.is_test_at(*place));
    for place in places.filter(|place| is_awaited(&source.code, *place)) {
        let finding = Finding::error(&source.path, "`all` queries outside of `store`", "move the query to `store`");
        findings.push(finding.at(source.line_of(place)));
    }
    findings
}

/// An iterator has an `all` too, which nobody can wait for.
fn is_awaited(code: &str, place: usize) -> bool {
    let call = code.get(place..).unwrap_or_default();
    let after = end_of_brackets(call).and_then(|end| call.get(end..)).unwrap_or_default();
    after.trim_start().starts_with(".await")
}

#[cfg(test)]
mod test {
    use super::find;
    use crate::tidy::planted::{one_package, planted};

    fn findings(path: &str, code: &str, floor: &str) -> Vec<String> {
        let path = format!("crates/auth-x/src/{path}");
        let tree = planted(&[(&path, code)], &one_package("auth-x", floor));
        find(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_query_outside_of_the_store_is_found() {
        for query in [
            "user::Entity::find().filter(x)",
            "session::Entity::find_by_id(id)",
            "found.one(tx).await?;",
            "found.all(\n    tx,\n)\n.await?;",
            "statement.exec(tx).await?;",
            "Entity::insert(row)",
            "tx.execute_unprepared(sql)",
            "Entity::delete_many()",
            "Entity::update_many()",
            "tx.exec_without_returning(statement)",
            "tx.query_one(statement)",
            "Entity::update(row)",
            "use sea_orm::{Set, ActiveModelTrait as _};",
            "use sea_orm::EntityTrait as _;",
            "use sea_orm::{ModelTrait as _, Set};",
            "use sea_orm::QueryFilter;",
            "use sea_orm::ConnectionTrait;",
            "use sea_orm::TransactionTrait as _;",
        ] {
            let found = findings("flow/a.rs", &format!("fn a() {{\n{query}\n}}\n"), "plugin");

            assert_eq!(found.len(), 1, "{query}: {found:?}");
            assert!(found[0].starts_with("crates/auth-x/src/flow/a.rs:2: "), "{found:?}");
        }
    }

    #[test]
    fn a_handler_that_knows_the_database_is_found() {
        assert_eq!(findings("http/a.rs", "use sea_orm::DbErr;\n", "plugin").len(), 1);
        assert_eq!(findings("http.rs", "use sea_orm::DbErr;\n", "plugin").len(), 1);
    }

    #[test]
    fn a_query_in_the_store_passes() {
        let query = "fn a() { Entity::find().one(tx).await?; }\n";

        for path in ["store.rs", "store/client.rs", "entity/client.rs"] {
            assert!(findings(path, query, "plugin").is_empty(), "{path}");
        }
        assert!(findings("flow/a.rs", query, "framework").is_empty(), "only plugins have rooms");
    }

    #[test]
    fn what_only_looks_like_a_query_passes() {
        let code = "use sea_orm::DatabaseTransaction;\n\
            fn a() { store::client::find(tx, id).await?; b.chars().all(known); c.all(|d| d) }\n\
            // Entity::find().one(tx)\nconst E: &str = \"Entity::find()\";\n\
            #[cfg(test)]\nmod tests { fn f() { Entity::find().one(tx) } }\n";

        let found = findings("flow/a.rs", code, "plugin");

        assert!(found.is_empty(), "{found:?}");
    }
}
