//! JSON as a flat list of nodes, in the order of the text.
//!
//! Nothing is built from the input but this list: a node is 24 bytes and points back into the text,
//! so numbers stay as they were written and long attachments are not copied. Texts with escapes are
//! written out once, into a second buffer. A node knows where its last descendant is, so whole
//! branches are stepped over.

mod scan;
mod view;

use crate::rules::name::Name;

pub(super) use self::scan::{Refusal, scan};
pub(crate) use self::view::View;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Number,
    /// As it stands in the input.
    Text,
    /// Had escapes; stands in the second buffer.
    WrittenOut,
    List,
    Object,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    /// Of a text its first byte behind the quote, of anything else its first byte.
    start: u32,
    /// Of a text or number its bytes, of a list or object its members.
    len: u32,
    /// The number of the first node that is not inside this one.
    end: u32,
    /// The first byte of the member name.
    key: u32,
    name: Name,
    /// Longer names are cut: rules know none.
    key_len: u8,
    /// The member name begins with `_`: it holds what is beside a primitive, such as extensions.
    is_sidecar: bool,
    kind: Kind,
}

/// Where the nodes go; used again for the next document.
#[derive(Default)]
pub(super) struct Buffers {
    nodes: Vec<Node>,
    written_out: String,
}

impl Buffers {
    /// What [`scan`] has read from `json`.
    pub(super) fn tape<'t>(&'t self, json: &'t str) -> Tape<'t> {
        Tape { json, nodes: &self.nodes, written_out: &self.written_out }
    }
}

/// A document that was read.
pub(crate) struct Tape<'t> {
    json: &'t str,
    nodes: &'t [Node],
    written_out: &'t str,
}

impl<'t> Tape<'t> {
    pub(super) fn root(&'t self) -> View<'t> {
        View::of(self, 0)
    }
}
