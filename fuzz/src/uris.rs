//! URIs that decide where something goes.

use auth_protocol::client_id_document::ClientIdUrl;
use auth_protocol::redirect_uri::RedirectUri;
use auth_protocol::resource::Resource;
use url::Url;

use crate::{text, two_texts};

/// What matches is the same URI, or one on this machine that differs in its port only.
pub(crate) fn redirect_uri(data: &[u8]) {
    let Some((registered, presented)) = two_texts(data) else { return };
    let Ok(uri) = RedirectUri::parse(registered) else { return };
    assert_eq!(RedirectUri::parse(uri.as_str()).expect("what was taken is taken again"), uri);
    assert!(uri.matches(uri.as_str()));
    let answer = uri.with_query(&[("code", "a&b"), ("state", "#")]);
    if !uri.is_private_use() {
        let answer = Url::parse(&answer).expect("an answer is a URL");
        let place =
            |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port(), url.path().to_owned());
        assert_eq!(place(&answer), place(&Url::parse(uri.as_str()).expect("so is the URI")));
        assert!(answer.query_pairs().any(|(name, value)| name == "code" && value == "a&b"));
    }
    if !uri.matches(presented) || presented == uri.as_str() {
        return;
    }
    assert!(uri.is_loopback(), "{registered} {presented}");
    let ported = |text: &str| {
        let mut url = Url::parse(text).expect("both are URLs");
        let _ = url.set_port(None);
        url
    };
    assert_eq!(ported(uri.as_str()), ported(presented));
}

/// The URL of a metadata document is https, without fragment and credentials, and is what was written.
pub(crate) fn client_id_url(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(id) = ClientIdUrl::parse(text) else { return };
    assert_eq!(id.as_str(), text);
    let url = Url::parse(text).expect("it is a URL");
    assert_eq!(url.as_str(), text, "in its one form");
    assert_eq!((url.scheme(), url.fragment(), url.username(), url.password()), ("https", None, "", None));
    assert_eq!(url.host_str(), Some(id.host()));
    assert!(url.path().len() > 1 && ClientIdUrl::is_claimed_by(text));
}

/// A resource has one form, which it accepts.
pub(crate) fn resource(data: &[u8]) {
    let Some((one, other)) = two_texts(data) else { return };
    let Ok(resource) = Resource::parse(one) else { return };
    assert_eq!(Resource::parse(resource.as_str()).expect("what was taken is taken again"), resource);
    assert!(resource.accepts(resource.as_str()) && resource.accepts(one));
    if resource.accepts(other) {
        // A client may add a query to a resource that has none.
        let added = other.split_once('?').filter(|_| !resource.as_str().contains('?'));
        let meant = added.map_or(other, |(bare, _)| bare);
        assert_eq!(Resource::parse(meant).expect("it is one"), resource);
    }
}
