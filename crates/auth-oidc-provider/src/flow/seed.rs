//! Writing declared clients to the database, at start and again when a declaration has changed.

use auth_core::database::{begin_write, retrying};
use auth_core::{Secret, StartError};
use auth_protocol::client::ApplicationType;
use auth_protocol::redirect_uri::RedirectUri;
use auth_protocol::registration::ClientKeys;
use serde_json::{Map, Value};

use crate::client_option::ClientOption;
use crate::declared_resources::canonical;
use crate::entity::{Words, client};
use crate::keys::is_taken;
use crate::provider::Provider;
use crate::store;

/// Brings the declared clients into the database. Several instances may do so at once.
pub(crate) async fn seed(provider: &Provider) -> Result<(), StartError> {
    let cx = provider.cx();
    for option in &provider.options().clients {
        let wanted = &row(provider, option, cx.new_id()?);
        let written = match write(provider, wanted).await {
            // Another instance was faster: what it wrote is looked at.
            Err(error) if is_taken(&error) => write(provider, wanted).await?,
            other => other?,
        };
        match written {
            Some(true) => tracing::info!(client.id = option.client_id, "client.declared"),
            Some(false) => {}
            None => {
                let client_id = &option.client_id;
                return Err(
                    format!("the client {client_id} is declared, and somebody has registered one of that id").into()
                );
            }
        }
    }
    Ok(())
}

/// Writes what is declared of a client; says whether there was anything to write, and nothing where
/// somebody has registered a client of that id.
async fn write(provider: &Provider, wanted: &client::Model) -> Result<Option<bool>, sea_orm::DbErr> {
    let cx = provider.cx();
    retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        let written = match store::client::find(&tx, &wanted.client_id).await? {
            None => {
                store::client::insert(&tx, wanted.clone()).await?;
                true
            }
            // One that is there by its document alone is taken over.
            Some(there) if !there.declared && there.document_expires_at.is_none() => return Ok(None),
            Some(there) if is_same(&there, wanted) => false,
            Some(there) => {
                let changed = client::Model { id: there.id, created_at: there.created_at, ..wanted.clone() };
                store::client::declare(&tx, changed).await?;
                true
            }
        };
        tx.commit().await?;
        Ok(Some(written))
    })
    .await
}

/// Whether a row says what is declared. Operators may have disabled it: that stays.
fn is_same(there: &client::Model, wanted: &client::Model) -> bool {
    let declared = client::Model {
        id: there.id.clone(),
        disabled: there.disabled,
        created_at: there.created_at,
        updated_at: there.updated_at,
        ..wanted.clone()
    };
    *there == declared
}

/// The resources whose tokens it may ask about; what cannot be one has been told.
fn introspects(provider: &Provider, option: &ClientOption) -> Option<String> {
    let resources = option.introspects.iter().filter_map(|identifier| canonical(provider.cx(), identifier));
    let resources: Vec<String> = resources.map(|resource| resource.as_str().to_owned()).collect();
    (!resources.is_empty()).then(|| resources.join(" "))
}

fn row(provider: &Provider, option: &ClientOption, id: String) -> client::Model {
    let uris = option.parsed_redirect_uris();
    let is_native = !uris.is_empty() && uris.iter().all(|uri| uri.is_loopback() || uri.is_private_use());
    let application_type = if is_native { ApplicationType::Native } else { ApplicationType::Web };
    let now = provider.cx().now();
    let (jwks, jwks_uri) = match option.keys.clone() {
        None => (None, None),
        Some(ClientKeys::Here(set)) => (Some(set), None),
        Some(ClientKeys::At(uri)) => (None, Some(uri)),
    };
    let kept: Map<String, Value> = option.algorithms.to_keep().collect();
    client::Model {
        id,
        client_id: option.client_id.clone(),
        client_secret: option.secret.as_ref().map(Secret::digest),
        client_secret_expires_at: None,
        previous_secret: option.previous_secret.as_ref().map(Secret::digest),
        previous_secret_until: None,
        registration_access_token: None,
        name: option.name.clone(),
        redirect_uris: uris.iter().map(RedirectUri::as_str).collect(),
        post_logout_redirect_uris: option.post_logout_redirect_uris.iter().map(String::as_str).collect(),
        token_endpoint_auth_method: option.auth_method.clone(),
        jwks,
        jwks_uri,
        grant_types: option.grant_types.iter().map(String::as_str).collect::<Words>(),
        scope: String::new(),
        own_scope: (!option.own_scope.is_empty()).then(|| option.own_scope.join(" ")),
        introspects: introspects(provider, option),
        application_type: application_type.as_str().to_owned(),
        id_token_signed_response_alg: option.algorithms.signs_id_tokens().as_str().to_owned(),
        sector: option.sector(),
        document_expires_at: None,
        metadata: (!kept.is_empty()).then_some(Value::Object(kept)),
        require_pushed_authorization_requests: option.require_par,
        dpop_bound_access_tokens: option.require_dpop,
        skip_consent: option.skip_consent,
        declared: true,
        disabled: false,
        user_id: None,
        created_at: now,
        updated_at: now,
    }
}
