//! Users and sessions as they stand in answers: Better Auth's shapes.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::entity::{session, user};

/// A person, in answers.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = core::User)]
pub struct UserBody {
    /// What they are called.
    #[schema(example = "Alice Example")]
    pub name: String,
    /// Their address, in its canonical form.
    #[schema(example = "alice@example.com")]
    pub email: String,
    /// Whether they have shown that the address is theirs.
    #[schema(example = false)]
    pub email_verified: bool,
    /// The URL of a picture, or null.
    #[schema(example = "https://example.com/alice.png")]
    pub image: Option<String>,
    /// When they signed up.
    #[serde(serialize_with = "iso")]
    #[schema(example = "2026-01-15T12:00:00.000Z")]
    pub created_at: DateTime<Utc>,
    /// When something about them last changed.
    #[serde(serialize_with = "iso")]
    #[schema(example = "2026-01-15T12:00:00.000Z")]
    pub updated_at: DateTime<Utc>,
    /// Their id.
    #[schema(example = "0192f0c1-7a4e-7cc3-9c2b-5d1c0e6f8a21")]
    pub id: String,
}

impl From<&user::Model> for UserBody {
    fn from(user: &user::Model) -> Self {
        Self {
            name: user.name.clone(),
            email: user.email.clone(),
            email_verified: user.email_verified,
            image: user.image.clone(),
            created_at: user.created_at,
            updated_at: user.updated_at,
            id: user.id.clone(),
        }
    }
}

/// A session, in answers to the one it belongs to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = core::Session)]
pub struct SessionBody {
    /// When it ends unless it is used.
    #[serde(serialize_with = "iso")]
    #[schema(example = "2026-01-22T12:00:00.000Z")]
    pub expires_at: DateTime<Utc>,
    /// The raw token. By itself it is no credential: cookies carry it signed.
    #[schema(example = "vN3xQk8sLt1rZw6yPb9mHc4dGf7jKa2eSu5oTi0gWxE")]
    pub token: String,
    /// When the person signed in.
    #[serde(serialize_with = "iso")]
    #[schema(example = "2026-01-15T12:00:00.000Z")]
    pub created_at: DateTime<Utc>,
    /// When it was last extended.
    #[serde(serialize_with = "iso")]
    #[schema(example = "2026-01-15T12:00:00.000Z")]
    pub updated_at: DateTime<Utc>,
    /// The address it was made from; empty if unknown.
    #[schema(example = "203.0.113.7")]
    pub ip_address: String,
    /// What the browser called itself; empty if unknown.
    #[schema(example = "Mozilla/5.0")]
    pub user_agent: String,
    /// Whose session it is.
    #[schema(example = "0192f0c1-7a4e-7cc3-9c2b-5d1c0e6f8a21")]
    pub user_id: String,
    /// Its id.
    #[schema(example = "0192f0c1-8b10-7a92-b3f4-2c8e6d1a9f05")]
    pub id: String,
}

impl SessionBody {
    /// Describes a session to its own person, who presented this token.
    pub fn of(session: &session::Model, token: &str) -> Self {
        Self {
            expires_at: session.expires_at,
            token: token.to_owned(),
            created_at: session.created_at,
            updated_at: session.updated_at,
            ip_address: session.ip_address.clone().unwrap_or_default(),
            user_agent: session.user_agent.clone().unwrap_or_default(),
            user_id: session.user_id.clone(),
            id: session.id.clone(),
        }
    }
}

/// Writes a time as Better Auth does: `2026-01-02T03:04:05.678Z`.
fn iso<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
}
