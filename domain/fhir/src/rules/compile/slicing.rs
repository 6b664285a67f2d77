//! Slices: how items of a list, and types of a choice, are told apart.

use serde_json::Value;

use super::choice::unsupported;
use super::definition::Discriminator;
use super::error::CompileError;
use super::intern::{extend, push};
use super::shape::Compiler;
use super::tree::{ROOT, Tree};
use crate::rules::table::{Expectation, SLICES_MAX, Slice, Slicing, SlicingId, SlicingRules};

impl<'d> Compiler<'d> {
    /// The slices of a list.
    pub(super) fn slicing(
        &mut self,
        tree: &'d Tree,
        node: usize,
    ) -> Result<Option<SlicingId>, CompileError> {
        let element = tree.element(node);
        let slices = tree.slices(node);
        let Some(slicing) = &element.slicing else {
            return Ok(None);
        };
        if slices.is_empty() || element.name().ends_with("[x]") {
            return Ok(None);
        }
        if slices.len() > SLICES_MAX {
            return Err(CompileError::TooMany("slices of one list"));
        }
        let rules = SlicingRules::parse(&slicing.rules);
        let rules = rules.ok_or_else(|| unsupported(element, "this rule of slicing"))?;
        let mut records = vec![];
        for slice in slices.iter().copied() {
            let mut expects = vec![];
            for discriminator in &slicing.discriminator {
                expects.push(self.expectation(tree, slice, discriminator)?);
            }
            let content = self.content_of_slice(tree, node, slice)?;
            let definition = tree.element(slice);
            records.push(Slice {
                name: self.text(definition.slice_name.as_deref().unwrap_or_default())?,
                element: self.element(tree, slice, definition.min)?,
                content,
                expects: extend(&mut self.tables.expectations, expects, "discriminators")?,
            });
        }
        let slices = extend(&mut self.tables.slices, records, "slices")?;
        let table = &mut self.tables.slicings;
        push(table, Slicing { rules, slices }, SlicingId::at, "slicings").map(Some)
    }

    /// A slice that says nothing about its inside looks like the other items.
    fn content_of_slice(
        &mut self,
        tree: &'d Tree,
        node: usize,
        slice: usize,
    ) -> Result<crate::rules::table::Content, CompileError> {
        let has_profile = tree.element(slice).types.iter().any(|of| !of.profile.is_empty());
        let is_told = !tree.parts(slice).is_empty() || has_profile;
        self.content(tree, if is_told { slice } else { node })
    }

    fn expectation(
        &mut self,
        tree: &'d Tree,
        slice: usize,
        discriminator: &Discriminator,
    ) -> Result<Expectation, CompileError> {
        let Discriminator { kind, path } = discriminator;
        let steps: Vec<&str> = path.split('.').filter(|step| *step != "$this").collect();
        let found = match &kind[..] {
            "value" | "pattern" => {
                given_text(self, tree, slice, &steps).map(|text| (steps.clone(), text))
            }
            "type" => type_text(tree, slice, &steps)
                .map(|text| (steps.iter().copied().chain(["resourceType"]).collect(), text)),
            _ => None,
        };
        let (steps, text) = found.ok_or_else(|| CompileError::Discriminator {
            path: tree.element(slice).id.clone(),
            discriminator: format!("{kind}:{path}"),
        })?;
        let mut names = vec![];
        for step in steps {
            names.push(self.words.name(&mut self.tables, step)?);
        }
        let steps = extend(&mut self.tables.steps, names, "discriminators")?;
        Ok(Expectation { steps, value: self.text(&text)? })
    }
}

/// The value that a slice gives to the element at `steps`: fixed there, in a pattern above, in the
/// profile of a type on the way, or in a slice that must be there.
fn given_text(compiler: &Compiler<'_>, tree: &Tree, node: usize, steps: &[&str]) -> Option<String> {
    let element = tree.element(node);
    if let Some((_, value)) = element.given() {
        return text_at(value, steps);
    }
    let (first, rest) = steps.split_first()?;
    if let Some(part) = tree.part(node, first) {
        let slices = tree.slices(part).iter().copied();
        let forced = slices.filter(|slice| tree.element(*slice).min > 0);
        return std::iter::once(part)
            .chain(forced)
            .find_map(|node| given_text(compiler, tree, node, rest));
    }
    let mut profiles = element.types.iter().flat_map(|of| &of.profile);
    let narrowed = profiles.find_map(|url| compiler.definitions.trees.get(url))?;
    given_text(compiler, narrowed, ROOT, steps)
}

fn text_at(value: &Value, steps: &[&str]) -> Option<String> {
    let value = value.as_array().map_or(Some(value), |items| items.first())?;
    match steps.split_first() {
        Some((first, rest)) => text_at(value.get(first)?, rest),
        None => value.as_str().map(str::to_owned),
    }
}

/// The resource type of the element at `steps`.
fn type_text(tree: &Tree, slice: usize, steps: &[&str]) -> Option<String> {
    let place = steps.iter().try_fold(slice, |node, step| tree.part(node, step))?;
    match &tree.element(place).types[..] {
        [only] => Some(only.code.clone()),
        _ => None,
    }
}
