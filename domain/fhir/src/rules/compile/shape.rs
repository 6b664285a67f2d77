//! Shapes: what an object may hold, from the parts of an element.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::definitions::{Definitions, R4};
use super::error::CompileError;
use super::intern::{Interner, Words, extend, push};
use super::tree::{ROOT, Tree};
use crate::rules::table::{
    Child, Content, ELEMENTS_MAX, Element, ElementId, FixedId, General, InvariantId, Profile,
    ProfileId, ResourceType, Shape, ShapeId, Span, Tables, TargetsId, TextId, TypeId, TypeRole,
    ValueSetId,
};
use crate::rules::table::{Fixed, Targets};

/// The tables while they are being filled.
pub(super) struct Compiler<'d> {
    pub(super) definitions: &'d Definitions,
    pub(super) tables: Tables,
    pub(super) words: Words,
    pub(super) elements: Interner<Element, ElementId>,
    pub(super) fixed: Interner<Fixed, FixedId>,
    pub(super) targets: Interner<Targets, TargetsId>,
    pub(super) invariants: Interner<String, InvariantId>,
    pub(super) check_runs: Interner<Vec<InvariantId>, Span>,
    pub(super) value_sets: HashMap<String, Option<ValueSetId>>,
    child_runs: Interner<Vec<Child>, Span>,
    /// By address and place in the snapshot.
    shapes: HashMap<(&'d str, usize), ShapeId>,
    profile_ids: BTreeMap<&'d str, ProfileId>,
    type_ids: BTreeMap<&'d str, TypeId>,
}

impl<'d> Compiler<'d> {
    pub(super) fn new(definitions: &'d Definitions) -> Result<Self, CompileError> {
        let resources = definitions.trees.values().filter(|tree| tree.is_resource());
        let mut types: BTreeSet<&str> = definitions.terms.resource_types().collect();
        types.extend(resources.clone().map(|tree| tree.definition.of.as_str()));
        let mut tables = Tables::default();
        let words = Words::new(&mut tables)?;
        Ok(Self {
            definitions,
            tables,
            words,
            elements: Interner::new(),
            fixed: Interner::new(),
            targets: Interner::new(),
            invariants: Interner::new(),
            check_runs: Interner::new(),
            value_sets: HashMap::new(),
            child_runs: Interner::new(),
            shapes: HashMap::new(),
            profile_ids: numbered(resources.map(|tree| &tree.definition.url[..]), ProfileId::at)?,
            type_ids: numbered(types.into_iter(), TypeId::at)?,
        })
    }

    pub(super) fn run(mut self) -> Result<Tables, CompileError> {
        let general = General {
            sidecar: self.shape_of_type("Element")?,
            any_resource: self.shape_of_type("DomainResource")?,
        };
        self.tables.general.push(general);
        let urls: Vec<&str> = self.profile_ids.keys().copied().collect();
        for url in urls {
            let tree = &self.definitions.trees[url];
            let shape = self.shape(tree, ROOT)?;
            let resource = self.type_ids[&tree.definition.of[..]];
            let base = tree.definition.base_definition.as_deref();
            let base = base.and_then(|base| self.profile_ids.get(base).copied());
            let name = url.rsplit('/').next().unwrap_or(url);
            let (url, name) = (self.text(url)?, self.text(name)?);
            self.tables.profiles.push(Profile { url, name, resource, shape, base });
        }
        let names: Vec<&str> = self.type_ids.keys().copied().collect();
        for name in names {
            let definition = self.profile_ids.get(&format!("{R4}{name}")[..]).copied();
            let name = self.text(name)?;
            self.tables.types.push(ResourceType { name, definition });
        }
        self.code_systems()?;
        Ok(self.tables)
    }

    fn shape_of_type(&mut self, name: &str) -> Result<ShapeId, CompileError> {
        let unknown = || CompileError::UnknownType { path: "_".into(), name: name.into() };
        let tree = self.definitions.of_type(name).ok_or_else(unknown)?;
        self.shape(tree, ROOT)
    }

    pub(super) fn text(&mut self, text: &str) -> Result<TextId, CompileError> {
        self.words.text(&mut self.tables, text)
    }

    pub(super) fn profile_id(&self, url: &str) -> Option<ProfileId> {
        self.profile_ids.get(url).copied()
    }

    pub(super) fn type_id(&self, name: &str) -> Option<TypeId> {
        self.type_ids.get(name).copied()
    }

    /// The shape of the object that an element is. Its number is known before it is filled, because
    /// types contain themselves: a reference has an identifier, which has a reference.
    pub(super) fn shape(&mut self, tree: &'d Tree, node: usize) -> Result<ShapeId, CompileError> {
        let key = (&tree.definition.url[..], node);
        if let Some(known) = self.shapes.get(&key) {
            return Ok(*known);
        }
        let shape = Shape {
            title: self.text(&tree.element(node).path)?,
            children: Span::default(),
            required: 0,
            no_content: 0,
            role: self.role(tree, node),
            checks: Span::default(),
        };
        let id = push(&mut self.tables.shapes, shape, ShapeId::at, "shapes")?;
        self.shapes.insert(key, id);
        self.fill(tree, node, id)?;
        Ok(id)
    }

    fn fill(&mut self, tree: &'d Tree, node: usize, id: ShapeId) -> Result<(), CompileError> {
        let is_resource = node == ROOT && tree.is_resource();
        let mut members = Members::default();
        if is_resource {
            self.resource_type(&mut members)?;
        }
        for part in tree.parts(node).iter().copied() {
            let name = tree.element(part).name();
            let children = self.children(tree, part)?;
            // A resource may consist of its id; an element may not.
            members.add(children, name == "id" && !is_resource, &self.tables.elements)?;
        }
        members.children.sort_by_key(|child| child.name);
        let table = &mut self.tables.children;
        let children =
            self.child_runs.get(&members.children, |run| extend(table, run, "members"))?;
        let checks = self.checks_of_shape(tree, node)?;
        let shape = &mut self.tables.shapes[id.index()];
        (shape.children, shape.checks) = (children, checks);
        (shape.required, shape.no_content) = (members.required, members.no_content);
        Ok(())
    }

    fn role(&self, tree: &Tree, node: usize) -> TypeRole {
        let of_element = tree.element(node).types.iter().map(|of| &of.code[..]);
        let of_tree = (node == ROOT).then_some(&tree.definition.of[..]);
        let roles = of_element.chain(of_tree).map(|of| match of {
            "Attachment" => TypeRole::Attachment,
            "Coding" => TypeRole::Coding,
            "Extension" => TypeRole::Extension,
            "Meta" => TypeRole::Meta,
            "Reference" => TypeRole::Reference,
            of if self.is_quantity(of) => TypeRole::Quantity,
            _ => TypeRole::Plain,
        });
        roles.into_iter().find(|role| *role != TypeRole::Plain).unwrap_or(TypeRole::Plain)
    }

    fn is_quantity(&self, of: &str) -> bool {
        let base = self
            .definitions
            .of_type(of)
            .and_then(|tree| tree.definition.base_definition.as_deref());
        of == "Quantity" || base.is_some_and(|base| base.strip_prefix(R4) == Some("Quantity"))
    }

    fn resource_type(&mut self, members: &mut Members) -> Result<(), CompileError> {
        let name = self.words.name(&mut self.tables, "resourceType")?;
        let element = self.plain_element("resourceType", 1)?;
        let children = vec![Child { name, ordinal: 0, element, content: Content::ResourceType }];
        members.add(children, false, &self.tables.elements)
    }
}

/// The members of a shape while it is being filled.
#[derive(Default)]
struct Members {
    children: Vec<Child>,
    required: u128,
    no_content: u128,
    count: u8,
}

impl Members {
    /// Adds the names of one element.
    fn add(
        &mut self,
        children: Vec<Child>,
        is_no_content: bool,
        elements: &[Element],
    ) -> Result<(), CompileError> {
        if usize::from(self.count) >= ELEMENTS_MAX {
            return Err(CompileError::TooMany("elements in one object"));
        }
        let bit = 1 << self.count;
        for child in children {
            if elements[child.element.index()].min > 0 {
                self.required |= bit;
            }
            self.children.push(Child { ordinal: self.count, ..child });
        }
        if is_no_content {
            self.no_content |= bit;
        }
        self.count += 1;
        Ok(())
    }
}

impl Tree {
    pub(super) fn is_resource(&self) -> bool {
        self.definition.kind == "resource" && !self.definition.is_abstract
    }
}

fn numbered<'d, I>(
    sorted: impl Iterator<Item = &'d str>,
    number: fn(usize) -> Option<I>,
) -> Result<BTreeMap<&'d str, I>, CompileError> {
    let numbered = sorted.enumerate().map(|(index, text)| Some((text, number(index)?)));
    numbered.collect::<Option<_>>().ok_or(CompileError::TooMany("profiles"))
}
