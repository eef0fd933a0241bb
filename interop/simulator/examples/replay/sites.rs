//! The web sites of clients, which serve the documents that describe them.

use std::collections::BTreeMap;

use auth_doctor::{Profile, metadata_document};
use auth_testkit::WebSite;
use serde_json::Value;

/// One site for each host.
#[derive(Debug)]
pub(crate) struct Sites(BTreeMap<String, WebSite>);

impl Sites {
    /// Serves the document of each client that has one, with these keys.
    pub(crate) async fn serving(profiles: &[Profile], keys: &Value) -> anyhow::Result<Self> {
        let mut sites = BTreeMap::new();
        for (url, document) in profiles.iter().filter_map(|profile| metadata_document(profile, keys)) {
            let host = url.host_str().unwrap_or_default().to_owned();
            let known = sites.remove(&host);
            let site = match known {
                Some(site) => site,
                None => WebSite::at([&*host]).await,
            };
            site.says(url.path(), &document, "max-age=60");
            sites.insert(host, site);
        }
        anyhow::ensure!(!sites.is_empty(), "no client has a document");
        Ok(Self(sites))
    }

    /// Where each name leads, for `CIMD_DEV_RESOLVE`.
    pub(crate) fn entries(&self) -> String {
        self.0.values().map(WebSite::entries).collect::<Vec<_>>().join(",")
    }

    /// The root certificates, for `CIMD_DEV_CA`.
    pub(crate) fn roots(&self) -> String {
        self.0.values().map(WebSite::root).collect()
    }
}
