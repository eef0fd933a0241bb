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
    pub name: String,
    /// Their address, in its canonical form.
    #[schema(example = "alice@example.com")]
    pub email: String,
    /// Whether they have shown that the address is theirs.
    pub email_verified: bool,
    /// The URL of a picture, or null.
    pub image: Option<String>,
    /// When they signed up.
    #[serde(serialize_with = "iso")]
    pub created_at: DateTime<Utc>,
    /// When something about them last changed.
    #[serde(serialize_with = "iso")]
    pub updated_at: DateTime<Utc>,
    /// Their id.
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
    pub expires_at: DateTime<Utc>,
    /// The raw token. By itself it is no credential: cookies carry it signed.
    pub token: String,
    /// When the person signed in.
    #[serde(serialize_with = "iso")]
    pub created_at: DateTime<Utc>,
    /// When it was last extended.
    #[serde(serialize_with = "iso")]
    pub updated_at: DateTime<Utc>,
    /// The address it was made from; empty if unknown.
    pub ip_address: String,
    /// What the browser called itself; empty if unknown.
    pub user_agent: String,
    /// Whose session it is.
    pub user_id: String,
    /// Its id.
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
