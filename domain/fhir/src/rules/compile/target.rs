//! What references may point at.

use super::definition::ElementDefinition;
use super::definitions::R4;
use super::element::unknown_type;
use super::error::CompileError;
use super::intern::push;
use super::shape::Compiler;
use crate::rules::table::{Targets, TargetsId};

impl Compiler<'_> {
    pub(super) fn targets(
        &mut self,
        definition: &ElementDefinition,
    ) -> Result<Option<TargetsId>, CompileError> {
        let references = definition.types.iter().filter(|of| of.code == "Reference");
        let urls: Vec<&String> = references.flat_map(|of| &of.target_profile).collect();
        let (mut types, mut profiles) = (vec![], vec![]);
        for url in urls {
            let known = self.definitions.trees.get(url).map(|tree| &tree.definition);
            let last = url.rsplit('/').next().unwrap_or(url);
            let of = known.map_or(last, |known| &known.of);
            if of == "Resource" {
                return Ok(None);
            }
            let of = self.type_id(of).ok_or_else(|| unknown_type(definition, of))?;
            types.push(of);
            profiles.extend(self.profile_id(url).map(|profile| (of, profile, last)));
        }
        if types.is_empty() {
            return Ok(None);
        }
        // Where a type may be anything of its kind, its narrower profiles say nothing.
        let is_open = |of| {
            urls_of_type(definition).any(|url| self.type_id(url).is_some_and(|open| open == of))
        };
        let mut profiles: Vec<_> = profiles
            .iter()
            .filter(|(of, _, _)| !is_open(*of))
            .map(|(_, profile, _)| *profile)
            .collect();
        types.sort();
        types.dedup();
        profiles.sort();
        profiles.dedup();
        let table = &mut self.tables.targets;
        let targets = Targets { types, profiles };
        self.targets.get(&targets, |one| push(table, one, TargetsId::at, "targets")).map(Some)
    }
}

fn urls_of_type(definition: &ElementDefinition) -> impl Iterator<Item = &str> {
    let urls = definition.types.iter().flat_map(|of| &of.target_profile);
    urls.filter_map(|url| url.strip_prefix(R4))
}
