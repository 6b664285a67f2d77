//! Invariants: which are checked where, each once.

use super::definition::{Constraint, TypeRef};
use super::error::CompileError;
use super::intern::{extend, push};
use super::shape::Compiler;
use super::tree::{ROOT, Tree};
use crate::rules::table::{Invariant, InvariantId, Span, Weight};
use crate::validate::invariant;

impl<'d> Compiler<'d> {
    /// What is checked of the object as a whole, wherever this shape is met.
    pub(super) fn checks_of_shape(
        &mut self,
        tree: &'d Tree,
        node: usize,
    ) -> Result<Span, CompileError> {
        let path = &tree.element(node).id;
        let constraints: Vec<_> = self.constraints_of_shape(tree, node).collect();
        self.checks(path, constraints.into_iter())
    }

    /// What is checked of this element beyond what its type checks anyway.
    pub(super) fn checks_of_element(
        &mut self,
        tree: &'d Tree,
        node: usize,
    ) -> Result<Span, CompileError> {
        let element = tree.element(node);
        let mut inherited: Vec<&str> = vec![];
        if element.types.iter().any(is_backbone) {
            inherited.extend(element.constraint.iter().map(|one| &one.key[..]));
        }
        for of in &element.types {
            let roots = of.profile.iter().filter_map(|url| self.definitions.trees.get(url));
            for root in roots.chain(self.definitions.of_type(&of.code)) {
                inherited.extend(root.element(ROOT).constraint.iter().map(|one| &one.key[..]));
            }
        }
        let own = element.constraint.iter().filter(|one| !inherited.contains(&&one.key[..]));
        self.checks(&element.id, own)
    }

    fn constraints_of_shape(
        &self,
        tree: &'d Tree,
        node: usize,
    ) -> impl Iterator<Item = &'d Constraint> + use<'d> {
        let definitions = self.definitions;
        let element = tree.element(node);
        let is_own = node == ROOT || element.types.iter().any(is_backbone);
        let own = is_own.then_some(&element.constraint).into_iter().flatten();
        let types = element.types.iter().filter(move |_| !is_own);
        let of_types = types.flat_map(move |of| {
            let narrowed = of.profile.iter().filter_map(|url| definitions.trees.get(url));
            narrowed.chain(definitions.of_type(&of.code))
        });
        own.chain(of_types.flat_map(|root| &root.element(ROOT).constraint))
    }

    fn checks<'c>(
        &mut self,
        path: &str,
        constraints: impl Iterator<Item = &'c Constraint>,
    ) -> Result<Span, CompileError> {
        let mut run: Vec<InvariantId> = vec![];
        for constraint in constraints {
            run.extend(self.check(path, constraint)?);
        }
        run.sort();
        run.dedup();
        if run.is_empty() {
            return Ok(Span::default());
        }
        let table = &mut self.tables.checks;
        self.check_runs.get(&run, |run| extend(table, run, "checks"))
    }

    /// `None` if the walk itself sees to it or when only a warning would be missed.
    fn check(
        &mut self,
        path: &str,
        constraint: &Constraint,
    ) -> Result<Option<InvariantId>, CompileError> {
        let key = &constraint.key;
        let weight = Weight::parse(&constraint.severity).unwrap_or(Weight::Warning);
        match (invariant::find(key), weight) {
            (Some(known), _) if known.is_structural() => Ok(None),
            (Some(_), _) => {
                let text = self.text(key)?;
                let table = &mut self.tables.invariants;
                let record = Invariant { key: text, weight };
                self.invariants
                    .get(key, |_| push(table, record, InvariantId::at, "invariants"))
                    .map(Some)
            }
            (None, Weight::Warning) => Ok(None),
            (None, Weight::Error) => {
                Err(CompileError::UnknownInvariant { path: path.to_owned(), key: key.clone() })
            }
        }
    }
}

fn is_backbone(of: &TypeRef) -> bool {
    of.code == "BackboneElement" || of.code == "Element"
}
