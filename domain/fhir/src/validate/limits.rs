//! What a document may cost before it is looked at.

/// Bounds on input. What is larger is refused before anything is built from it.
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

    pub(super) fn depth(&self) -> usize {
        self.depth.min(Self::DEPTH_MAX)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 50 * 1024 * 1024, depth: 64, values: 500_000 }
    }
}
