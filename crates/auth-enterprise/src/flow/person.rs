//! Who somebody at an identity provider is here. ID-JAG §3.1 and §6.3, EMA-4.

use auth_core::database::{begin_write, retrying};
use auth_core::entity::user;
use auth_core::{Email, Unexpected, UserCreated};
use auth_oidc_provider::{GrantRefusal, Provider};
use auth_protocol::identity_assertion::IdentityAssertion;
use sea_orm::{DatabaseTransaction, DbErr, SqlErr};

use super::exchange::{USED, invalid_grant, remembered_until};
use crate::event::{EnterpriseAccountLinked, LinkedBy};
use crate::identity_provider::IdentityProvider;
use crate::store;

/// Identifiers of assertions that have brought somebody in.
const BROUGHT_IN: &str = "id_jag_person";
/// The most characters of a name: what every supported database keeps.
const LONGEST_NAME: usize = 255;

/// What came of bringing somebody in.
enum Admission {
    /// They are known from now on.
    Linked { user_id: String, by: LinkedBy },
    /// Not by this request: they stay unknown, unless another that came at the same moment was faster.
    Refused(&'static str),
}

/// The person an assertion speaks of.
///
/// Whoever is new is written before their first token, in a transaction of its own: an account that is made is
/// right also where no token follows. One assertion brings in one person once, so that none that is presented again
/// brings back somebody who was deleted.
pub(crate) async fn of(
    provider: &Provider,
    trusted: &IdentityProvider,
    assertion: &IdentityAssertion,
) -> Result<String, GrantRefusal> {
    let cx = provider.cx();
    let identity = trusted.identity(&assertion.subject);
    let known = || async { store::find(cx.db(), identity).await.map_err(Unexpected::from) };
    if let Some(user_id) = known().await? {
        return Ok(user_id);
    }
    let Some(email) = trusted.vouched(assertion) else {
        return Err(unknown(trusted, "the identity provider vouches for no address that it speaks for"));
    };
    match retrying(|| admit(provider, trusted, assertion, &email)).await? {
        Admission::Linked { user_id, by } => {
            tracing::info!(user.id = user_id, issuer = trusted.issuer, by = by.as_str(), "enterprise_account.linked");
            if by == LinkedBy::Creation {
                cx.events().emit(&UserCreated { user_id: user_id.clone() }).await;
            }
            cx.events().emit(&linked(trusted, &user_id, by)).await;
            Ok(user_id)
        }
        Admission::Refused(reason) => known().await?.ok_or_else(|| unknown(trusted, reason)),
    }
}

async fn admit(
    provider: &Provider,
    trusted: &IdentityProvider,
    assertion: &IdentityAssertion,
    email: &Email,
) -> Result<Admission, Unexpected> {
    let cx = provider.cx();
    let tx = begin_write(cx.db()).await?;
    // It has given a token before, to somebody who is gone since.
    if provider.is_used_up(&tx, (USED, trusted.issuer.as_str()), &assertion.single_use.jti).await? {
        return Ok(Admission::Refused("the assertion was used before"));
    }
    let once = (BROUGHT_IN, trusted.issuer.as_str());
    if !provider.use_up(&tx, once, &assertion.single_use.jti, remembered_until(assertion)).await? {
        return Ok(Admission::Refused("the assertion has brought in somebody before"));
    }
    let (user_id, by) = match auth_core::store::user::find_by_email(&tx, email).await? {
        // Whoever has signed up with an address they have not shown to be theirs may be waiting for its owner.
        Some(person) if trusted.link_by_email && person.email_verified => (person.id, LinkedBy::Email),
        Some(_) => return Ok(Admission::Refused("somebody has the address, and may be another person")),
        None if !trusted.create_accounts => return Ok(Admission::Refused("nobody has the address")),
        None => match create(provider, &tx, assertion, email).await? {
            Some(user_id) => (user_id, LinkedBy::Creation),
            None => return Ok(Admission::Refused("somebody has taken the address")),
        },
    };
    let row = trusted.identity(&assertion.subject).row(cx.new_id()?, &user_id, cx.now());
    if is_taken(store::insert(&tx, row).await)? {
        return Ok(Admission::Refused("the person is another subject of the identity provider"));
    }
    cx.events().emit_in(&linked(trusted, &user_id, by), &tx).await?;
    tx.commit().await?;
    Ok(Admission::Linked { user_id, by })
}

/// Makes the account; none where somebody has taken the address meanwhile.
async fn create(
    provider: &Provider,
    tx: &DatabaseTransaction,
    assertion: &IdentityAssertion,
    email: &Email,
) -> Result<Option<String>, Unexpected> {
    let cx = provider.cx();
    let now = cx.now();
    let person = user::Model {
        id: cx.new_id()?,
        name: name(assertion, email),
        email: email.as_str().to_owned(),
        email_verified: true,
        image: None,
        created_at: now,
        updated_at: now,
    };
    if is_taken(auth_core::store::user::insert(tx, &person).await)? {
        return Ok(None);
    }
    cx.events().emit_in(&UserCreated { user_id: person.id.clone() }, tx).await?;
    Ok(Some(person.id))
}

/// What the identity provider calls them, or else what stands before the `@`.
fn name(assertion: &IdentityAssertion, email: &Email) -> String {
    let said =
        assertion.name.as_deref().map(str::trim).filter(|name| {
            !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control)
        });
    let local = || email.as_str().split('@').next().unwrap_or_default();
    said.unwrap_or_else(local).to_owned()
}

fn is_taken(written: Result<(), DbErr>) -> Result<bool, Unexpected> {
    match written {
        Ok(()) => Ok(false),
        Err(error) => match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Ok(true),
            Some(_) | None => Err(error.into()),
        },
    }
}

fn linked(trusted: &IdentityProvider, user_id: &str, by: LinkedBy) -> EnterpriseAccountLinked {
    EnterpriseAccountLinked { issuer: trusted.issuer.clone(), user_id: user_id.to_owned(), by }
}

/// The client is told the same whatever the reason: which addresses are known here is not its to learn.
fn unknown(trusted: &IdentityProvider, reason: &'static str) -> GrantRefusal {
    tracing::info!(issuer = trusted.issuer, reason, "enterprise_account.refused");
    invalid_grant("the person of the assertion is not known here")
}
