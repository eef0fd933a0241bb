//! Resources: listed, made and changed by operators. RFC 8707.

use auth_core::Unexpected;
use auth_core::database::{begin_write, retrying};
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use serde_json::{Map, Value};

use super::members::{Member, Members};
use super::{Asker, Refusal};
use crate::administration::AdministrativeAction as Action;
use crate::codes::{RESOURCE_EXISTS, RESOURCE_IS_DECLARED, RESOURCE_NOT_FOUND, RESOURCE_REFUSED};
use crate::entity::resource;
use crate::event::{Done, ResourceCreated, ResourceDisabled, ResourceUpdated};
use crate::provider::Provider;
use crate::resource_server::{AccessTokenFormat, MAX_IDENTIFIER, MAX_LIFETIME, is_reserved};
use crate::store;

/// The most bytes of fixed claims: they stand in every token.
const MAX_CLAIMS: usize = 2048;

/// What is wanted of a resource: what is absent stays as it is, and what is null goes.
#[derive(Debug)]
struct Wanted {
    base_scope: Member<String>,
    allowed_scopes: Member<String>,
    format: Member<String>,
    expires_in: Member<u64>,
    claims: Member<Map<String, Value>>,
    require_dpop: Option<bool>,
    disabled: Option<bool>,
}

/// Every resource, the oldest first.
#[tracing::instrument(skip_all, fields(user.id = asker.id()))]
pub(crate) async fn list(asker: Asker<'_>) -> Result<Vec<resource::Model>, Refusal> {
    asker.demand(Action::ListResources).await?;
    Ok(store::resource::all(asker.provider.cx().db()).await?)
}

/// Makes a resource. Here it counts at once, and in other instances within a minute.
#[tracing::instrument(skip_all, fields(user.id = asker.id()))]
pub(crate) async fn create(asker: Asker<'_>, body: Map<String, Value>) -> Result<resource::Model, Refusal> {
    asker.demand(Action::CreateResource).await?;
    let (provider, cx) = (asker.provider, asker.provider.cx());
    let mut members = Members(body);
    let identifier = members.text("identifier")?.over(None).unwrap_or_default();
    let identifier = Resource::parse(&identifier).map_err(|error| refused(error.description))?;
    if identifier.as_str().len() > MAX_IDENTIFIER {
        return Err(refused(format!("the identifier may have {MAX_IDENTIFIER} bytes")));
    }
    let wanted = Wanted::read(provider, members)?;
    let row = wanted.applied(resource::Model {
        id: cx.new_id()?,
        identifier: identifier.as_str().to_owned(),
        base_scope: String::new(),
        allowed_scopes: None,
        access_token_format: AccessTokenFormat::default().as_str().to_owned(),
        access_token_ttl: None,
        custom_claims: None,
        dpop_bound_access_tokens_required: false,
        declared: false,
        disabled: false,
        created_at: cx.now(),
        updated_at: cx.now(),
    });
    let event = ResourceCreated { identifier: row.identifier.clone(), by: asker.id().to_owned() };
    let (new, told) = (&row, &event);
    retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        if store::resource::count(&tx).await? >= store::resource::MOST {
            return Err(refused(format!("there can be {} resources", store::resource::MOST)));
        }
        if !store::resource::insert(&tx, new.clone()).await? {
            return Err(Refusal::code(RESOURCE_EXISTS));
        }
        cx.events().emit_in(told, &tx).await?;
        tx.commit().await?;
        Ok::<_, Refusal>(())
    })
    .await?;
    tracing::info!(resource.id = row.id, user.id = event.by, "resource.created");
    take_up(provider).await;
    cx.events().emit(&event).await;
    Ok(row)
}

/// Changes a resource, or disables it: then no token is issued for it, and those there are go on to their end.
#[tracing::instrument(skip_all, fields(resource.id = id, user.id = asker.id()))]
pub(crate) async fn update(asker: Asker<'_>, id: &str, body: Map<String, Value>) -> Result<resource::Model, Refusal> {
    asker.demand(Action::UpdateResource(id)).await?;
    let (provider, cx) = (asker.provider, asker.provider.cx());
    let wanted = &Wanted::read(provider, Members(body))?;
    let (row, event) = retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        let found = store::resource::find_by_id_held(&tx, id).await?;
        let before = found.ok_or_else(|| Refusal::code(RESOURCE_NOT_FOUND))?;
        if before.declared && !wanted.only_disables() {
            return Err(Refusal::code(RESOURCE_IS_DECLARED));
        }
        let after = wanted.applied(resource::Model { updated_at: cx.now(), ..before });
        store::resource::update(&tx, after.clone()).await?;
        let (identifier, by) = (after.identifier.clone(), asker.id().to_owned());
        let event = if wanted.only_disables() && wanted.disabled == Some(true) {
            Done::Ends(ResourceDisabled { identifier, by })
        } else {
            Done::Changes(ResourceUpdated { identifier, by })
        };
        event.emit_in(cx.events(), &tx).await?;
        tx.commit().await?;
        Ok::<_, Refusal>((after, event))
    })
    .await?;
    tracing::info!(resource.id = id, user.id = asker.id(), disabled = row.disabled, "resource.updated");
    take_up(provider).await;
    event.emit(cx.events()).await;
    Ok(row)
}

/// What is committed counts within a minute, also if it cannot be read right now.
async fn take_up(provider: &Provider) {
    if let Err(error) = provider.reload_resources().await {
        tracing::warn!(%error, "resources.not_read");
    }
}

impl Wanted {
    fn read(provider: &Provider, mut members: Members) -> Result<Self, Refusal> {
        let wanted = Self {
            base_scope: members.text("base_scope")?,
            allowed_scopes: members.text("allowed_scopes")?,
            format: members.text("access_token_format")?,
            expires_in: members.number("access_token_expires_in")?,
            claims: members.object("claims")?,
            require_dpop: members.flag("dpop_bound_access_tokens_required")?,
            disabled: members.flag("disabled")?,
        };
        for scope in [&wanted.base_scope, &wanted.allowed_scopes].into_iter().filter_map(Member::given) {
            judge_scope(provider, scope)?;
        }
        if wanted.format.given().is_some_and(|format| AccessTokenFormat::parse(format).is_none()) {
            return Err(refused("access_token_format is opaque or jwt"));
        }
        if wanted.expires_in.given().is_some_and(|seconds| !(1..=MAX_LIFETIME).contains(seconds)) {
            return Err(refused(format!("access_token_expires_in is 1 to {MAX_LIFETIME} seconds")));
        }
        if let Some(claims) = wanted.claims.given() {
            judge_claims(claims)?;
        }
        Ok(wanted)
    }

    fn only_disables(&self) -> bool {
        let Self { base_scope, allowed_scopes, format, expires_in, claims, require_dpop, disabled: _ } = self;
        let texts = base_scope.is_there() || allowed_scopes.is_there() || format.is_there();
        !texts && !expires_in.is_there() && !claims.is_there() && require_dpop.is_none()
    }

    fn applied(&self, before: resource::Model) -> resource::Model {
        let Self { base_scope, allowed_scopes, format, expires_in, claims, require_dpop, disabled } = self;
        let ttl = before.access_token_ttl.and_then(|seconds| u64::try_from(seconds).ok());
        let fixed = before.custom_claims.and_then(|claims| match claims {
            Value::Object(claims) => Some(claims),
            _ => None,
        });
        let fixed = claims.over(fixed).filter(|claims| !claims.is_empty());
        let format = format.over(Some(before.access_token_format));
        resource::Model {
            base_scope: base_scope.over(Some(before.base_scope)).unwrap_or_default(),
            allowed_scopes: allowed_scopes.over(before.allowed_scopes),
            access_token_format: format.unwrap_or_else(|| AccessTokenFormat::default().as_str().to_owned()),
            access_token_ttl: expires_in.over(ttl).and_then(|seconds| i32::try_from(seconds).ok()),
            custom_claims: fixed.map(Value::Object),
            dpop_bound_access_tokens_required: require_dpop.unwrap_or(before.dpop_bound_access_tokens_required),
            disabled: disabled.unwrap_or(before.disabled),
            ..before
        }
    }
}

/// Only what is offered: the consent page has words for it.
fn judge_scope(provider: &Provider, scope: &str) -> Result<(), Refusal> {
    let is_offered = Scope::parse(scope).is_ok_and(|scope| scope.iter().all(|name| provider.options().offers(name)));
    if is_offered { Ok(()) } else { Err(refused("base_scope and allowed_scopes name scopes that are offered")) }
}

fn judge_claims(claims: &Map<String, Value>) -> Result<(), Refusal> {
    if claims.keys().any(|name| is_reserved(name)) {
        return Err(refused("claims: a token makes one of these by itself"));
    }
    let text = serde_json::to_string(claims).map_err(Unexpected::new)?;
    // PostgreSQL keeps no such character.
    if text.len() > MAX_CLAIMS || text.contains("\\u0000") {
        return Err(refused(format!("claims may have {MAX_CLAIMS} bytes of text")));
    }
    Ok(())
}

fn refused(words: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::saying(RESOURCE_REFUSED, words)
}
