//! Defaults, as databases write them down.

use super::spec::DefaultValue;

/// What a database fills a column with, if that is plainly something else than wanted.
///
/// What is no literal is left alone: nobody can tell what it comes to.
pub(super) fn other_than(wanted: &DefaultValue, found: &str) -> Option<String> {
    let literal = literal(found)?;
    let same = match wanted {
        DefaultValue::Bool(value) => is_bool(&literal, *value),
        DefaultValue::Int(value) => literal == value.to_string(),
        DefaultValue::Text(value) => literal == *value,
    };
    (!same).then(|| found.to_owned())
}

fn is_bool(literal: &str, value: bool) -> bool {
    let names = if value { ["true", "1", "t", "b'1'"] } else { ["false", "0", "f", "b'0'"] };
    names.iter().any(|name| literal.eq_ignore_ascii_case(name))
}

/// The value of a literal, without quotes, parentheses and the cast `PostgreSQL` adds.
fn literal(found: &str) -> Option<String> {
    let mut text = found.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        text = inner.trim();
    }
    if let Some(quoted) = text.strip_prefix('\'') {
        let (value, rest) = quoted.rsplit_once('\'')?;
        let is_cast = rest.is_empty() || rest.starts_with("::");
        return (is_cast && !value.replace("''", "").contains('\'')).then(|| value.replace("''", "'"));
    }
    // MySQL writes texts without quotes; what calls something is no literal.
    let is_plain = !text.contains('(') && !text.to_ascii_uppercase().starts_with("CURRENT_");
    is_plain.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_database_writes_the_same_default_in_its_own_way() {
        let web = DefaultValue::Text("web".to_owned());
        for found in ["'web'", "'web'::text", "'web'::character varying", "web", "('web')"] {
            assert_eq!(other_than(&web, found), None, "{found}");
        }
        for found in ["true", "1", "TRUE"] {
            assert_eq!(other_than(&DefaultValue::Bool(true), found), None, "{found}");
        }
        assert_eq!(other_than(&DefaultValue::Int(-7), "-7"), None);
        assert_eq!(other_than(&DefaultValue::Text("it's".to_owned()), "'it''s'"), None);
        assert_eq!(other_than(&DefaultValue::Text(String::new()), "''"), None);
        assert_eq!(other_than(&DefaultValue::Text(String::new()), ""), None);
    }

    #[test]
    fn another_default_is_told_as_it_stands() {
        assert_eq!(other_than(&DefaultValue::Bool(true), "0").unwrap(), "0");
        assert_eq!(other_than(&DefaultValue::Text("web".to_owned()), "'native'::text").unwrap(), "'native'::text");
    }

    #[test]
    fn an_expression_is_left_alone() {
        for found in ["gen_random_uuid()", "CURRENT_TIMESTAMP", "'a' || 'b'", "lower('WEB')"] {
            assert_eq!(other_than(&DefaultValue::Text("web".to_owned()), found), None, "{found}");
        }
    }
}
