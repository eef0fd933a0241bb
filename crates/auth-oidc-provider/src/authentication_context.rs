//! How people have signed in, in the words clients ask for it: `acr`. OpenID Connect Core §2.

/// A name for signing in by certain methods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuthenticationContext {
    pub(crate) acr: String,
    /// The methods of RFC 8176 that it takes, all of them.
    pub(crate) methods: Vec<String>,
}

impl AuthenticationContext {
    /// Whether a sign-in by these methods is one of it.
    pub(crate) fn is_met_by(&self, amr: &[&str]) -> bool {
        self.methods.iter().all(|method| amr.contains(&method.as_str()))
    }
}

/// The context to tell of a sign-in by these methods: the one asked for first, else the strongest there
/// is, which stands last.
pub(crate) fn told<'a>(contexts: &'a [AuthenticationContext], wanted: &[String], amr: &[&str]) -> Option<&'a str> {
    let met = |context: &&AuthenticationContext| context.is_met_by(amr);
    let by_name = |acr: &String| contexts.iter().filter(met).find(|context| context.acr == *acr);
    let found = wanted.iter().find_map(by_name).or_else(|| contexts.iter().rev().find(met));
    found.map(|context| context.acr.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contexts() -> Vec<AuthenticationContext> {
        let context = |acr: &str, methods: &[&str]| AuthenticationContext {
            acr: acr.to_owned(),
            methods: methods.iter().map(|method| (*method).to_owned()).collect(),
        };
        vec![context("bronze", &["pwd"]), context("gold", &["pwd", "otp"])]
    }

    #[test]
    fn what_was_asked_for_first_is_told_if_it_is_met() {
        let wanted = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        let contexts = contexts();

        assert_eq!(told(&contexts, &wanted(&["bronze", "gold"]), &["pwd", "otp"]), Some("bronze"));
        assert_eq!(told(&contexts, &wanted(&["gold", "bronze"]), &["pwd"]), Some("bronze"));
        assert_eq!(told(&contexts, &[], &["pwd", "otp"]), Some("gold"), "the strongest");
        assert_eq!(told(&contexts, &wanted(&["silver"]), &["pwd"]), Some("bronze"));
        assert_eq!(told(&contexts, &wanted(&["gold"]), &["hwk"]), None);
        assert_eq!(told(&[], &wanted(&["gold"]), &["pwd"]), None);
    }
}
