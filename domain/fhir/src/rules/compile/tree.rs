//! A snapshot is a flat list; here it becomes a tree of elements with their parts and slices.

use std::collections::HashMap;

use super::definition::{ElementDefinition, StructureDefinition};
use super::error::CompileError;

/// The elements of one definition.
pub(super) struct Tree {
    pub(super) definition: StructureDefinition,
    nodes: Vec<Node>,
    by_id: HashMap<String, usize>,
}

/// Where an element stands in the snapshot, and what hangs on it.
#[derive(Default)]
struct Node {
    parts: Vec<usize>,
    slices: Vec<usize>,
}

/// The whole definition.
pub(super) const ROOT: usize = 0;

impl Tree {
    pub(super) fn of(definition: StructureDefinition) -> Result<Self, CompileError> {
        let snapshot = definition.snapshot.as_ref();
        let elements = snapshot.map_or(&[][..], |snapshot| &snapshot.element[..]);
        if elements.is_empty() {
            return Err(CompileError::NoSnapshot { url: definition.url });
        }
        let mut nodes: Vec<Node> = Vec::with_capacity(elements.len());
        let mut by_id: HashMap<String, usize> = HashMap::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            nodes.push(Node::default());
            by_id.insert(element.id.clone(), index);
            let (parent, last) = element.id.rsplit_once('.').unwrap_or(("", &element.id));
            if let Some((sliced, _)) = last.split_once(':') {
                let whole = if parent.is_empty() {
                    sliced.to_owned()
                } else {
                    format!("{parent}.{sliced}")
                };
                let whole = by_id.get(&whole).copied();
                nodes[whole.ok_or_else(|| orphan(element))?].slices.push(index);
            } else if index != ROOT {
                let parent = by_id.get(parent).copied();
                nodes[parent.ok_or_else(|| orphan(element))?].parts.push(index);
            }
        }
        Ok(Self { definition, nodes, by_id })
    }

    pub(super) fn element(&self, node: usize) -> &ElementDefinition {
        let snapshot = self.definition.snapshot.as_ref().expect("a tree is made of a snapshot");
        &snapshot.element[node]
    }

    pub(super) fn parts(&self, node: usize) -> &[usize] {
        &self.nodes[node].parts
    }

    pub(super) fn slices(&self, node: usize) -> &[usize] {
        &self.nodes[node].slices
    }

    pub(super) fn at_id(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The part of `node` with that name; a choice is named without `[x]`.
    pub(super) fn part(&self, node: usize, name: &str) -> Option<usize> {
        let is_it = |part: &usize| {
            let last = self.element(*part).name();
            last.strip_suffix("[x]").unwrap_or(last) == name
        };
        self.parts(node).iter().copied().find(is_it)
    }
}

impl ElementDefinition {
    /// The last part of the path: `value[x]`.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }
}

fn orphan(element: &ElementDefinition) -> CompileError {
    CompileError::Unsupported { path: element.id.clone(), what: "an element before its parent" }
}
