//! What packages say of terminology: value sets, code systems and expansions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;

const RESOURCE_TYPES: &str = "http://hl7.org/fhir/ValueSet/resource-types";

/// Value sets that refer to each other deeper than that have a loop.
const IMPORTS_MAX: usize = 8;

/// What was read of terminology, by address.
#[derive(Default)]
pub(super) struct TermFiles {
    expansions: HashMap<String, Expansion>,
    value_sets: HashMap<String, ValueSetFile>,
    /// Only those whose file lists all their codes.
    pub(super) systems: BTreeMap<String, System>,
}

/// A value set with its codes worked out by somebody who has all code systems.
#[derive(Deserialize)]
pub(super) struct Expansion {
    complete: bool,
    #[serde(default)]
    codes: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Term {
    pub(super) code: String,
    #[serde(default)]
    pub(super) system: String,
}

#[derive(Deserialize)]
pub(super) struct ValueSetFile {
    url: String,
    compose: Option<Compose>,
}

#[derive(Deserialize)]
struct Compose {
    #[serde(default)]
    include: Vec<Include>,
    #[serde(default)]
    exclude: Vec<Include>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Include {
    #[serde(default)]
    system: String,
    #[serde(default)]
    concept: Vec<Concept>,
    #[serde(default)]
    filter: Vec<serde::de::IgnoredAny>,
    #[serde(default)]
    value_set: Vec<String>,
}

/// A code system with all its codes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct System {
    #[serde(rename = "caseSensitive", default)]
    pub(super) is_case_sensitive: bool,
    pub(super) codes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodeSystemFile {
    url: String,
    content: String,
    /// A system that does not say is taken as one where case does not count.
    #[serde(default)]
    case_sensitive: bool,
    #[serde(default)]
    concept: Vec<Concept>,
}

#[derive(Deserialize)]
struct Concept {
    code: String,
    #[serde(default)]
    concept: Vec<Concept>,
}

impl TermFiles {
    pub(super) fn value_set(&mut self, file: ValueSetFile) {
        self.value_sets.entry(file.url.clone()).or_insert(file);
    }

    pub(super) fn code_system(&mut self, file: CodeSystemFile) {
        fn flatten(concepts: &[Concept], codes: &mut Vec<String>) {
            for concept in concepts {
                codes.push(concept.code.clone());
                flatten(&concept.concept, codes);
            }
        }
        if file.content == "complete" {
            let mut codes = vec![];
            flatten(&file.concept, &mut codes);
            let system = System { is_case_sensitive: file.case_sensitive, codes };
            self.systems.entry(file.url).or_insert(system);
        }
    }

    /// Code systems that are listed in full, by address.
    pub(super) fn systems(&mut self, systems: BTreeMap<String, System>) {
        for (url, system) in systems {
            self.systems.entry(url).or_insert(system);
        }
    }

    pub(super) fn expansions(&mut self, expansions: HashMap<String, Expansion>) {
        for (url, expansion) in expansions {
            self.expansions.entry(url).or_insert(expansion);
        }
    }

    pub(super) fn resource_types(&self) -> impl Iterator<Item = &str> {
        let is_concrete = |name: &&str| *name != "Resource" && *name != "DomainResource";
        let all = self.expansions.get(RESOURCE_TYPES).map(|known| &known.codes);
        all.into_iter().flatten().map(|term| &term.code[..]).filter(is_concrete)
    }

    /// All codes, or nothing when they cannot be listed.
    pub(super) fn codes(&self, url: &str) -> Option<BTreeSet<Term>> {
        self.codes_within(url, IMPORTS_MAX)
    }

    fn codes_within(&self, url: &str, imports_left: usize) -> Option<BTreeSet<Term>> {
        if let Some(expansion) = self.expansions.get(url) {
            return expansion.complete.then(|| expansion.codes.iter().cloned().collect());
        }
        let imports_left = imports_left.checked_sub(1)?;
        let compose = self.value_sets.get(url)?.compose.as_ref()?;
        let mut codes = BTreeSet::new();
        for include in &compose.include {
            codes.append(&mut self.included(include, imports_left)?);
        }
        for exclude in &compose.exclude {
            let excluded = self.included(exclude, imports_left)?;
            codes.retain(|term| !excluded.contains(term));
        }
        Some(codes)
    }

    fn included(&self, include: &Include, imports_left: usize) -> Option<BTreeSet<Term>> {
        if !include.filter.is_empty() {
            return None;
        }
        let term = |code: &String| Term { code: code.clone(), system: include.system.clone() };
        let own: Option<BTreeSet<Term>> = if include.system.is_empty() {
            None
        } else if include.concept.is_empty() {
            Some(self.systems.get(&include.system)?.codes.iter().map(term).collect())
        } else {
            Some(include.concept.iter().map(|concept| term(&concept.code)).collect())
        };
        // Several value sets in one include mean what is in all of them.
        let mut all = own;
        for url in &include.value_set {
            let imported = self.codes_within(url, imports_left)?;
            all = Some(match all {
                Some(all) => all.intersection(&imported).cloned().collect(),
                None => imported,
            });
        }
        all
    }
}
