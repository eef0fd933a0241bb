//! What an introspection endpoint answers. RFC 7662 §2.2.

use serde::Deserialize;

use crate::claims::Claims;

/// What an issuer says of a token.
#[derive(Debug)]
pub(super) enum Answer {
    /// Not good, and nothing else.
    Inactive,
    /// Good, and what it claims.
    Active(Box<Claims>),
    /// Good, while what is needed to judge it is missing or has the wrong form.
    Malformed,
}

#[derive(Deserialize)]
struct Activity {
    active: bool,
}

impl Answer {
    /// Reads an answer; it has to say whether the token is good.
    pub(super) fn read(document: &[u8]) -> Result<Self, serde_json::Error> {
        let Activity { active } = serde_json::from_slice(document)?;
        if !active {
            return Ok(Self::Inactive);
        }
        Ok(serde_json::from_slice(document).map_or(Self::Malformed, |claims| Self::Active(Box::new(claims))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inactive_is_nothing_else() {
        for inactive in [r#"{"active":false}"#, r#"{"active":false,"sub":"alice","aud":"https://mcp.example/mcp"}"#] {
            assert!(matches!(Answer::read(inactive.as_bytes()), Ok(Answer::Inactive)), "{inactive}");
        }
    }

    #[test]
    fn an_answer_that_does_not_say_is_none() {
        for unclear in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"active":"true","sub":"a","aud":"b"}"#,
            r#"{"active":1}"#,
            r#"{"active":null}"#,
            r#"{"active":false,"active":true,"sub":"a","aud":"b"}"#,
            r#"{"Active":true}"#,
        ] {
            assert!(Answer::read(unclear.as_bytes()).is_err(), "{unclear}");
        }
    }

    #[test]
    fn an_active_token_without_subject_or_audience_cannot_be_judged() {
        for lacking in [
            r#"{"active":true}"#,
            r#"{"active":true,"sub":"alice"}"#,
            r#"{"active":true,"aud":"https://mcp.example/mcp"}"#,
            r#"{"active":true,"client_id":"c","aud":"https://mcp.example/mcp"}"#,
            r#"{"active":true,"sub":"alice","sub":"bob","aud":"https://mcp.example/mcp"}"#,
        ] {
            assert!(matches!(Answer::read(lacking.as_bytes()), Ok(Answer::Malformed)), "{lacking}");
        }
    }
}
