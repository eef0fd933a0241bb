//! The notes of people: this app's own table, in the same schema as everything else.

#![expect(
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "sea-orm's macro writes a public loader that begins transactions"
)]

use auth_core::{AuthContext, Contributions, Unexpected};
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel as _, QueryOrder as _, QuerySelect as _};

/// A note.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "note", rename_all = "camelCase")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose note it is.
    #[sea_orm(indexed)]
    pub user_id: String,
    /// What it says.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// When it was written.
    pub created_at: DateTimeUtc,
    /// Whose note it is.
    #[sea_orm(belongs_to, from = "user_id", to = "id", on_delete = "Cascade")]
    pub user: BelongsTo<auth_core::entity::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The most notes a list shows.
const MOST: u64 = 100;

/// Adds the table to the schema.
pub(crate) fn contribute(to: &mut Contributions) {
    to.table::<Entity>();
}

/// The notes of a person, newest first.
pub(crate) async fn list(cx: &AuthContext, user_id: &str) -> Result<Vec<Model>, Unexpected> {
    let notes = Entity::find().filter(Column::UserId.eq(user_id)).order_by_desc(Column::Id).limit(MOST);
    Ok(notes.all(cx.db()).await?)
}

/// Writes a note and returns its id.
pub(crate) async fn add(cx: &AuthContext, user_id: &str, text: String) -> Result<String, Unexpected> {
    let note = Model { id: cx.new_id()?, user_id: user_id.to_owned(), text, created_at: cx.now() };
    let id = note.id.clone();
    Entity::insert(note.into_active_model()).exec_without_returning(cx.db()).await?;
    Ok(id)
}

/// Deletes a note of a person; says whether there was one.
pub(crate) async fn delete(cx: &AuthContext, user_id: &str, id: &str) -> Result<bool, Unexpected> {
    let done = Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::UserId.eq(user_id)).exec(cx.db()).await?;
    Ok(done.rows_affected == 1)
}
