//! What a body asks for: calls of tools, found as any server would find them.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::anonymous::is_public;

/// What a body calls, and the id that its answer has to name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Calls {
    pub(crate) tools: Vec<String>,
    /// Whether everything besides needs no token; not so for what asks for nothing.
    pub(crate) is_public: bool,
    /// Null for a batch.
    pub(crate) id: Value,
}

/// The tools that a message calls, or each of a batch (MCP 2025-03-26).
///
/// What could be read in two ways is refused: the server behind might read the other one.
pub(crate) fn calls(body: &[u8]) -> Result<Calls, ()> {
    let text = std::str::from_utf8(body).map_err(drop)?;
    let (messages, is_batch): (Vec<&RawValue>, _) = if text.trim_start().starts_with('[') {
        (serde_json::from_str(text).map_err(drop)?, true)
    } else {
        (vec![serde_json::from_str(text).map_err(drop)?], false)
    };
    let (mut tools, mut id) = (Vec::new(), Value::Null);
    let mut all_public = !messages.is_empty();
    for message in messages {
        let message = message.get();
        let Message { method, id: own, rest } = serde_json::from_str(message).map_err(drop)?;
        is_exact(&rest, &["method", "params", "id"])?;
        if method.as_deref() == Some("tools/call") {
            let Call { params } = serde_json::from_str(message).map_err(drop)?;
            is_exact(&params.rest, &["name"])?;
            tools.push(params.name);
        } else {
            all_public &= method.as_deref().is_some_and(|method| is_public(method, own.is_some()));
        }
        id = own.filter(|_| !is_batch).unwrap_or_default();
    }
    Ok(Calls { tools, is_public: all_public, id })
}

/// Refuses members that some readers take for others, as they do not mind the case, fold letters of other alphabets,
/// or end a name at its first control character.
fn is_exact(rest: &Names, known: &[&str]) -> Result<(), ()> {
    let is_odd = |name: &str| !name.bytes().all(|byte| byte.is_ascii_graphic());
    let is_alike =
        |name: &String| is_odd(name) || known.iter().any(|known| name != known && name.eq_ignore_ascii_case(known));
    if rest.0.iter().any(is_alike) { Err(()) } else { Ok(()) }
}

/// A request, a notification or an answer.
#[derive(Deserialize)]
struct Message {
    method: Option<String>,
    id: Option<Value>,
    #[serde(flatten)]
    rest: Names,
}

#[derive(Deserialize)]
struct Call {
    params: CallParams,
}

#[derive(Deserialize)]
struct CallParams {
    name: String,
    #[serde(flatten)]
    rest: Names,
}

/// The names of further members.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMembers;

        impl<'de> Visitor<'de> for OfMembers {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = members.next_entry()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }

        deserializer.deserialize_map(OfMembers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_in_messages_and_batches() {
        let called = |text: &str| calls(text.as_bytes()).map(|calls| calls.tools);
        let call =
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write","arguments":{"name":"x"}}}"#;
        let list = r#"{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"name":"write"}}"#;

        assert_eq!(called(call), Ok(vec!["write".to_owned()]));
        assert_eq!(called(list), Ok(vec![]));
        assert_eq!(called(&format!(" [{list},{call},{call}]")), Ok(vec!["write".to_owned(), "write".to_owned()]));
        assert_eq!(calls(call.as_bytes()).unwrap().id, 1);
        assert_eq!(called(r#"{"id":1,"result":{"method":"tools/call"}}"#), Ok(vec![]));
        assert_eq!(called(r#"{"method":"tools\/call","params":{"name":"\u0077rite"}}"#), Ok(vec!["write".to_owned()]));
    }

    #[test]
    fn what_needs_no_token_is_told_from_the_rest() {
        let is_public = |text: &str| calls(text.as_bytes()).unwrap().is_public;

        for text in [
            r#"{"id":1,"method":"initialize"}"#,
            r#"{"method":"notifications/initialized"}"#,
            r#"[{"id":1,"method":"tools/list"},{"id":2,"method":"tools/call","params":{"name":"x"}}]"#,
        ] {
            assert!(is_public(text), "{text}");
        }
        for text in [
            "[]",
            "{}",
            r#"{"method":null}"#,
            r#"{"id":1,"result":{}}"#,
            r#"{"id":1,"method":"resources/list"}"#,
            r#"{"id":1,"method":"Initialize"}"#,
            r#"{"id":1,"method":"notifications/initialized"}"#,
            r#"{"method":"notifications/deploy"}"#,
            r#"{"id":1,"method":"tools/list "}"#,
            r#"[{"id":1,"method":"tools/list"},{"id":2,"method":"resources/read"}]"#,
        ] {
            assert!(!is_public(text), "{text}");
        }
    }

    #[test]
    fn what_two_readers_could_read_in_two_ways_is_refused() {
        for bad in [
            "",
            "x",
            "1",
            r#""tools/call""#,
            r#"{"method":1}"#,
            r#"{"method":"tools/call","params":{"name":"read"},"param\u017f":{"name":"write"}}"#,
            r#"{"method":"ping","method\u0000":"tools/call","params":{"name":"write"}}"#,
            r#"{"method":"tools/call","params":{"name":"read","name ":"write"}}"#,
            r#"{"method":"ping","method":"tools/call","params":{"name":"write"}}"#,
            r#"{"method":"tools/call","method":"ping","params":{"name":"write"}}"#,
            r#"{"Method":"tools/call","params":{"name":"write"}}"#,
            r#"{"method":"ping","METHOD":"tools/call","params":{"name":"write"}}"#,
            r#"{"method":"tools/call","params":{"name":"read","Name":"write"}}"#,
            r#"{"method":"tools/call","params":{"name":"read"},"Params":{"name":"write"}}"#,
            r#"{"method":"tools/call","params":["write"]}"#,
            r#"{"method":"tools/call"}"#,
            r#"{"method":"tools/call","params":{}}"#,
            r#"{"method":"tools/call","params":{"name":"read","name":"write"}}"#,
            r#"{"method":"tools/call","params":{"name":"read"},"params":{"name":"write"}}"#,
            r#"{"method":"tools/call","params":{"name":null}}"#,
            r#"[[{"method":"ping"}]]"#,
            "{\"method\":\"ping\"} {}",
        ] {
            assert_eq!(calls(bad.as_bytes()), Err(()), "{bad}");
        }
        assert_eq!(calls(b"{\"method\":\"\xff\"}"), Err(()));
    }
}
