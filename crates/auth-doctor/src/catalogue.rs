//! The files of `interop/clients`, embedded.

use crate::profile::Profile;

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../interop/clients/", $name, ".json")))),+]
    };
}

const FILES: &[(&str, &str)] = files![
    "chatgpt",
    "claude",
    "claude-code",
    "codex",
    "copilot-cli",
    "cursor",
    "gemini-cli",
    "goose",
    "grok",
    "mcp-inspector",
    "mcp-remote",
    "opencode",
    "vs-code",
    "zed",
];

/// A file that is not of the documented shape.
#[derive(Debug, thiserror::Error)]
#[error("the profile {file} is not of the documented shape")]
pub struct InvalidProfile {
    file: String,
    #[source]
    source: serde_json::Error,
}

/// Reads every profile, in the order of their file names.
///
/// # Errors
///
/// Names the first file that is not of the documented shape.
pub fn profiles() -> Result<Vec<Profile>, InvalidProfile> {
    FILES.iter().map(|(file, text)| read(file, text)).collect()
}

fn read(file: &str, text: &str) -> Result<Profile, InvalidProfile> {
    serde_json::from_str(text).map_err(|source| InvalidProfile { file: file.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;
    use crate::profile::Registration;

    fn text_of(name: &str) -> &'static str {
        FILES.iter().find(|(file, _)| *file == name).unwrap().1
    }

    #[test]
    fn every_file_of_the_folder_is_a_profile_and_no_two_have_one_name() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../interop/clients");
        let in_folder: BTreeSet<String> = fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".json")?.to_owned()))
            .collect();

        let profiles = profiles().unwrap();

        assert_eq!(FILES.iter().map(|(file, _)| (*file).to_owned()).collect::<BTreeSet<_>>(), in_folder);
        assert_eq!(profiles.iter().map(|profile| &profile.name).collect::<BTreeSet<_>>().len(), FILES.len());
    }

    #[test]
    fn a_member_that_is_not_documented_is_refused() {
        let text = text_of("zed").replacen("\"as_of\"", "\"extra\": 1, \"as_of\"", 1);

        let refused = read("zed", &text).unwrap_err();

        assert_eq!(refused.to_string(), "the profile zed is not of the documented shape");
        assert!(refused.source.to_string().starts_with("unknown field `extra`"), "{}", refused.source);
    }

    #[test]
    fn a_fact_without_a_grade_is_refused() {
        let text = text_of("zed").replacen("\"evidence\": \"quoted\",", "", 1);

        let refused = read("zed", &text).unwrap_err();

        assert!(refused.source.to_string().starts_with("missing field `evidence`"), "{}", refused.source);
    }

    #[test]
    fn who_prefers_a_metadata_document_has_one_and_nobody_else() {
        for profile in profiles().unwrap() {
            let prefers = profile.registration.value.contains(&Registration::MetadataDocument);

            assert_eq!(profile.metadata_document.is_some(), prefers, "{}", profile.name);
        }
    }

    #[test]
    fn every_fact_tells_a_source() {
        for (file, text) in FILES {
            let facts = text.matches("\"evidence\":").count();
            let sources = text.matches("\"sources\": [\n").count();

            assert!(facts >= 3, "{file}");
            assert_eq!(sources, facts, "{file}");
        }
    }
}
