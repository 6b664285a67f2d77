//! A place in a document, and what can be asked there.

use super::{Kind, Node, Tape};
use crate::rules::name::Name;

/// One value. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct View<'t> {
    tape: &'t Tape<'t>,
    at: u32,
}

impl PartialEq for View<'_> {
    /// Whether it is the same place, not whether it looks the same.
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl<'t> View<'t> {
    #[inline]
    pub(super) fn of(tape: &'t Tape<'t>, at: u32) -> Self {
        Self { tape, at }
    }

    #[inline]
    fn node(self) -> &'t Node {
        &self.tape.nodes[self.at as usize]
    }

    #[inline]
    pub(crate) fn kind(self) -> Kind {
        self.node().kind
    }

    #[inline]
    pub(crate) fn name(self) -> Name {
        self.node().name
    }

    #[inline]
    pub(crate) fn is_sidecar(self) -> bool {
        self.node().is_sidecar
    }

    /// The name of the member as it is written, with `_`; empty for an item of a list. At most 255
    /// bytes of it.
    pub(crate) fn key(self) -> &'t str {
        let node = self.node();
        let start = node.key as usize;
        let mut end = start + usize::from(node.key_len);
        while !self.tape.json.is_char_boundary(end) {
            end -= 1;
        }
        &self.tape.json[start..end]
    }

    /// How many members or items there are.
    #[inline]
    pub(crate) fn count(self) -> usize {
        match self.kind() {
            Kind::List | Kind::Object => self.node().len as usize,
            Kind::Null | Kind::Boolean | Kind::Number | Kind::Text | Kind::WrittenOut => 0,
        }
    }

    #[inline]
    pub(crate) fn is_text(self) -> bool {
        matches!(self.kind(), Kind::Text | Kind::WrittenOut)
    }

    #[inline]
    pub(crate) fn text(self) -> Option<&'t str> {
        let node = self.node();
        let range = node.start as usize..(node.start + node.len) as usize;
        match node.kind {
            Kind::Text => self.tape.json.get(range),
            Kind::WrittenOut => self.tape.written_out.get(range),
            Kind::Null | Kind::Boolean | Kind::Number | Kind::List | Kind::Object => None,
        }
    }

    /// A number or boolean as it is written.
    #[inline]
    pub(crate) fn literal(self) -> &'t str {
        let node = self.node();
        self.tape.json.get(node.start as usize..(node.start + node.len) as usize).unwrap_or("")
    }

    /// The members of an object or the items of a list, in order.
    #[inline]
    pub(crate) fn members(self) -> Members<'t> {
        let end = self.node().end;
        Members { tape: self.tape, next: self.at + 1, end }
    }

    /// The member of that name; the first one, should there be two.
    #[inline]
    pub(crate) fn member(self, name: Name) -> Option<Self> {
        self.members_of_object().find(|member| member.name() == name && !member.is_sidecar())
    }

    /// What stands beside the primitive of that name.
    pub(crate) fn sidecar(self, name: Name) -> Option<Self> {
        self.members_of_object().find(|member| member.name() == name && member.is_sidecar())
    }

    #[inline]
    fn members_of_object(self) -> Members<'t> {
        let end = if self.kind() == Kind::Object { self.node().end } else { self.at + 1 };
        Members { tape: self.tape, next: self.at + 1, end }
    }

    /// Whether there is such an element, with a value or only with extensions.
    #[inline]
    pub(crate) fn has(self, name: Name) -> bool {
        self.members_of_object().any(|member| member.name() == name)
    }

    /// Whether there is an element `stem[x]` of any type.
    pub(crate) fn has_choice(self, stem: &str) -> bool {
        self.members_of_object().any(|member| {
            let key = member.key().as_bytes();
            let key = key.strip_prefix(b"_").unwrap_or(key);
            let rest = key.strip_prefix(stem.as_bytes());
            rest.and_then(<[_]>::first).is_some_and(u8::is_ascii_uppercase)
        })
    }

    /// All there is under that name: the items of a list, or the one value.
    #[inline]
    pub(crate) fn each(self, name: Name) -> Members<'t> {
        match self.member(name) {
            Some(list) if list.kind() == Kind::List => list.members(),
            Some(one) => Members { tape: self.tape, next: one.at, end: one.node().end },
            None => Members { tape: self.tape, next: 0, end: 0 },
        }
    }

    /// The text of the member of that name.
    #[inline]
    pub(crate) fn text_of(self, name: Name) -> Option<&'t str> {
        self.member(name)?.text()
    }

    /// Whether the member of that name is this text.
    #[inline]
    pub(crate) fn is(self, name: Name, text: &str) -> bool {
        self.text_of(name) == Some(text)
    }

    /// Whether this place is `outer` or inside of it.
    pub(crate) fn is_in(self, outer: Self) -> bool {
        outer.at <= self.at && self.at < outer.node().end
    }

    /// Whether this place begins before the other in the text.
    #[inline]
    pub(crate) fn is_before(self, other: Self) -> bool {
        self.at < other.at
    }

    /// Where it is among all values of the document.
    pub(crate) fn position(self) -> u32 {
        self.at
    }

    /// Every value from here on downwards, itself included, in the order of the text.
    pub(crate) fn descendants(self) -> impl Iterator<Item = Self> {
        (self.at..self.node().end).map(move |at| Self { tape: self.tape, at })
    }

    pub(crate) fn root(self) -> Self {
        Self { at: 0, ..self }
    }
}

/// Walks over the children of a value without stepping into them.
#[derive(Clone)]
pub(crate) struct Members<'t> {
    tape: &'t Tape<'t>,
    next: u32,
    end: u32,
}

impl<'t> Iterator for Members<'t> {
    type Item = View<'t>;

    #[inline]
    fn next(&mut self) -> Option<View<'t>> {
        if self.next >= self.end {
            return None;
        }
        let view = View { tape: self.tape, at: self.next };
        self.next = view.node().end;
        Some(view)
    }
}
