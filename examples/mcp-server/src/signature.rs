//! How people sign their notes: a column of this app's own on `user`, a table that the core owns.

#![expect(
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "sea-orm's macro writes a public loader that begins transactions"
)]

use auth_core::{AuthContext, Contributions, Unexpected};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

/// A person, as far as signing notes is concerned.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user", rename_all = "camelCase")]
pub struct Model {
    /// The id of the person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// What stands under their notes; null until they say so, for others make the row.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub note_signature: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Adds the column to the schema.
pub(crate) fn contribute(to: &mut Contributions) {
    to.columns::<Entity>();
}

/// Puts what a person signs with under a text of theirs.
pub(crate) async fn under(cx: &AuthContext, user_id: &str, text: String) -> Result<String, Unexpected> {
    let person = Entity::find_by_id(user_id).one(cx.db()).await?;
    let signature = person.and_then(|person| person.note_signature);
    Ok(signature.map_or(text.clone(), |signature| format!("{text}\n-- {signature}")))
}

/// Sets what a person signs with; nothing signs no more.
pub(crate) async fn set(cx: &AuthContext, user_id: &str, signature: &str) -> Result<(), Unexpected> {
    let signature = Some(signature.to_owned()).filter(|signature| !signature.is_empty());
    let person = ActiveModel { id: Set(user_id.to_owned()), note_signature: Set(signature) };
    person.update(cx.db()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use auth_core::plugins;
    use auth_email_password::EmailPassword;
    use auth_testkit::TestApp;

    use super::*;

    #[tokio::test]
    async fn a_signature_stands_under_the_texts_of_its_person_until_it_is_taken_away() {
        let app = TestApp::builder().plugins(plugins![EmailPassword::new()]);
        let app = app.configure(|builder| builder.app_schema(contribute)).build().await;
        let id = |answer: auth_testkit::Answer| answer.json()["user"]["id"].as_str().unwrap().to_owned();
        let alice = id(app.person("Alice", "alice@example.com").signs_up().await);
        let bob = id(app.person("Bob", "bob@example.com").signs_up().await);
        let cx = app.auth().context();
        let under = async |person: &str| under(cx, person, "text".to_owned()).await.unwrap();

        assert_eq!(under(&alice).await, "text", "who signs up has none");
        set(cx, &alice, "Alice").await.unwrap();
        assert_eq!((under(&alice).await, under(&bob).await), ("text\n-- Alice".to_owned(), "text".to_owned()));
        set(cx, &alice, "").await.unwrap();
        assert_eq!(under(&alice).await, "text");
    }
}
