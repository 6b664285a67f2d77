//! The rules as tables that point at each other by number.
//!
//! ```text
//! Profile ─► Shape ─► Child ─► Element ─► Fixed, Binding ─► ValueSet, Targets, Slicing ─► Slice
//!              ▲        │                                                                   │
//!              └────────┴───────────────────── Content ◄────────────────────────────────────┘
//! ```
//! A *shape* says what an object may hold: the root of a profile, a data type, or an inner part of
//! either. A *child* is one JSON name in it; the names of a choice (`valueString`, `valueQuantity`)
//! share an *ordinal*, so one bit says whether the element is there.

mod bounds;
mod word;

pub(crate) use self::word::{
    CodeList, FixedKind, Primitive, SlicingRules, Strength, TypeRole, Weight,
};

use super::codec::{LoadError, Reader, Record, ids, records};
use super::name::Name;

ids! {
    /// Points at a text.
    TextId: u32,
    ShapeId: u16,
    ElementId: u16,
    FixedId: u16,
    ValueSetId: u16,
    TargetsId: u16,
    SlicingId: u16,
    ProfileId: u16,
    /// A resource type.
    TypeId: u16,
    InvariantId: u16,
}

impl Record for Name {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, LoadError> {
        Ok(Self(u16::read(from)?))
    }
}

/// A run of entries in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) count: u16,
}

impl Span {
    #[inline]
    pub(crate) fn of<T>(self, table: &[T]) -> &[T] {
        let start = self.start as usize;
        table.get(start..start + usize::from(self.count)).unwrap_or_default()
    }

    fn end(self) -> usize {
        self.start as usize + usize::from(self.count)
    }
}

impl Record for Span {
    fn write(&self, out: &mut Vec<u8>) {
        self.start.write(out);
        self.count.write(out);
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, LoadError> {
        Ok(Self { start: u32::read(from)?, count: u16::read(from)? })
    }
}

/// What a value looks like inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    Primitive(Primitive),
    Object(ShapeId),
    /// A resource: any, or one of a profile.
    Resource(Option<ProfileId>),
    /// The member `resourceType`.
    ResourceType,
}

impl Record for Content {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Primitive(primitive) => (0_u8.write(out), primitive.write(out)).1,
            Self::Object(shape) => (1_u8.write(out), shape.write(out)).1,
            Self::Resource(profile) => (2_u8.write(out), profile.write(out)).1,
            Self::ResourceType => 3_u8.write(out),
        }
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, LoadError> {
        match u8::read(from)? {
            0 => Primitive::read(from).map(Self::Primitive),
            1 => ShapeId::read(from).map(Self::Object),
            2 => Option::read(from).map(Self::Resource),
            3 => Ok(Self::ResourceType),
            _ => Err(LoadError::Damaged("contents")),
        }
    }
}

/// `max` of an element that may be there any number of times.
pub(crate) const UNBOUNDED: u16 = u16::MAX;

/// Elements that one shape can have: they are counted in the bits of a number.
pub(crate) const ELEMENTS_MAX: usize = 128;

/// Slices that one list can have: they are counted on the stack.
pub(crate) const SLICES_MAX: usize = 32;

records! {
    /// What an object may hold.
    struct Shape {
        /// For messages: `Composition.section`.
        title: TextId,
        /// Sorted by name.
        children: Span,
        /// Bits of the elements that must be there.
        required: u128,
        /// Bits that do not count as content: `id`, `resourceType`.
        no_content: u128,
        role: TypeRole,
        /// Checks of the object as a whole, in `checks`.
        checks: Span,
    }

    /// One JSON name that a shape knows.
    struct Child {
        name: Name,
        /// Which element of the shape it belongs to.
        ordinal: u8,
        element: ElementId,
        content: Content,
    }

    /// What holds for an element wherever it is met.
    struct Element {
        /// As the definition writes it: `value[x]`.
        name: TextId,
        min: u16,
        max: u16,
        /// Whether JSON writes it as a list, however often it may be there.
        is_list: bool,
        fixed: Option<FixedId>,
        binding: Option<Binding>,
        targets: Option<TargetsId>,
        slicing: Option<SlicingId>,
        checks: Span,
    }

    /// A value that is given.
    struct Fixed {
        kind: FixedKind,
        /// The text of a primitive that JSON writes as text.
        text: Option<TextId>,
        /// Anything else, as JSON.
        json: TextId,
    }

    struct Binding {
        strength: Strength,
        value_set: ValueSetId,
    }

    struct ValueSet {
        url: TextId,
        list: CodeList,
        /// Sorted by code, then by system, as numbers.
        codes: Span,
    }

    struct Code {
        code: TextId,
        system: TextId,
    }

    /// What a reference may point at. No types means any.
    struct Targets {
        types: Vec<TypeId>,
        /// Narrower than the type alone; empty when the type is enough.
        profiles: Vec<ProfileId>,
    }

    struct Slicing {
        rules: SlicingRules,
        slices: Span,
    }

    struct Slice {
        name: TextId,
        /// With the bounds, targets and bindings of the slice.
        element: ElementId,
        content: Content,
        /// All must hold for an item to belong here; in `expectations`.
        expects: Span,
    }

    /// What a discriminator wants to find in an item.
    struct Expectation {
        /// Names on the way, in `steps`.
        steps: Span,
        value: TextId,
    }

    struct Profile {
        url: TextId,
        /// The last part of the address.
        name: TextId,
        resource: TypeId,
        shape: ShapeId,
        /// The profile that it narrows.
        base: Option<ProfileId>,
    }

    /// A resource type of R4.
    struct ResourceType {
        name: TextId,
        /// Its own definition, when the rules have it.
        definition: Option<ProfileId>,
    }

    /// A code system that is known in full.
    struct CodeSystem {
        url: TextId,
        /// Whether `a` and `A` are two codes. If not, the codes are sorted by their small letters.
        is_case_sensitive: bool,
        /// Sorted, one a line.
        codes: TextId,
    }

    /// Shapes that hold everywhere.
    struct General {
        /// `Element`, which stands beside primitives.
        sidecar: ShapeId,
        /// `DomainResource`.
        any_resource: ShapeId,
    }

    struct Invariant {
        key: TextId,
        weight: Weight,
    }
}

macro_rules! tables {
    ($($(#[$about:meta])* $table:ident: $record:ty),+ $(,)?) => {
        /// All tables of a rule set.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub(crate) struct Tables {
            /// All texts, one after the other.
            pub(crate) blob: String,
            $($(#[$about])* pub(crate) $table: Vec<$record>),+
        }

        impl Record for Tables {
            fn write(&self, out: &mut Vec<u8>) {
                self.blob.write(out);
                $(self.$table.write(out);)+
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, LoadError> {
                Ok(Self { blob: Record::read(from)?, $($table: Record::read(from)?),+ })
            }
        }
    };
}

tables! {
    /// Places in the blob.
    texts: Span,
    names: TextId,
    shapes: Shape,
    /// One.
    general: General,
    children: Child,
    elements: Element,
    fixed: Fixed,
    value_sets: ValueSet,
    codes: Code,
    /// Sorted by address, as a number.
    systems: CodeSystem,
    targets: Targets,
    slicings: Slicing,
    slices: Slice,
    expectations: Expectation,
    steps: Name,
    checks: InvariantId,
    invariants: Invariant,
    profiles: Profile,
    types: ResourceType,
}

impl Tables {
    #[inline]
    pub(crate) fn text(&self, id: TextId) -> &str {
        let span = self.texts[id.index()];
        &self.blob[span.start as usize..span.end()]
    }
}
