//! The ways to write an element of several types.

use super::definition::{ElementDefinition, TypeRef};
use super::error::CompileError;
use super::tree::Tree;
use crate::rules::table::SlicingRules;

/// One way to write a choice.
pub(super) struct Choice<'d> {
    /// The element, or the slice of it that speaks of this type.
    pub(super) node: usize,
    pub(super) of: &'d TypeRef,
    pub(super) min: u16,
}

/// The ways to write a choice. A guide may slice it by type, to say more about one of them.
pub(super) fn choices(tree: &Tree, node: usize) -> Result<Vec<Choice<'_>>, CompileError> {
    let element = tree.element(node);
    let slices = tree.slices(node);
    if slices.is_empty() {
        return Ok(element.types.iter().map(|of| Choice { node, of, min: element.min }).collect());
    }
    let is_by_type = |slicing: &super::definition::Slicing| {
        slicing.discriminator.iter().all(|one| one.kind == "type" && one.path == "$this")
    };
    let rules = element.slicing.as_ref().filter(|slicing| is_by_type(slicing));
    let rules = rules.ok_or_else(|| unsupported(element, "a choice sliced by more than type"))?;
    let min = slices.iter().map(|slice| tree.element(*slice).min).fold(element.min, u16::max);
    let mut choices: Vec<Choice<'_>> = vec![];
    for slice in slices.iter().copied() {
        choices.extend(tree.element(slice).types.iter().map(|of| Choice { node: slice, of, min }));
    }
    // A slice that must be there leaves room for no other type: a choice is made once.
    let is_forced = slices.iter().any(|slice| tree.element(*slice).min > 0);
    if rules.rules != SlicingRules::Closed.as_str() && !is_forced {
        let is_sliced = |code: &str| choices.iter().any(|choice| choice.of.code == code);
        let others = element.types.iter().filter(|of| !is_sliced(&of.code));
        let others: Vec<_> = others.map(|of| Choice { node, of, min }).collect();
        choices.extend(others);
    }
    choices.retain(|choice| tree.element(choice.node).max != "0");
    Ok(choices)
}

pub(super) fn unsupported(element: &ElementDefinition, what: &'static str) -> CompileError {
    CompileError::Unsupported { path: element.id.clone(), what }
}
