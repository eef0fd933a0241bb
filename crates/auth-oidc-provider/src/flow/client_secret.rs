//! Secrets of clients: how long they last, and how one takes the place of another. RFC 6749 §2.3.1.

use auth_core::database::{begin_write, retrying};
use auth_core::{Unexpected, digest};
use chrono::{DateTime, Duration, Utc};
use subtle::{Choice, ConstantTimeEq as _};

use crate::entity::client;
use crate::event::{ClientSecretEnded, ClientUpdated, Done};
use crate::provider::Provider;
use crate::store;

/// Whether a secret is that of a client now: the one it has, or the one before within the overlap. Both
/// are looked at, so that nobody learns which.
pub(super) fn is_of(client: &client::Model, secret: &str, now: DateTime<Utc>) -> bool {
    let presented = digest(secret);
    let counts = |until: Option<DateTime<Utc>>| Choice::from(u8::from(until.is_none_or(|until| now < until)));
    let fits = |stored: Option<&String>, until| {
        stored.map_or(Choice::from(0), |stored| presented.as_bytes().ct_eq(stored.as_bytes()) & counts(until))
    };
    let current = fits(client.client_secret.as_ref(), client.client_secret_expires_at);
    let previous = fits(client.previous_secret.as_ref(), client.previous_secret_until);
    (current | previous).into()
}

/// When a secret that is issued now ends, if it does.
pub(super) fn ends(provider: &Provider) -> Option<DateTime<Utc>> {
    let cx = provider.cx();
    Some(provider.options().client_secrets_expire_in)
        .filter(|seconds| *seconds > 0)
        .map(|seconds| cx.after(cx.now(), seconds))
}

/// Whether a client that changes its registration gets a new secret: less than half of its time is left.
pub(super) fn is_due(provider: &Provider, client: &client::Model) -> bool {
    let seconds = i64::try_from(provider.options().client_secrets_expire_in).unwrap_or(i64::MAX);
    let half = Duration::try_seconds(seconds / 2).unwrap_or(Duration::MAX);
    client.client_secret_expires_at.is_some_and(|end| end - provider.cx().now() < half)
}

/// Puts a new secret in the place of a client's, which counts for a while longer.
pub(super) fn replace(provider: &Provider, client: &mut client::Model, secret: &str) {
    let cx = provider.cx();
    let overlap = cx.after(cx.now(), provider.options().client_secret_overlap);
    let until = client.client_secret_expires_at.map_or(overlap, |end| end.min(overlap));
    client.previous_secret = client.client_secret.take();
    client.previous_secret_until = client.previous_secret.as_ref().map(|_| until);
    client.client_secret = Some(digest(secret));
    client.client_secret_expires_at = ends(provider);
}

/// How long a secret counts after another has taken its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlap {
    /// As the app says.
    Usual,
    /// Not at all: somebody else may have it.
    None,
}

/// That a client is to get another secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rotation<'a> {
    pub(super) client_id: &'a str,
    /// Who orders it; none where the app itself does.
    pub(super) by: Option<&'a str>,
    pub(super) overlap: Overlap,
}

/// Gives a client another secret if it has one, is not declared and is one of those that `is_theirs`.
pub(super) async fn rotate(
    provider: &Provider,
    rotation: Rotation<'_>,
    is_theirs: impl Fn(&client::Model) -> bool,
) -> Result<Option<(client::Model, String)>, Unexpected> {
    let cx = provider.cx();
    let Rotation { client_id, by, overlap } = rotation;
    let secret = cx.new_token()?;
    let (client, who) = (client_id.to_owned(), by.map(str::to_owned));
    let event = if overlap == Overlap::None {
        Done::Ends(ClientSecretEnded { client_id: client, by: who })
    } else {
        Done::Changes(ClientUpdated { client_id: client, by: who })
    };
    let (new, told, is_theirs) = (&secret, &event, &is_theirs);
    let rotated = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        let found = store::client::find_held(&tx, client_id).await?;
        let has_one = |client: &client::Model| client.client_secret.is_some() && !client.declared && is_theirs(client);
        let Some(mut client) = found.filter(has_one) else { return Ok(None) };
        replace(provider, &mut client, new);
        if overlap == Overlap::None {
            client.previous_secret = None;
            client.previous_secret_until = None;
        }
        client.updated_at = cx.now();
        store::client::update(&tx, client.clone()).await?;
        told.emit_in(cx.events(), &tx).await?;
        tx.commit().await?;
        Ok::<_, Unexpected>(Some(client))
    })
    .await?;
    let Some(client) = rotated else { return Ok(None) };
    tracing::info!(client.id = client_id, user.id = by, "client.secret_rotated");
    event.emit(cx.events()).await;
    Ok(Some((client, secret)))
}

impl Provider {
    /// Gives a client a new secret, and returns it: it is stored as a digest and never told again. The
    /// one before counts for [`client_secret_overlap`](crate::OidcProvider::client_secret_overlap)
    /// seconds more. None where there is no such client, or it has no secret.
    ///
    /// # Errors
    /// [`Unexpected`] when the database or the randomness fails.
    pub async fn rotate_client_secret(&self, client_id: &str) -> Result<Option<String>, Unexpected> {
        let rotation = Rotation { client_id, by: None, overlap: Overlap::Usual };
        Ok(rotate(self, rotation, |_| true).await?.map(|(_, secret)| secret))
    }
}
