//! Writing declared resources to the database, at start and again when a declaration has changed.

use auth_core::StartError;
use auth_core::database::{begin_write, retrying};
use auth_protocol::resource::Resource;
use serde_json::Value;

use crate::entity::resource;
use crate::provider::Provider;
use crate::resource_server::ResourceOption;
use crate::store;

/// How often a row is looked for that another instance writes at the same time.
const TRIES: u32 = 3;

/// Brings the declared resources into the database. Several instances may do so at once.
pub(crate) async fn seed(provider: &Provider) -> Result<(), StartError> {
    let cx = provider.cx();
    for option in &provider.options().resources {
        // What is wrong with it has been told.
        let Some(identifier) = provider.resource(&option.identifier).map(Resource::as_str) else {
            continue;
        };
        let wanted = &row(provider, option, cx.new_id()?, identifier);
        for _ in 0..TRIES {
            let done = retrying(|| async move {
                let tx = begin_write(cx.db()).await?;
                let written = match store::resource::find_held(&tx, identifier).await? {
                    None => store::resource::insert(&tx, wanted.clone()).await?,
                    Some(there) if is_same(&there, wanted) => true,
                    Some(there) => {
                        let changed = resource::Model { id: there.id, disabled: there.disabled, ..wanted.clone() };
                        store::resource::update(&tx, changed).await?;
                        true
                    }
                };
                if written {
                    tx.commit().await?;
                }
                Ok::<_, sea_orm::DbErr>(written)
            })
            .await?;
            if done {
                break;
            }
        }
    }
    Ok(())
}

/// Whether a row says what is declared. Operators may have disabled it: that stays.
fn is_same(there: &resource::Model, wanted: &resource::Model) -> bool {
    let declared = resource::Model {
        id: there.id.clone(),
        disabled: there.disabled,
        created_at: there.created_at,
        updated_at: there.updated_at,
        ..wanted.clone()
    };
    *there == declared
}

fn row(provider: &Provider, option: &ResourceOption, id: String, identifier: &str) -> resource::Model {
    let now = provider.cx().now();
    resource::Model {
        id,
        identifier: identifier.to_owned(),
        base_scope: option.base_scope.join(" "),
        allowed_scopes: option.allowed_scopes.as_ref().map(|names| names.join(" ")),
        access_token_format: option.format.as_str().to_owned(),
        access_token_ttl: option.access_token_expires_in.and_then(|seconds| i32::try_from(seconds).ok()),
        custom_claims: (!option.claims.is_empty()).then(|| Value::Object(option.claims.clone())),
        dpop_bound_access_tokens_required: option.require_dpop,
        declared: true,
        disabled: false,
        created_at: now,
        updated_at: now,
    }
}
