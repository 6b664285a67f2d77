//! The two versions of the network's API that a question can be put in.

/// In which version a question is put; the answer is expected in the same.
///
/// In v0.5 `requestId` and `timestamp` are members of the body instead of headers, `resp` stands
/// for `response`, and there is one `patient` object without hi types instead of an array by hi
/// type (contract section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiVersion {
    /// `/api/v3/…`, what NHA publishes.
    #[default]
    V3,
    /// `/v0.5/…`, its predecessor.
    V05,
}

impl ApiVersion {
    /// `v3` or `v0.5`.
    pub fn as_str(self) -> &'static str {
        self.pick("v3", "v0.5")
    }

    /// The one that belongs to this version.
    pub(crate) fn pick<T>(self, v3: T, v05: T) -> T {
        match self {
            Self::V3 => v3,
            Self::V05 => v05,
        }
    }
}
