//! The two API versions of the network.

/// API version of a question. The answer must have the same version.
///
/// In v0.5, `requestId` and `timestamp` are members of the body instead of headers, `response` is called `resp`, and
/// `patient` is one object without hi types instead of an array with one element per hi type (contract section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiVersion {
    /// `/api/v3/…`, the version that NHA publishes.
    #[default]
    V3,
    /// `/v0.5/…`, the version before v3.
    V05,
}

impl ApiVersion {
    /// `v3` or `v0.5`.
    pub fn as_str(self) -> &'static str {
        self.pick("v3", "v0.5")
    }

    /// Returns `v3` or `v05`, depending on the version.
    pub(crate) fn pick<T>(self, v3: T, v05: T) -> T {
        match self {
            Self::V3 => v3,
            Self::V05 => v05,
        }
    }
}
