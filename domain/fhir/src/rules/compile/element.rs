//! Elements: how often, of which types, with which value, and the JSON names they go by.

use super::choice::{Choice, choices, unsupported};
use super::definition::{ElementDefinition, TypeRef};
use super::error::CompileError;
use super::intern::push;
use super::shape::Compiler;
use super::tree::{ROOT, Tree};
use crate::rules::table::{
    Child, Content, Element, ElementId, Fixed, FixedId, FixedKind, Primitive, Span, UNBOUNDED,
};

impl<'d> Compiler<'d> {
    /// The JSON names of an element: one, or for a choice one per type. The caller numbers them.
    pub(super) fn children(
        &mut self,
        tree: &'d Tree,
        node: usize,
    ) -> Result<Vec<Child>, CompileError> {
        let element = tree.element(node);
        let Some(stem) = element.name().strip_suffix("[x]") else {
            let content = self.content(tree, node)?;
            let of_slices = tree.slices(node).iter().map(|slice| tree.element(*slice).min).sum();
            let record = self.element(tree, node, element.min.max(of_slices))?;
            return Ok(vec![self.child(element.name(), record, content)?]);
        };
        let choices = choices(tree, node)?;
        let mut children = vec![];
        for Choice { node, of, min } in choices {
            let content = self.content_of_type(tree, node, of)?;
            let record = self.element(tree, node, min)?;
            let mut letters = of.code.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            let name: String = stem.chars().chain(first).chain(letters).collect();
            children.push(self.child(&name, record, content)?);
        }
        Ok(children)
    }

    fn child(
        &mut self,
        name: &str,
        element: ElementId,
        content: Content,
    ) -> Result<Child, CompileError> {
        let name = self.words.name(&mut self.tables, name)?;
        Ok(Child { name, ordinal: 0, element, content })
    }

    /// What the only type of an element looks like inside.
    pub(super) fn content(&mut self, tree: &'d Tree, node: usize) -> Result<Content, CompileError> {
        let element = tree.element(node);
        if let Some(reference) = &element.content_reference {
            let id = reference.rsplit('#').next().unwrap_or(reference);
            let target = tree.at_id(id).ok_or_else(|| unknown_type(element, id))?;
            return self.shape(tree, target).map(Content::Object);
        }
        match &element.types[..] {
            [only] => self.content_of_type(tree, node, only),
            _ => Err(unsupported(element, "an element of several types that is no choice")),
        }
    }

    fn content_of_type(
        &mut self,
        tree: &'d Tree,
        node: usize,
        of: &'d TypeRef,
    ) -> Result<Content, CompileError> {
        let element = tree.element(node);
        if let Some(primitive) = primitive(tree, element, of) {
            return Ok(Content::Primitive(primitive));
        }
        let profile = of.profile.first().filter(|_| of.profile.len() == 1);
        let narrowed = profile.and_then(|url| self.definitions.trees.get(url));
        let plain = self.definitions.of_type(&of.code);
        let plain = plain.ok_or_else(|| unknown_type(element, &of.code))?;
        if plain.definition.kind == "resource" {
            let narrowed = narrowed.unwrap_or(plain);
            return Ok(Content::Resource(self.profile_id(&narrowed.definition.url)));
        }
        let (tree, node) = match narrowed {
            _ if !tree.parts(node).is_empty() => (tree, node),
            Some(narrowed) => (narrowed, ROOT),
            None => (plain, ROOT),
        };
        self.shape(tree, node).map(Content::Object)
    }

    pub(super) fn plain_element(
        &mut self,
        name: &str,
        min: u16,
    ) -> Result<ElementId, CompileError> {
        let name = self.text(name)?;
        self.element_id(&Element {
            name,
            min,
            max: 1,
            is_list: false,
            fixed: None,
            binding: None,
            targets: None,
            slicing: None,
            checks: Span::default(),
        })
    }

    /// The record of an element; `min` is given, because slices of a choice can raise it.
    pub(super) fn element(
        &mut self,
        tree: &'d Tree,
        node: usize,
        min: u16,
    ) -> Result<ElementId, CompileError> {
        let definition = tree.element(node);
        let bound = |max: &str| match max {
            "*" => Ok(UNBOUNDED),
            max => max.parse().map_err(|_| unsupported(definition, "a max that is no number")),
        };
        let widest = definition.base.as_ref().map_or(&definition.max, |base| &base.max);
        let element = Element {
            name: self.text(definition.name())?,
            min,
            max: bound(&definition.max)?,
            is_list: bound(widest)? > 1,
            fixed: self.fixed(definition)?,
            binding: self.binding(definition)?,
            targets: self.targets(definition)?,
            slicing: self.slicing(tree, node)?,
            checks: self.checks_of_element(tree, node)?,
        };
        self.element_id(&element)
    }

    fn element_id(&mut self, element: &Element) -> Result<ElementId, CompileError> {
        let table = &mut self.tables.elements;
        self.elements.get(element, |element| push(table, element, ElementId::at, "elements"))
    }

    fn fixed(&mut self, definition: &ElementDefinition) -> Result<Option<FixedId>, CompileError> {
        let Some((kind, value)) = definition.given() else {
            return Ok(None);
        };
        let json = value.to_string();
        let text = value.as_str().map(|text| self.text(text)).transpose()?;
        let fixed = Fixed { kind, text, json: self.text(&json)? };
        let table = &mut self.tables.fixed;
        self.fixed.get(&fixed, |fixed| push(table, fixed, FixedId::at, "fixed values")).map(Some)
    }
}

impl ElementDefinition {
    /// The value of `fixed[x]` or `pattern[x]`.
    pub(super) fn given(&self) -> Option<(FixedKind, &serde_json::Value)> {
        let is_of = |name: &str, stem: &str| {
            let rest = name.strip_prefix(stem);
            rest.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_uppercase()))
        };
        self.rest.iter().find_map(|(name, value)| match name {
            name if is_of(name, "fixed") => Some((FixedKind::Fixed, value)),
            name if is_of(name, "pattern") => Some((FixedKind::Pattern, value)),
            _ => None,
        })
    }
}

/// Elements that name a system of codes or identifiers. R4 asks for absolute addresses there.
const ABSOLUTE: [&str; 3] = ["Coding.system", "Identifier.system", "Quantity.system"];

fn primitive(tree: &Tree, element: &ElementDefinition, of: &TypeRef) -> Option<Primitive> {
    let base = element.base.as_ref().map_or(&element.path, |base| &base.path);
    if of.code == "uri" && ABSOLUTE.contains(&&base[..]) {
        return Some(Primitive::AbsoluteUri);
    }
    if !of.code.starts_with("http://hl7.org/fhirpath/") {
        return Primitive::parse(&of.code);
    }
    // R4 writes `string` for the id of a resource, and means `id`.
    let is_resource_id = tree.definition.kind == "resource"
        && element.name() == "id"
        && element.path.matches('.').count() == 1;
    if is_resource_id {
        return Some(Primitive::Id);
    }
    of.fhir_type().map_or(Some(Primitive::String), Primitive::parse)
}

pub(super) fn unknown_type(element: &ElementDefinition, name: &str) -> CompileError {
    CompileError::UnknownType { path: element.id.clone(), name: name.to_owned() }
}
