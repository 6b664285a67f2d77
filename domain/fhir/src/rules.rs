//! The rules of a FHIR guide, compiled: what [`validate`](crate::validate()) checks by.
//!
//! [`compile`] reads the definitions that a guide publishes and makes tables of them; the
//! tables travel as one file of bytes that loads in well under a millisecond. The rules of the
//! national guide and of the R4 types under it are part of this crate: [`Rules::nrces`].

pub(crate) mod codec;
mod compile;
mod index;
mod manifest;
pub(crate) mod name;
pub(crate) mod table;

use std::cmp::Ordering;
use std::sync::LazyLock;

pub use self::codec::LoadError;
pub use self::compile::{CompileError, Compiled, Input, InputError, compile, compile_folder};
pub use self::manifest::{Manifest, Source};

use self::codec::{Reader, Record};
use self::index::Indexes;
use self::name::Name;
use self::table::{
    Child, CodeSystem, Element, InvariantId, Profile, ProfileId, Shape, ShapeId, Tables, TextId,
    TypeId, Weight,
};
use crate::validate::invariant::{self, Invariant};

/// The format of rule files that this version writes and reads.
///
/// It names the invariants and the first member names by number, so it changes with them.
pub const FORMAT: &str = "FHIRULE2";

/// The guide `ndhm.in` 6.5.0 and the R4 types under it.
const NRCES: &[u8] = include_bytes!("../rules/nrces-6.5.0.rules");

/// Rules, ready to check by.
#[derive(Debug)]
pub struct Rules {
    manifest: Manifest,
    tables: Tables,
    indexes: Indexes,
    /// The names of `tables.children` again: close together, for the search.
    child_names: Vec<Name>,
    /// Sorted by address, as a number.
    profiles: Vec<(TextId, ProfileId)>,
    /// Sorted by name, as a number.
    types: Vec<(TextId, TypeId)>,
    /// One for each of `tables.invariants`.
    invariants: Vec<(Weight, &'static Invariant)>,
}

impl Rules {
    /// The rules that come with this crate: the national guide `ndhm.in` 6.5.0 on R4.
    pub fn nrces() -> &'static Self {
        static RULES: LazyLock<Rules> = LazyLock::new(|| {
            Rules::from_bytes(NRCES).expect("the embedded rules are tested to load")
        });
        &RULES
    }

    /// Loads what [`Compiled::to_bytes`] wrote. Nothing is parsed: the bytes are copied into tables,
    /// and every number in them is checked to point at something.
    ///
    /// # Errors
    ///
    /// [`LoadError`] when the bytes are damaged or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LoadError> {
        let mut reader = Reader(bytes);
        if reader.take(FORMAT.len())? != FORMAT.as_bytes() {
            return Err(LoadError::Format);
        }
        let manifest = String::read(&mut reader)?;
        let manifest =
            serde_json::from_str(&manifest).map_err(|_| LoadError::Damaged("manifest"))?;
        Self::of(manifest, Tables::read(&mut reader)?)
    }

    fn of(manifest: Manifest, tables: Tables) -> Result<Self, LoadError> {
        tables.check()?;
        let indexes = Indexes::of(&tables)?;
        let invariants = tables
            .invariants
            .iter()
            .map(|known| Some((known.weight, invariant::find(tables.text(known.key))?)))
            .collect::<Option<Vec<_>>>()
            .ok_or(LoadError::UnknownInvariant)?;
        let child_names = tables.children.iter().map(|child| child.name).collect();
        let urls = tables.profiles.iter().map(|profile| profile.url);
        let mut profiles: Vec<_> = urls.zip((0..).map(ProfileId)).collect();
        let names = tables.types.iter().map(|kind| kind.name);
        let mut types: Vec<_> = names.zip((0..).map(TypeId)).collect();
        profiles.sort_unstable();
        types.sort_unstable();
        Ok(Self { manifest, tables, indexes, child_names, profiles, types, invariants })
    }

    /// Which guide these are the rules of, and from which files.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The canonical addresses of the profiles and base definitions of resources.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        self.tables.profiles.iter().map(|profile| self.text(profile.url))
    }

    /// The keys of the invariants that are checked one by one.
    pub fn invariants(&self) -> impl Iterator<Item = &str> {
        self.tables.invariants.iter().map(|invariant| self.text(invariant.key))
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    #[inline]
    pub(crate) fn text(&self, id: TextId) -> &str {
        self.tables.text(id)
    }

    /// The number of a text, when the rules speak of it at all.
    #[inline]
    pub(crate) fn text_id(&self, text: &str) -> Option<TextId> {
        self.indexes.text(&self.tables, text)
    }

    #[inline]
    pub(crate) fn name(&self, text: &[u8]) -> Name {
        self.indexes.name(&self.tables, text)
    }

    /// For messages.
    pub(crate) fn text_of_name(&self, name: Name) -> &str {
        self.tables.names.get(usize::from(name.0)).map_or("", |id| self.text(*id))
    }

    /// The shape of what stands beside a primitive.
    pub(crate) fn sidecar_shape(&self) -> ShapeId {
        self.tables.general[0].sidecar
    }

    /// What every resource may hold, whatever its type.
    pub(crate) fn any_resource_shape(&self) -> ShapeId {
        self.tables.general[0].any_resource
    }

    /// Whether the code system of that address has the code; nothing when it is not known in full.
    #[inline]
    pub(crate) fn has_code(&self, system: &str, code: &str) -> Option<bool> {
        let system = self.text_id(system)?;
        let systems = &self.tables.systems;
        let place = systems.binary_search_by_key(&system, |known| known.url).ok()?;
        let CodeSystem { codes, is_case_sensitive, url: _ } = &systems[place];
        let compare = if *is_case_sensitive { str::cmp } else { compare_small };
        Some(lists(self.text(*codes), code, compare))
    }

    #[inline]
    pub(crate) fn shape(&self, id: ShapeId) -> &Shape {
        &self.tables.shapes[id.index()]
    }

    /// The member `name` of `shape`.
    #[inline]
    pub(crate) fn child(&self, shape: &Shape, name: Name) -> Option<&Child> {
        let place = shape.children.of(&self.child_names).binary_search(&name).ok()?;
        self.tables.children.get(shape.children.start as usize + place)
    }

    #[inline]
    pub(crate) fn element(&self, child: &Child) -> &Element {
        &self.tables.elements[child.element.index()]
    }

    #[inline]
    pub(crate) fn invariant(&self, id: InvariantId) -> (Weight, &'static Invariant) {
        self.invariants[id.index()]
    }

    #[inline]
    pub(crate) fn profile(&self, id: ProfileId) -> &Profile {
        &self.tables.profiles[id.index()]
    }

    /// The profile of that address; a version after `|` is not looked at, as the guide's own
    /// resources do not carry that of their package.
    pub(crate) fn profile_at(&self, url: &str) -> Option<ProfileId> {
        let url = url.split('|').next().unwrap_or(url);
        let url = self.text_id(url)?;
        let place = self.profiles.binary_search_by_key(&url, |(url, _)| *url).ok()?;
        Some(self.profiles[place].1)
    }

    pub(crate) fn resource_type(&self, name: &str) -> Option<TypeId> {
        let name = self.text_id(name)?;
        let place = self.types.binary_search_by_key(&name, |(name, _)| *name).ok()?;
        Some(self.types[place].1)
    }

    pub(crate) fn type_name(&self, id: TypeId) -> &str {
        self.text(self.tables.types[id.index()].name)
    }

    /// The definition of the type itself, without any profile.
    pub(crate) fn definition(&self, id: TypeId) -> Option<ProfileId> {
        self.tables.types[id.index()].definition
    }

    /// Whether `profile` is `ancestor` or narrows it.
    pub(crate) fn is_kind_of(&self, profile: ProfileId, ancestor: ProfileId) -> bool {
        /// A guide that narrows more often than that has a loop.
        const STEPS_MAX: usize = 16;
        let chain = std::iter::successors(Some(profile), |id| self.profile(*id).base);
        chain.take(STEPS_MAX).any(|id| id == ancestor)
    }
}

/// Whether one of the lines of `list`, which are sorted, is `line`.
fn lists(list: &str, line: &str, compare: fn(&str, &str) -> Ordering) -> bool {
    let mut rest = list;
    while !rest.is_empty() {
        // The line around the middle; lines are not empty.
        let middle = rest.len() / 2;
        let start = rest.as_bytes()[..middle].iter().rposition(|byte| *byte == b'\n');
        let start = start.map_or(0, |newline| newline + 1);
        let end = rest[start..].find('\n').map_or(rest.len(), |length| start + length);
        match compare(&rest[start..end], line) {
            Ordering::Equal => return true,
            Ordering::Greater => rest = &rest[..start.saturating_sub(1)],
            Ordering::Less => rest = rest.get(end + 1..).unwrap_or_default(),
        }
    }
    false
}

/// As if both were in small letters.
pub(crate) fn compare_small(one: &str, other: &str) -> Ordering {
    fn small(text: &str) -> impl Iterator<Item = u8> {
        text.bytes().map(|byte| byte.to_ascii_lowercase())
    }
    small(one).cmp(small(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_case_does_not_count_a_code_is_found_in_any() {
        assert!(lists("a\nMR\nsb", "mr", compare_small));
        assert!(!lists("a\nMR\nsb", "mr", str::cmp));
    }

    #[test]
    fn a_sorted_list_is_searched_to_its_ends() {
        let lines = ["a", "bc", "d e", "x", "yyyyyyyyyyyyyyyyyyyy", "z"];
        for count in 0..=lines.len() {
            let list = lines[..count].join("\n");
            for (index, line) in lines.iter().enumerate() {
                assert_eq!(lists(&list, line, str::cmp), index < count, "{line} of {list:?}");
            }
            for stranger in ["", "b", "bc\nd e", "zz"] {
                assert!(!lists(&list, stranger, str::cmp), "{stranger:?} of {list:?}");
            }
        }
    }
}
