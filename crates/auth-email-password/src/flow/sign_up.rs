//! Making an account with a password.

use auth_core::database::{begin_write, retrying};
use auth_core::entity::{account, user};
use auth_core::session::{IssuedSession, SignedIn};
use auth_core::{AuthContext, Email, UserCreated};
use sea_orm::SqlErr;

use super::entry::{Entered, Visit};
use super::sign_in::CREDENTIAL;
use crate::accounts::Accounts;
use crate::error::Refusal;
use crate::password::Password;

/// Somebody who wants an account.
#[derive(Debug)]
pub(crate) struct NewPerson {
    pub(crate) name: String,
    pub(crate) email: Email,
    pub(crate) password: Password,
    pub(crate) image: Option<String>,
}

/// Makes the person, their account and their session in one transaction.
///
/// Whether the address is taken shows only after the one hash that either answer costs; the unique
/// index decides, so two who come at the same time cannot both have it.
#[tracing::instrument(skip_all, fields(user.id))]
pub(crate) async fn sign_up(accounts: &Accounts, visit: Visit<'_>, new: NewPerson) -> Result<Entered, Refusal> {
    let cx = &accounts.cx;
    let NewPerson { name, email, password, image } = new;
    let salt = accounts.new_salt()?;
    let hash = accounts.hashing.run(move || password.hash(&salt)).await??;
    let now = cx.now();
    let user = user::Model {
        id: cx.new_id()?,
        name,
        email: email.as_str().to_owned(),
        email_verified: false,
        image,
        created_at: now,
        updated_at: now,
    };
    tracing::Span::current().record("user.id", &*user.id);
    let account = account::Model {
        id: cx.new_id()?,
        account_id: user.id.clone(),
        provider_id: CREDENTIAL.to_owned(),
        user_id: user.id.clone(),
        access_token: None,
        refresh_token: None,
        id_token: None,
        access_token_expires_at: None,
        refresh_token_expires_at: None,
        scope: None,
        password: Some(hash),
        created_at: now,
        updated_at: now,
    };
    let old = cx.find_session(visit.headers).await?;
    let issued = retrying(|| register(cx, visit, (&user, &account), old.as_ref())).await?;
    tracing::info!(user.id, "person.signed_up");
    cx.events().emit(&UserCreated { user_id: user.id.clone() }).await;
    Ok(visit.enter(cx, old, issued).await?)
}

async fn register(
    cx: &AuthContext,
    visit: Visit<'_>,
    (user, account): (&user::Model, &account::Model),
    old: Option<&SignedIn>,
) -> Result<IssuedSession, Refusal> {
    let tx = begin_write(cx.db()).await?;
    auth_core::store::user::insert(&tx, user).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Refusal::Taken,
        _ => error.into(),
    })?;
    auth_core::store::account::insert(&tx, account).await?;
    cx.events().emit_in(&UserCreated { user_id: user.id.clone() }, &tx).await?;
    let issued = visit.exchange(cx, &tx, old, user).await?;
    tx.commit().await?;
    Ok(issued)
}
