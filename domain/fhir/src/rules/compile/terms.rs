//! Value sets: the codes that a binding admits, as far as they can be listed.

use std::collections::BTreeSet;

use super::definition::ElementDefinition;
use super::error::CompileError;
use super::intern::{extend, push};
use super::shape::Compiler;
use super::term_files::{System, Term};
use crate::rules::compare_small;
use crate::rules::table::{Binding, Code, CodeList, CodeSystem, Strength, ValueSet, ValueSetId};

/// Sets too large to list, with a form that can be checked.
const FORMS: [(&str, CodeList); 2] = [
    ("http://hl7.org/fhir/ValueSet/mimetypes", CodeList::MimeType),
    ("http://hl7.org/fhir/ValueSet/currencies", CodeList::Currency),
];

impl Compiler<'_> {
    pub(super) fn code_systems(&mut self) -> Result<(), CompileError> {
        let definitions = self.definitions;
        for (url, System { is_case_sensitive, codes }) in &definitions.terms.systems {
            let mut codes: Vec<&str> = codes.iter().map(|code| &code[..]).collect();
            let compare = if *is_case_sensitive { str::cmp } else { compare_small };
            codes.sort_by(|one, other| compare(one, other));
            codes.dedup();
            let (url, codes) = (self.text(url)?, self.text(&codes.join("\n"))?);
            let is_case_sensitive = *is_case_sensitive;
            self.tables.systems.push(CodeSystem { url, is_case_sensitive, codes });
        }
        self.tables.systems.sort_by_key(|system| system.url);
        Ok(())
    }

    pub(super) fn binding(
        &mut self,
        definition: &ElementDefinition,
    ) -> Result<Option<Binding>, CompileError> {
        let Some(binding) = &definition.binding else {
            return Ok(None);
        };
        let (Some(strength), Some(url)) = (Strength::parse(&binding.strength), &binding.value_set)
        else {
            return Ok(None);
        };
        let url = url.split('|').next().unwrap_or(url);
        let value_set = self.value_set(url)?;
        Ok(value_set.map(|value_set| Binding { strength, value_set }))
    }

    fn value_set(&mut self, url: &str) -> Result<Option<ValueSetId>, CompileError> {
        if let Some(known) = self.value_sets.get(url) {
            return Ok(*known);
        }
        let form = FORMS.iter().find(|(known, _)| *known == url).map(|(_, form)| *form);
        let listed = self.definitions.terms.codes(url);
        let id = match (form, listed) {
            (Some(form), _) => Some(self.new_value_set(url, form, BTreeSet::new())?),
            (None, Some(codes)) => Some(self.new_value_set(url, CodeList::Listed, codes)?),
            (None, None) => None,
        };
        self.value_sets.insert(url.to_owned(), id);
        Ok(id)
    }

    fn new_value_set(
        &mut self,
        url: &str,
        list: CodeList,
        terms: BTreeSet<Term>,
    ) -> Result<ValueSetId, CompileError> {
        let mut codes = vec![];
        for Term { code, system } in terms {
            codes.push(Code { code: self.text(&code)?, system: self.text(&system)? });
        }
        codes.sort_unstable_by_key(|code| (code.code, code.system));
        let codes = extend(&mut self.tables.codes, codes, "codes")?;
        let set = ValueSet { url: self.text(url)?, list, codes };
        push(&mut self.tables.value_sets, set, ValueSetId::at, "value sets")
    }
}
