//! Who is let in to the MCP endpoint, and where clients find out who lets them in.

use auth_outbound::{Outbound, OutboundOptions};
use auth_protocol::dpop::PROOF_ALGORITHMS;
use auth_protocol::metadata::{ProtectedResourceMetadata, WellKnown, well_known_path};
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use auth_resource_server::{
    ByForm, Guard, HostRule, Introspection, Jwks, MemoryProofs, OriginRule, RequireToken, Verifier, cors,
    metadata_router,
};
use axum::Router;
use url::Url;

use crate::config::Config;
use crate::tools::Mcp;

/// The MCP endpoint behind its guard, and its metadata, at the path of the resource.
pub(crate) fn guarded(config: &Config, mcp: Mcp) -> anyhow::Result<Router> {
    let resource = Resource::parse(&config.resource())?;
    let scope = Scope::parse("mcp:tools")?;
    let url = Url::parse(resource.as_str())?;
    let described_at = url.join(&well_known_path(WellKnown::OAuthProtectedResource, url.path()))?;
    let metadata = ProtectedResourceMetadata {
        dpop_signing_alg_values_supported: PROOF_ALGORITHMS.map(str::to_owned).to_vec(),
        ..ProtectedResourceMetadata::new(resource.clone(), &config.issuer, &scope)
    };
    let guard = RequireToken::builder(verifier(config, &resource)?, described_at)
        .scope(scope)
        .dpop(MemoryProofs::new(), &resource)
        .build()?;
    Ok(Router::new()
        .route_service(url.path(), mcp)
        .route_layer(guard)
        .route_layer(Guard::new(OriginRule::for_base(&url)))
        .route_layer(Guard::new(HostRule::for_base(&url)))
        .route_layer(cors())
        .merge(metadata_router([&metadata])?))
}

/// JWTs are verified here; about any other token the issuer is asked, if this server is a client there.
fn verifier(config: &Config, resource: &Resource) -> anyhow::Result<Box<dyn Verifier>> {
    let issuer = &config.issuer;
    // An issuer on this machine is one for development.
    let is_local = issuer.starts_with("http://");
    let options = OutboundOptions::new();
    let outbound = Outbound::new(if is_local { options.allow_loopback() } else { options })?;
    let jwks = Jwks::builder(outbound.clone(), issuer, resource).build()?;
    let Some(client) = config.introspection_client() else { return Ok(Box::new(jwks)) };
    let introspection = Introspection::builder(outbound, issuer, resource, client);
    Ok(Box::new(ByForm::new(jwks, introspection.kept_for(config.introspection_kept_for()).build()?)))
}
