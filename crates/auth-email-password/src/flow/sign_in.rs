//! Signing in with a password.

use auth_core::database::{begin_write, retrying};
use auth_core::entity::user;
use auth_core::session::{IssuedSession, SignedIn};
use auth_core::{AuthContext, Email};

use super::entry::{Entered, Visit};
use super::tries::Try;
use crate::accounts::Accounts;
use crate::error::Refusal;
use crate::password::{Check, Password};
use crate::store;

/// The provider of accounts that have a password.
pub(super) const CREDENTIAL: &str = "credential";

/// How often a password is checked again because its hash was changed by somebody else meanwhile.
const ROUNDS: usize = 3;

/// A password that was right when it was checked.
struct Proven {
    account_id: String,
    hash: String,
    replacement: Option<String>,
    user: user::Model,
}

/// Signs somebody in, or says that the address or the password is wrong, and never which.
#[tracing::instrument(skip_all, fields(user.id))]
pub(crate) async fn sign_in(
    accounts: &Accounts,
    visit: Visit<'_>,
    email: &Email,
    password: &Password,
) -> Result<Entered, Refusal> {
    let cx = &accounts.cx;
    let counted = Try::count(cx, email, visit.headers).await?;
    for _ in 0..ROUNDS {
        let proven = match prove(accounts, email, password).await {
            Ok(Some(proven)) => proven,
            Ok(None) => break,
            Err(refusal) => {
                if matches!(refusal, Refusal::Busy) {
                    counted.forgive(cx).await?;
                }
                return Err(refusal);
            }
        };
        tracing::Span::current().record("user.id", &*proven.user.id);
        let old = cx.find_session(visit.headers).await?;
        let Some(issued) = retrying(|| admit(cx, visit, &proven, old.as_ref())).await? else { continue };
        counted.forgive(cx).await?;
        tracing::info!(user.id = proven.user.id, "person.signed_in");
        return Ok(visit.enter(cx, old, issued).await?);
    }
    tracing::info!("sign_in.refused");
    Err(Refusal::Credentials)
}

/// Checks the password against the account of the address, or against nobody's.
async fn prove(accounts: &Accounts, email: &Email, password: &Password) -> Result<Option<Proven>, Refusal> {
    let found = auth_core::store::account::find_by_email(accounts.cx.db(), email, CREDENTIAL).await?;
    let found = found.and_then(|(account, user)| Some((account.id, account.password?, user)));
    let stored = found.as_ref().map(|(_, hash, _)| hash.clone());
    let (password, salt) = (password.clone(), accounts.new_salt()?);
    let check = accounts.hashing.run(move || password.check(stored.as_deref(), &salt)).await??;
    Ok(match (check, found) {
        (Check::Right { replacement }, Some((account_id, hash, user))) => {
            Some(Proven { account_id, hash, replacement, user })
        }
        (Check::Right { .. } | Check::Wrong, _) => None,
    })
}

/// Issues the session, unless the password was changed since it was checked.
async fn admit(
    cx: &AuthContext,
    visit: Visit<'_>,
    proven: &Proven,
    old: Option<&SignedIn>,
) -> Result<Option<IssuedSession>, Refusal> {
    let Proven { account_id, hash, replacement, user } = proven;
    let tx = begin_write(cx.db()).await?;
    let stands = match replacement {
        Some(new) => auth_core::store::account::replace_password(&tx, account_id, hash, new, cx.now()).await?,
        None => store::still_has(&tx, account_id, hash).await?,
    };
    if !stands {
        return Ok(None);
    }
    let issued = visit.exchange(cx, &tx, old, user).await?;
    tx.commit().await?;
    Ok(Some(issued))
}
