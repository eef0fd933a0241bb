//! Queries on `oauthPairwiseSubject`.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _, Select,
};

use crate::entity::pairwise_subject::{Column, Entity, Model};

/// Finds the name a person has in a sector.
pub(crate) async fn find(db: &impl ConnectionTrait, sector: &str, user_id: &str) -> Result<Option<String>, DbErr> {
    Ok(of(sector, user_id).one(db).await?.map(|row| row.subject))
}

/// Says which name a person has in a sector, and gives them the one that was drawn if they have none: of
/// many who come at once the first decides, on whatever instance.
pub(crate) async fn given(db: &impl ConnectionTrait, drawn: Option<Model>) -> Result<Option<String>, DbErr> {
    let Some(drawn) = drawn else { return Ok(None) };
    let (sector, user_id) = (drawn.sector.clone(), drawn.user_id.clone());
    if let Some(known) = find(db, &sector, &user_id).await? {
        return Ok(Some(known));
    }
    // Nothing changes in a row that is there.
    let conflict = OnConflict::columns([Column::Sector, Column::UserId]).update_column(Column::Sector).to_owned();
    Entity::insert(drawn.into_active_model()).on_conflict(conflict).exec_without_returning(db).await?;
    // Held, so that also MySQL looks at the rows of now, not at those of when the transaction began.
    let there = of(&sector, &user_id).lock_exclusive().one(db).await?;
    let gone = || DbErr::RecordNotFound("a name that was given just now".to_owned());
    there.map(|row| Some(row.subject)).ok_or_else(gone)
}

fn of(sector: &str, user_id: &str) -> Select<Entity> {
    Entity::find().filter(Column::Sector.eq(sector)).filter(Column::UserId.eq(user_id))
}
