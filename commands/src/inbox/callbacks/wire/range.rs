//! A date range, in consents and in requests.

use hip_domain::consent::DateRange;
use serde::Deserialize;

use super::{end_instant, instant, scalar};

/// The member `dateRange`.
#[derive(Default, Deserialize)]
pub(crate) struct WireRange {
    #[serde(default, deserialize_with = "scalar")]
    from: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    to: Option<String>,
}

impl WireRange {
    /// `None` if one end is missing or cannot be parsed.
    pub(crate) fn read(&self) -> Option<DateRange> {
        Some(DateRange {
            from: instant(self.from.as_deref()?)?,
            to: end_instant(self.to.as_deref()?)?,
        })
    }
}
