//! Queries on what people have allowed: `oauthGrant` and `oauthConsent` together.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Order, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult, QueryFilter as _,
    QuerySelect as _,
};

use crate::entity::{Words, consent, grant};

/// Whose side of it is given; the other is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side<'a> {
    /// A person: which clients.
    Person(&'a str),
    /// A client: which people.
    Client(&'a str),
}

impl Side<'_> {
    fn grants(self, now: DateTime<Utc>) -> Condition {
        use grant::Column;
        let these = match self {
            Self::Person(user_id) => Condition::all().add(Column::UserId.eq(user_id)),
            // A client that acts for itself was allowed nothing by anybody.
            Self::Client(client_id) => {
                Condition::all().add(Column::ClientId.eq(client_id)).add(Column::UserId.is_not_null())
            }
        };
        these.add(Column::RevokedAt.is_null()).add(Column::ExpiresAt.gt(now))
    }

    fn consents(self) -> Condition {
        use consent::Column;
        Condition::all().add(match self {
            Self::Person(user_id) => Column::UserId.eq(user_id),
            Self::Client(client_id) => Column::ClientId.eq(client_id),
        })
    }

    fn of_grants(self) -> grant::Column {
        match self {
            Self::Person(_) => grant::Column::ClientId,
            Self::Client(_) => grant::Column::UserId,
        }
    }

    fn of_consents(self) -> consent::Column {
        match self {
            Self::Person(_) => consent::Column::ClientId,
            Self::Client(_) => consent::Column::UserId,
        }
    }
}

/// The ids of the other side, in the order of the database, from after one on.
pub(crate) async fn others(
    db: &impl ConnectionTrait,
    side: Side<'_>,
    after: Option<&str>,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<String>, DbErr> {
    let (other, all) = (Alias::new("other"), Alias::new("allowed"));
    let of_grants: SelectStatement = Query::select()
        .expr_as(Expr::col((grant::Entity, side.of_grants())), other.clone())
        .from(grant::Entity)
        .cond_where(side.grants(now))
        .to_owned();
    let of_consents: SelectStatement = Query::select()
        .expr_as(Expr::col((consent::Entity, side.of_consents())), other.clone())
        .from(consent::Entity)
        .cond_where(side.consents())
        .to_owned();
    let both = of_grants.clone().union(UnionType::Distinct, of_consents).to_owned();
    let mut select = Query::select();
    select.column(other.clone()).from_subquery(both, all).order_by(other.clone(), Order::Asc).limit(limit);
    if let Some(after) = after {
        select.and_where(Expr::col(other).gt(after));
    }
    let rows = db.query_all(&select).await?;
    rows.iter().map(|row| row.try_get("", "other")).collect()
}

/// What was granted alike between a person and a client: grants of one scope and the same resources.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Granted {
    pub(crate) user_id: String,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) resources: Words,
    /// When it was granted first.
    pub(crate) since: DateTime<Utc>,
    /// When it was granted last.
    pub(crate) last: DateTime<Utc>,
}

/// The grants that are alive on one side, or between it and these of the other: however many there are, a row for
/// each kind of them.
pub(crate) async fn grants(
    db: &impl ConnectionTrait,
    side: Side<'_>,
    others: Option<&[String]>,
    now: DateTime<Utc>,
) -> Result<Vec<Granted>, DbErr> {
    use grant::Column;
    let mut found = grant::Entity::find()
        .select_only()
        .column_as(Column::UserId, "user_id")
        .column_as(Column::ClientId, "client_id")
        .column_as(Column::Scope, "scope")
        .column_as(Column::Resources, "resources")
        .column_as(Column::CreatedAt.min(), "since")
        .column_as(Column::CreatedAt.max(), "last")
        .filter(side.grants(now))
        .group_by(Column::UserId)
        .group_by(Column::ClientId)
        .group_by(Column::Scope)
        .group_by(Column::Resources);
    if let Some(others) = others {
        found = found.filter(side.of_grants().is_in(others));
    }
    found.into_model().all(db).await
}

/// What is remembered on one side, or between it and these of the other.
pub(crate) async fn consents(
    db: &impl ConnectionTrait,
    side: Side<'_>,
    others: Option<&[String]>,
) -> Result<Vec<consent::Model>, DbErr> {
    let mut found = consent::Entity::find().filter(side.consents());
    if let Some(others) = others {
        found = found.filter(side.of_consents().is_in(others));
    }
    found.all(db).await
}
