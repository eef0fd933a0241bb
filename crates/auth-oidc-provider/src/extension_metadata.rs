//! What an app or another plugin adds to the metadata documents. RFC 8414 §2.

use serde_json::Value;

/// A member of the documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ExtensionMetadata {
    /// As it is.
    Value(Value),
    /// A path below the base path, told as a whole URL.
    Endpoint(String),
}
