//! `[bundle]`: how the documents of visits are built.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use abdm_fhir::{CodeMap, CodeTable, DischargeRule, NoCodes, Rules};
use hip_commands::settings::BundleSettings;
use serde::Deserialize;

use super::ConfigError;
use crate::config::text_file;

/// `[bundle]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BundleSection {
    /// Visits for which a discharge summary is built.
    pub discharge: Discharge,
    /// Table of codes for medicines and vaccines that come without a code:
    /// comma-separated text with the columns `kind,name,code,display`.
    pub codes: Option<PathBuf>,
    /// Rules of another version of the national guide, in the format that `hip ig compile` writes.
    pub rules: Option<PathBuf>,
}

/// Visits for which a discharge summary is built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Discharge {
    /// All visits, as in AMRIT.
    #[default]
    EveryVisit,
    /// Visits with an admission.
    StaysOnly,
}

impl BundleSection {
    /// Reads the configured files.
    pub fn settings(&self) -> Result<BundleSettings, ConfigError> {
        Ok(BundleSettings {
            discharge: match self.discharge {
                Discharge::EveryVisit => DischargeRule::EveryVisit,
                Discharge::StaysOnly => DischargeRule::StaysOnly,
            },
            codes: match &self.codes {
                Some(path) => read_codes(path)?,
                None => Arc::new(NoCodes),
            },
            rules: self.rules.as_deref().map(read_rules).transpose()?,
        })
    }
}

fn read_codes(path: &Path) -> Result<Arc<dyn CodeMap>, ConfigError> {
    let text = text_file::read_to_string(path)
        .map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    let table = CodeTable::from_csv(&text)
        .map_err(|source| ConfigError::Codes { path: path.to_owned(), source })?;
    Ok(Arc::new(table))
}

/// Reads a rule file.
pub fn read_rules(path: &Path) -> Result<Arc<Rules>, ConfigError> {
    let bytes = std::fs::read(path)
        .map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    let rules = Rules::from_bytes(&bytes)
        .map_err(|source| ConfigError::Rules { path: path.to_owned(), source })?;
    Ok(Arc::new(rules))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_cannot_be_used_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        std::fs::write(&path, "kind,name,code,display\ndrug,A,1000000001,A\n").unwrap();
        let codes = BundleSection { codes: Some(path.clone()), ..BundleSection::default() };
        let error = codes.settings().unwrap_err().to_string();
        assert!(error.contains("table.csv: line 2"), "{error}");
        let rules = BundleSection { rules: Some(path.clone()), ..BundleSection::default() };
        assert!(rules.settings().unwrap_err().to_string().contains("hip ig compile"));
        let absent = BundleSection { rules: Some(path.join("no")), ..BundleSection::default() };
        assert!(matches!(absent.settings(), Err(ConfigError::File { .. })));
    }

    #[test]
    fn a_table_gives_its_codes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        std::fs::write(&path, "\u{feff}kind,name,code,display\nvaccine,A,1000000001,Vaccine A\n")
            .unwrap();
        let section: BundleSection = toml::from_str(&format!(
            "discharge = \"stays-only\"\ncodes = {:?}\n",
            path.display().to_string()
        ))
        .unwrap();
        let settings = section.settings().unwrap();
        assert_eq!(settings.discharge, DischargeRule::StaysOnly);
        assert_eq!(settings.codes.code(abdm_fhir::Coded::Vaccine, "a").unwrap().code, "1000000001");
    }
}
