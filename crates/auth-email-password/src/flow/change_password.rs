//! Changing one's password, and deleting one's account: both prove the password first. ASVS 6.2.3, 7.4.

use auth_core::database::{begin_write, retrying};
use auth_core::entity::account;
use auth_core::session::{AccessEnd, AccessEnded, IssuedSession, SessionIssued, SignedIn};
use auth_core::{AuthContext, Email, Unexpected, UserDeleted};
use http::HeaderMap;

use super::entry::Visit;
use super::sign_in::CREDENTIAL;
use super::tries::Try;
use crate::accounts::Accounts;
use crate::error::Refusal;
use crate::password::{Check, Password};
use crate::store;

/// A password that was right when it was checked.
struct Proven {
    account: account::Model,
    hash: String,
}

/// Changes the password of who is signed in. All sessions end, and what other plugins have given:
/// whoever knew the old password is out. The browser that asks gets a new session.
#[tracing::instrument(skip_all, fields(user.id = who.user.id))]
pub(crate) async fn change_password(
    accounts: &Accounts,
    visit: Visit<'_>,
    who: &SignedIn,
    (current, new): (&Password, Password),
) -> Result<IssuedSession, Refusal> {
    let cx = &accounts.cx;
    let proven = prove(accounts, visit.headers, who, current).await?;
    let salt = accounts.new_salt()?;
    let hash = accounts.hashing.run(move || new.hash(&salt)).await??;
    let (ended, issued) = retrying(|| replace(cx, visit, (who, &proven), &hash)).await?;
    ended.tell(cx).await;
    let event = SessionIssued { user_id: who.user.id.clone(), session_id: issued.signed_in.session.id.clone() };
    tracing::info!(user.id = event.user_id, session.id = event.session_id, "session.issued");
    cx.events().emit(&event).await;
    Ok(issued)
}

async fn replace(
    cx: &AuthContext,
    visit: Visit<'_>,
    (who, proven): (&SignedIn, &Proven),
    hash: &str,
) -> Result<(AccessEnded, IssuedSession), Refusal> {
    let tx = begin_write(cx.db()).await?;
    if !auth_core::store::account::replace_password(&tx, &proven.account.id, &proven.hash, hash, cx.now()).await? {
        return Err(Refusal::Password);
    }
    let ended = cx.end_access(&tx, &who.user.id, AccessEnd::PasswordChanged).await?;
    let issued = visit.exchange(cx, &tx, None, &who.user).await?;
    tx.commit().await?;
    Ok((ended, issued))
}

/// Deletes the account of who is signed in, and everything that belongs to it.
#[tracing::instrument(skip_all, fields(user.id = who.user.id))]
pub(crate) async fn delete_user(
    accounts: &Accounts,
    headers: &HeaderMap,
    who: &SignedIn,
    password: &Password,
) -> Result<(), Refusal> {
    let cx = &accounts.cx;
    let proven = &prove(accounts, headers, who, password).await?;
    let event = UserDeleted { user_id: who.user.id.clone() };
    let told = &event;
    let ended = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        if !store::still_has(&tx, &proven.account.id, &proven.hash).await? {
            return Err(Refusal::Password);
        }
        let ended = cx.end_access(&tx, &told.user_id, AccessEnd::Deleted).await?;
        cx.events().emit_in(told, &tx).await?;
        auth_core::store::user::delete(&tx, &told.user_id).await?;
        tx.commit().await?;
        Ok(ended)
    })
    .await?;
    ended.tell(cx).await;
    tracing::info!(user.id = event.user_id, "user.deleted");
    cx.events().emit(&event).await;
    Ok(())
}

/// Checks the password of who is signed in; wrong tries count as they do at sign-in.
async fn prove(
    accounts: &Accounts,
    headers: &HeaderMap,
    who: &SignedIn,
    password: &Password,
) -> Result<Proven, Refusal> {
    let cx = &accounts.cx;
    let email = Email::parse(&who.user.email).ok_or_else(|| Unexpected::new("a person's address is not one"))?;
    let counted = Try::count(cx, &email, headers).await?;
    let found = auth_core::store::account::find_of(cx.db(), &who.user.id, CREDENTIAL).await?;
    let found = found.and_then(|account| Some((account.password.clone()?, account)));
    let Some((hash, account)) = found else {
        counted.forgive(cx).await?;
        return Err(Refusal::NoPassword);
    };
    let (stored, password, salt) = (hash.clone(), password.clone(), accounts.new_salt()?);
    match accounts.hashing.run(move || password.check(Some(&stored), &salt)).await {
        Ok(check) => match check? {
            Check::Right { .. } => {
                counted.forgive(cx).await?;
                Ok(Proven { account, hash })
            }
            Check::Wrong => {
                tracing::info!("password.refused");
                Err(Refusal::Password)
            }
        },
        Err(busy) => {
            counted.forgive(cx).await?;
            Err(busy)
        }
    }
}
