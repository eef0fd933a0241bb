//! The generated entities at work: they describe the tables they were made of, and read them.

use auth_core::schema::{Contribution, ContributionKind, Index, SpecError, Table, TableSpec, merge};
use sea_orm::{ActiveModelTrait as _, DatabaseConnection, EntityLoaderTrait as _, Set};

use super::File;
use super::everything::schema;
use super::generated_entities::the_table_with_the_longest_name_that_every_database_takes_without_cuttings as long;
use super::generated_entities::{egg, hen, nest, person, self_2, team, team_member, type_};

/// What can be told to the derive: not an index over several columns, nor a second one over a column.
fn told(table: &Table) -> (Vec<&auth_core::schema::ColumnSpec>, Vec<&Index>) {
    let one_or_unique =
        |index: &&Index| index.columns.len() == 1 || index.unique && index.columns != ["country", "motto"];
    let mut indexes: Vec<&Index> = table.indexes.iter().filter(one_or_unique).collect();
    indexes.sort_by(|one, other| one.name.cmp(&other.name));
    (table.columns.iter().map(|column| &column.spec).collect(), indexes)
}

#[test]
fn the_entities_describe_the_tables_they_were_made_of() {
    let specs: [Result<TableSpec, Vec<SpecError>>; 9] = [
        TableSpec::of::<person::Entity>(),
        TableSpec::of::<team::Entity>(),
        TableSpec::of::<team_member::Entity>(),
        TableSpec::of::<self_2::Entity>(),
        TableSpec::of::<type_::Entity>(),
        TableSpec::of::<egg::Entity>(),
        TableSpec::of::<hen::Entity>(),
        TableSpec::of::<nest::Entity>(),
        TableSpec::of::<long::Entity>(),
    ];
    let owned = specs.map(|spec| Contribution { by: "x".into(), kind: ContributionKind::Owns, spec: spec.unwrap() });

    let again = merge(owned.into()).unwrap();

    assert_eq!(again.tables().len(), schema().tables().len());
    for table in schema().tables() {
        let found = again.table(&table.name).unwrap();
        assert_eq!(found.primary_key, table.primary_key);
        let ((columns, indexes), (found_columns, found_indexes)) = (told(table), told(found));
        assert_eq!(found_columns, columns, "{}", table.name);
        let names = |indexes: Vec<&Index>| indexes.iter().map(|index| index.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(found_indexes), names(indexes), "{}", table.name);
    }
}

/// A person with what has no default.
fn someone(id: &str) -> person::ActiveModel {
    person::ActiveModel {
        id: Set(id.to_owned()),
        email: Set(format!("{id}@example.com")),
        bytes: Set(5_000_000_000),
        born_at: Set("2026-01-02T03:04:05.678Z".parse().unwrap()),
        settings: Set(serde_json::json!({ "dark": true })),
        ..Default::default()
    }
}

/// Anna, mother of Berta and of Carla, who are twins as Berta sees it, and a team of theirs.
///
/// Rows are written here because no plugin has these tables.
async fn family(db: &DatabaseConnection) {
    let of_anna = |id: &str| person::ActiveModel { mother_id: Set(Some("anna".to_owned())), ..someone(id) };
    let berta = person::ActiveModel { twin_id: Set(Some("carla".to_owned())), ..of_anna("berta") };
    for person in [someone("anna"), of_anna("carla"), berta] {
        person.insert(db).await.unwrap();
    }
    let (name, country) = (Set("Aces".to_owned()), Set("at".to_owned()));
    let (owner_id, contact) = (Set("anna".to_owned()), Set(Some("berta@example.com".to_owned())));
    let team = team::ActiveModel { id: Set("1".to_owned()), owner_id, contact, name, country, ..Default::default() };
    team.insert(db).await.unwrap();
    let member = team_member::ActiveModel {
        team_id: Set("1".to_owned()),
        person_id: Set("carla".to_owned()),
        since: Set("2026-01-02T03:04:05Z".parse().unwrap()),
        id: Set("m".to_owned()),
    };
    member.insert(db).await.unwrap();
}

#[tokio::test]
async fn what_the_database_writes_and_keeps_is_read() {
    let file = File::empty().await;
    file.applies(&schema()).await;
    family(&file.db).await;

    let anna = person::Entity::find_by_email("anna@example.com").one(&file.db).await.unwrap().unwrap();

    assert_eq!((anna.active, anna.banned, anna.level, anna.sure), (true, false, -3, None));
    assert_eq!((anna.bytes, anna.most, anna.least), (5_000_000_000, i64::MAX, i64::MIN));
    assert_eq!((anna.motto.as_str(), anna.trace_id.as_str()), ("it's \"so\" \\ so; -- # größer\n", "none"));
    assert_eq!((anna.settings["dark"].as_bool(), anna.extra), (Some(true), None));
    assert_eq!(anna.born_at.to_rfc3339(), "2026-01-02T03:04:05.678+00:00");
    let key = ("Aces".to_owned(), "at".to_owned());
    assert!(team::Entity::find_by_name_and_country(key).one(&file.db).await.unwrap().is_some());
}

#[tokio::test]
async fn relations_are_followed_from_both_ends() {
    let file = File::empty().await;
    file.applies(&schema()).await;
    family(&file.db).await;
    let load = |id: &str| person::Entity::load().filter_by_id(id.to_owned());

    let anna = load("anna")
        .with(person::Relation::PersonsByMother)
        .with(person::Relation::TeamsByOwner)
        .with(person::Relation::TeamsByContact);
    let anna = anna.one(&file.db).await.unwrap().unwrap();
    let berta = load("berta").with(person::Relation::Mother).with(person::Relation::Twin);
    let berta = berta.one(&file.db).await.unwrap().unwrap();
    let carla = load("carla").with(person::Relation::PersonsByTwin).with(team_member::Entity);
    let carla = carla.one(&file.db).await.unwrap().unwrap();

    let mut daughters: Vec<&str> = anna.persons_by_mother.iter().map(|daughter| daughter.id.as_str()).collect();
    daughters.sort_unstable();
    assert_eq!(daughters, ["berta", "carla"]);
    assert_eq!((anna.teams_by_owner.len(), anna.teams_by_contact.len()), (1, 0));
    assert_eq!(berta.mother.as_ref().map(|mother| mother.id.as_str()), Some("anna"));
    assert_eq!(berta.twin.as_ref().map(|twin| twin.id.as_str()), Some("carla"));
    assert_eq!((carla.persons_by_twin.len(), carla.team_members.len()), (1, 1));
    let of_team = team::Entity::load().with(team::Relation::Owner).with(team::Relation::ContactRow);
    let of_team = of_team.one(&file.db).await.unwrap().unwrap();
    assert_eq!(of_team.owner.as_ref().map(|owner| owner.id.as_str()), Some("anna"));
    assert_eq!(of_team.contact_row.as_ref().map(|contact| contact.id.as_str()), Some("berta"));
}
