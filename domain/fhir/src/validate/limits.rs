//! What a document may cost before it is looked at.

/// Bounds on input. What is larger is refused before anything is built from it.
///
/// The constants are bounds that no deployment has a reason to move: what goes beyond them is no
/// record of a patient. How many findings are told is bounded by [`FINDINGS_MAX`](super::FINDINGS_MAX).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of the JSON text. By default 50 MiB: scans travel inside of documents.
    pub bytes: usize,
    /// Nesting of lists and objects. By default 64; more than [`Limits::DEPTH_MAX`] counts as that.
    /// The deepest document that the guide shows has 12.
    pub depth: usize,
    /// Values of any kind. By default 500,000, which take 12 MB.
    pub values: usize,
}

impl Limits {
    /// The walk is recursive, so its depth must fit on a thread's stack.
    pub const DEPTH_MAX: usize = 128;
    /// Items of a list named `entry`, in a bundle or a section. The guide's largest document has 20;
    /// this is a measure every minute of a week in intensive care.
    pub const ENTRIES_MAX: usize = 10_000;
    /// Contained resources of one resource: every reference to one is looked for among all of them.
    /// Documents put resources beside each other, so the guide's own contain none.
    pub const CONTAINED_MAX: usize = 200;
    /// Extensions inside of extensions, which no definition bounds. Those of R4 and of India need 2.
    pub const EXTENSION_DEPTH_MAX: usize = 8;
    /// Profiles that one resource may claim, each of which is another walk over it. The guide's own
    /// examples claim two.
    pub const CLAIMS_MAX: usize = 8;

    pub(super) fn depth(&self) -> usize {
        self.depth.min(Self::DEPTH_MAX)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 50 * 1024 * 1024, depth: 64, values: 500_000 }
    }
}
