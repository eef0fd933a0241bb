//! Request parameters as form-urlencoded pairs. RFC 6749 §3.1, §3.2 and appendix B.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode;
use url::form_urlencoded;

use crate::{OAuthError, OAuthErrorCode};

/// The largest number of pairs in one request.
pub const MAX_PAIRS: usize = 100;
/// The largest length of a name, in bytes.
pub const MAX_NAME_LENGTH: usize = 64;
/// The largest length of a value, in bytes after decoding.
pub const MAX_VALUE_LENGTH: usize = 8192;

/// The parameters of one request; `Debug` shows the names only, since values may be secrets.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
}

impl Params {
    /// Reads `application/x-www-form-urlencoded`; only names in `repeatable` may come twice.
    ///
    /// # Errors
    ///
    /// `invalid_request` for a repeated name (RFC 6749 §3.1), text that is not UTF-8, a control
    /// character (appendix A allows none), or more than the caps of this module.
    pub fn parse(input: impl AsRef<[u8]>, repeatable: &[&str]) -> Result<Self, OAuthError> {
        let pairs = input.as_ref().split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decoded(halves.next().unwrap_or_default())?;
            let value = decoded(halves.next().unwrap_or_default())?;
            Ok((name, value))
        });

        Self::collect(pairs, repeatable)
    }

    /// Builds the parameters from decoded pairs, under the same rules as [`Params::parse`].
    ///
    /// # Errors
    ///
    /// `invalid_request`, as [`Params::parse`].
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>, repeatable: &[&str]) -> Result<Self, OAuthError>
    where
        N: Into<String>,
        V: Into<String>,
    {
        let pairs = pairs.into_iter().map(|(name, value)| Ok((name.into(), value.into())));

        Self::collect(pairs, repeatable)
    }

    /// The value of `name`; an empty value counts as absent. RFC 6749 §3.1.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, value)| *other == name && !value.is_empty()).map(|(_, value)| value)
    }

    /// Every non-empty value of `name`, in the order sent.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(other, value)| *other == name && !value.is_empty()).map(|(_, value)| value)
    }

    /// Every pair, in the order sent, with empty values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The pairs as `application/x-www-form-urlencoded`, to keep a request and parse it again.
    pub fn to_urlencoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }

    fn collect(
        pairs: impl Iterator<Item = Result<(String, String), OAuthError>>,
        repeatable: &[&str],
    ) -> Result<Self, OAuthError> {
        let mut params = Self::default();

        for pair in pairs {
            let (name, value) = pair?;
            if params.pairs.len() == MAX_PAIRS {
                return refuse("too many parameters");
            }
            if name.len() > MAX_NAME_LENGTH {
                return refuse("a parameter name is too long");
            }
            if name.chars().chain(value.chars()).any(char::is_control) {
                return refuse("a parameter contains a control character");
            }
            if value.len() > MAX_VALUE_LENGTH {
                return refuse(format!("parameter {name} is too long"));
            }
            let repeated = params.pairs.iter().any(|(other, _)| *other == name);
            if repeated && !repeatable.contains(&name.as_str()) {
                return refuse(format!("parameter {name} appears more than once"));
            }
            params.pairs.push((name, value));
        }

        Ok(params)
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.pairs.iter().map(|(name, _)| name)).finish()
    }
}

/// Decodes one name or value of a form; `+` is a blank. RFC 6749 appendix B.
pub(crate) fn form_decode(bytes: &[u8]) -> Option<String> {
    let blanks: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();

    percent_decode(&blanks).decode_utf8().ok().map(Cow::into_owned)
}

fn decoded(bytes: &[u8]) -> Result<String, OAuthError> {
    form_decode(bytes).ok_or_else(|| OAuthError::new(OAuthErrorCode::InvalidRequest, "the parameters are not UTF-8"))
}

fn refuse<T>(description: impl Into<Cow<'static, str>>) -> Result<T, OAuthError> {
    Err(OAuthError::new(OAuthErrorCode::InvalidRequest, description))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refusal(input: impl AsRef<[u8]>) -> OAuthErrorCode {
        Params::parse(input, &["resource"]).unwrap_err().code
    }

    #[test]
    fn values_are_form_decoded() {
        let params = Params::parse("a=x+y%2Bz&b=%C3%A9&c==1&", &[]).unwrap();

        assert_eq!(params.get("a"), Some("x y+z"));
        assert_eq!(params.get("b"), Some("é"));
        assert_eq!(params.get("c"), Some("=1"));
    }

    #[test]
    fn an_empty_value_counts_as_absent() {
        let params = Params::parse("scope=&state&code=x", &[]).unwrap();

        assert_eq!(params.get("scope"), None);
        assert_eq!(params.get("state"), None);
        assert_eq!(params.get("code"), Some("x"));
    }

    #[test]
    fn a_repeated_parameter_is_refused() {
        assert_eq!(refusal("state=a&state=b"), OAuthErrorCode::InvalidRequest);
        assert_eq!(refusal("state=a&st%61te=b"), OAuthErrorCode::InvalidRequest);
        assert_eq!(refusal("unknown=a&unknown=b"), OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn a_repeatable_parameter_keeps_its_values_in_order() {
        let params = Params::parse("resource=b&x=1&resource=&resource=a".as_bytes(), &["resource"]).unwrap();

        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["b", "a"]);
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_refused() {
        assert_eq!(refusal("a=%ff"), OAuthErrorCode::InvalidRequest);
        assert_eq!(refusal(b"a=\xff"), OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn control_characters_are_refused() {
        assert_eq!(refusal("state=a%00b"), OAuthErrorCode::InvalidRequest);
        assert_eq!(refusal("state=a%0d%0ab"), OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn the_number_of_pairs_is_capped() {
        let fits: Vec<String> = (0..MAX_PAIRS).map(|n| format!("p{n}=1")).collect();
        let over = format!("{}&last=1", fits.join("&"));

        assert!(Params::parse(fits.join("&"), &[]).is_ok());
        assert_eq!(refusal(over), OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn the_length_of_a_value_is_capped() {
        assert!(Params::parse(format!("a={}", "x".repeat(MAX_VALUE_LENGTH)), &[]).is_ok());
        assert_eq!(refusal(format!("a={}", "x".repeat(MAX_VALUE_LENGTH + 1))), OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn built_from_pairs_follows_the_same_rules() {
        assert!(Params::from_pairs([("a", "1"), ("a", "2")], &[]).is_err());

        let params = Params::from_pairs([("a", "1")], &[]).unwrap();

        assert_eq!(params.get("a"), Some("1"));
    }

    #[test]
    fn parameters_survive_a_round_trip() {
        let params = Params::parse("a=x+y%26&b=%C3%A9&c=", &[]).unwrap();

        assert_eq!(Params::parse(params.to_urlencoded(), &[]).unwrap(), params);
    }

    #[test]
    fn debug_shows_no_value() {
        let params = Params::parse("client_secret=hush", &[]).unwrap();

        assert_eq!(format!("{params:?}"), r#"{"client_secret"}"#);
    }

    #[test]
    fn an_empty_value_still_counts_as_a_repetition() {
        for input in ["state=&state=a", "state=a&state=", "state=&state=", "state&state", "state&state=a"] {
            assert_eq!(refusal(input), OAuthErrorCode::InvalidRequest, "{input}");
        }
        assert!(Params::from_pairs([("state", ""), ("state", "a")], &[]).is_err());
    }

    #[test]
    fn another_spelling_is_another_parameter() {
        let params = Params::parse("state[]=a&state%5B0%5D=b&State=c&state=d", &[]).unwrap();

        assert_eq!(params.get("state"), Some("d"));
    }

    #[test]
    fn a_name_of_any_length_is_refused_over_the_cap() {
        assert!(Params::parse("n".repeat(MAX_NAME_LENGTH), &[]).is_ok());
        assert_eq!(refusal("n".repeat(MAX_NAME_LENGTH + 1)), OAuthErrorCode::InvalidRequest);
    }

    #[test]
    fn a_semicolon_separates_nothing() {
        let params = Params::parse("a=1;b=2", &[]).unwrap();

        assert_eq!(params.get("a"), Some("1;b=2"));
        assert_eq!(params.get("b"), None);
    }

    #[test]
    fn a_hundred_thousand_pairs_are_refused_at_the_cap() {
        assert_eq!(refusal("resource=1&".repeat(100_000)), OAuthErrorCode::InvalidRequest);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(input in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(params) = Params::parse(&input, &[]) {
                let again = Params::parse(params.to_urlencoded(), &[]).unwrap();

                prop_assert_eq!(again, params);
            }
        }
    }
}
