//! The stores beside the log: collection names of documents, and the size of the link token cache.

use hip_commands::port::document_store::CollectionName;
use serde::Deserialize;

use super::ConfigError;

/// `[documents]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentsSection {
    /// The other program that reads them.
    pub preset: Preset,
    /// Collection of answers to requests for link tokens; default: that of the preset.
    pub link_token_responses: Option<String>,
    /// Collection of all other answers.
    pub responses: Option<String>,
    /// Collection of patients with their care contexts.
    pub care_contexts: Option<String>,
    /// Collection of FHIR documents.
    pub resources: Option<String>,
}

/// A set of names and document shapes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Our own shape; personal data is encrypted.
    #[default]
    Hip,
    /// The shape that AMRIT's FHIR-API reads, in clear.
    Amrit,
}

impl Preset {
    /// In the field order of [`CollectionNames`].
    const fn names(self) -> [&'static str; 4] {
        match self {
            Self::Hip => [
                "GenerateLinkTokenResponse",
                "NDHMResponses",
                "PatientCareContexts",
                "Amrit_Resource",
            ],
            Self::Amrit => [
                "GenerateTokenAbdmResponses",
                "NDHMResponses",
                "PatientCareContexts",
                "AMRIT_Resource",
            ],
        }
    }
}

/// Names of the collections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionNames {
    /// Answers to requests for link tokens.
    pub link_token_responses: CollectionName,
    /// All other answers.
    pub responses: CollectionName,
    /// Patients with their care contexts.
    pub care_contexts: CollectionName,
    /// FHIR documents.
    pub resources: CollectionName,
}

impl DocumentsSection {
    /// Checks whether documents may be stored in the chosen database.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ClearInPostgres`].
    pub fn check(&self, has_mongodb: bool) -> Result<(), ConfigError> {
        match self.preset {
            Preset::Amrit if !has_mongodb => Err(ConfigError::ClearInPostgres),
            Preset::Amrit | Preset::Hip => Ok(()),
        }
    }

    /// The configured names; the preset supplies the rest.
    pub fn names(&self) -> Result<CollectionNames, ConfigError> {
        let given =
            [&self.link_token_responses, &self.responses, &self.care_contexts, &self.resources];
        let mut names = Vec::with_capacity(given.len());
        for (given, usual) in given.into_iter().zip(self.preset.names()) {
            let name = CollectionName::parse(given.as_deref().unwrap_or(usual))
                .map_err(ConfigError::Collection)?;
            if names.contains(&name) {
                return Err(ConfigError::CollectionTwice(name));
            }
            names.push(name);
        }
        let names = <[_; 4]>::try_from(names).expect("one name for each collection");
        let [link_token_responses, responses, care_contexts, resources] = names;
        Ok(CollectionNames { link_token_responses, responses, care_contexts, resources })
    }
}

/// `[link_tokens]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkTokensSection {
    /// Maximum number of tokens in process memory, if there is no Redis.
    pub entries_max: u64,
    /// Prefix of all keys in Redis.
    pub key_prefix: String,
}

impl Default for LinkTokensSection {
    fn default() -> Self {
        Self { entries_max: 100_000, key_prefix: "hip:link-token:".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Result<CollectionNames, ConfigError> {
        toml::from_str::<DocumentsSection>(text).unwrap().names()
    }

    #[test]
    fn a_preset_names_the_collections_and_each_name_can_be_chosen() {
        let ours = names("").unwrap();
        assert_eq!(ours.link_token_responses.as_str(), "GenerateLinkTokenResponse");
        assert_eq!(ours.resources.as_str(), "Amrit_Resource");
        let amrit = names("preset = \"amrit\"\nresponses = \"Callbacks\"").unwrap();
        assert_eq!(amrit.link_token_responses.as_str(), "GenerateTokenAbdmResponses");
        assert_eq!(amrit.responses.as_str(), "Callbacks");
        assert_eq!(amrit.care_contexts.as_str(), "PatientCareContexts");
        assert_eq!(amrit.resources.as_str(), "AMRIT_Resource");
    }

    #[test]
    fn a_name_that_a_store_does_not_take_or_that_is_taken_is_refused() {
        let refused = names("responses = \"system.users\"");
        assert!(matches!(refused, Err(ConfigError::Collection(_))), "{refused:?}");
        let refused = names("resources = \"NDHMResponses\"");
        assert!(matches!(refused, Err(ConfigError::CollectionTwice(_))), "{refused:?}");
        assert!(toml::from_str::<DocumentsSection>("preset = \"other\"").is_err());
        assert!(toml::from_str::<LinkTokensSection>("entries = 5").is_err());
    }
}
