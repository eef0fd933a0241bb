//! Whose client ID metadata documents count. draft-ietf-oauth-client-id-metadata-document-00.

use auth_protocol::client_id_document::ClientIdUrl;

use crate::complaints::WrongOption;
use crate::config::OidcProvider;
use crate::entity::client;

/// The hosts whose metadata documents describe clients. Default every public one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientIdDocuments {
    only: Option<Vec<String>>,
    except: Vec<String>,
}

impl ClientIdDocuments {
    /// Documents of every public host.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those of these hosts: `claude.ai`, or `*.example.com` for every name below one. Default all.
    #[must_use]
    pub fn only<S: Into<String>>(mut self, hosts: impl IntoIterator<Item = S>) -> Self {
        self.only = Some(hosts.into_iter().map(Into::into).collect());
        self
    }

    /// None of these hosts, also where [`ClientIdDocuments::only`] names them. Default none is left out.
    #[must_use]
    pub fn except<S: Into<String>>(mut self, hosts: impl IntoIterator<Item = S>) -> Self {
        self.except = hosts.into_iter().map(Into::into).collect();
        self
    }

    /// Whether documents of a host count.
    pub(crate) fn admit(&self, host: &str) -> bool {
        let is_among = |patterns: &[String]| patterns.iter().any(|pattern| fits(pattern, host));
        self.only.as_deref().is_none_or(is_among) && !is_among(&self.except)
    }

    /// The first pattern that fits no host.
    fn wrong(&self) -> Option<&str> {
        let is_host = |pattern: &str| {
            let name = pattern.strip_prefix("*.").unwrap_or(pattern);
            !name.contains('*') && url::Host::parse(name).is_ok_and(|host| host.to_string() == name)
        };
        let all = self.only.iter().flatten().chain(&self.except);
        all.map(String::as_str).find(|pattern| !is_host(pattern))
    }
}

/// A host's name, with or without the dot of the root, against a name or everything below it.
fn fits(pattern: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    match pattern.strip_prefix('*') {
        Some(below) => host.strip_suffix(below).is_some_and(|rest| !rest.is_empty()),
        None => host == pattern,
    }
}

impl OidcProvider {
    /// Lets a URL be the id of a client, whose metadata is the document there, and says whose. Default off;
    /// [`OidcProvider::without_client_id_documents`] switches it off again.
    ///
    /// The document is fetched from public addresses over https only, when a person comes with a request.
    #[must_use]
    pub fn client_id_documents(mut self, documents: ClientIdDocuments) -> Self {
        self.documents = Some(documents);
        self
    }

    /// Takes no URL for the id of a client: those that came so are unknown from then on. The default.
    #[must_use]
    pub fn without_client_id_documents(mut self) -> Self {
        self.documents = None;
        self
    }

    /// Whether a client that is known by its document may still be; any other may.
    pub(crate) fn admits(&self, client: &client::Model) -> bool {
        client.document_expires_at.is_none()
            || ClientIdUrl::parse(&client.client_id).is_ok_and(|url| self.admits_documents_of(url.host()))
    }

    /// Whether documents of a host count.
    pub(crate) fn admits_documents_of(&self, host: &str) -> bool {
        self.documents.as_ref().is_some_and(|documents| documents.admit(host))
    }

    pub(crate) fn complaint_of_documents(&self) -> Option<WrongOption> {
        let wrong = self.documents.as_ref()?.wrong()?;
        let right = "name hosts as they stand in URLs, such as \"claude.ai\" or \"*.example.com\"";
        Some(WrongOption::text("client_id_documents", wrong, right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_let_in_by_name_or_by_what_they_are_below() {
        let documents = ClientIdDocuments::new().only(["claude.ai", "*.example.com"]).except(["evil.example.com"]);
        for host in ["claude.ai", "claude.ai.", "a.example.com", "a.b.example.com"] {
            assert!(documents.admit(host), "{host}");
        }
        for host in ["www.claude.ai", "example.com", "aexample.com", "notclaude.ai", "evil.example.com", ""] {
            assert!(!documents.admit(host), "{host}");
        }
        assert!(ClientIdDocuments::new().admit("anything.example"));
        assert!(!ClientIdDocuments::new().except(["*.example"]).admit("anything.example"));
        assert!(!ClientIdDocuments::new().only(Vec::<String>::new()).admit("claude.ai"));
    }

    #[test]
    fn a_pattern_is_a_host_as_urls_have_it() {
        for good in ["claude.ai", "*.example.com", "xn--bcher-kva.example", "192.0.2.1"] {
            assert_eq!(ClientIdDocuments::new().only([good]).wrong(), None, "{good}");
        }
        for bad in ["https://claude.ai", "Claude.ai", "claude.ai/x", "*", "*claude.ai", "a.*.b", "", "bücher.example"]
        {
            assert_eq!(ClientIdDocuments::new().except([bad]).wrong(), Some(bad), "{bad}");
        }
    }
}
