//! The bearer token that the gateway sends with its callbacks.

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

/// The bearer token, which several callbacks share.
///
/// The real gateway was observed to send tokens that were up to nine minutes old.
#[derive(Default)]
pub(crate) struct GatewayBearer(Mutex<Option<(String, DateTime<Utc>)>>);

impl GatewayBearer {
    const AGE_MAX: TimeDelta = TimeDelta::minutes(9);

    /// Returns the current token, or a new one if the current is older than nine minutes or half of `lifetime`.
    pub(crate) fn get(
        &self,
        now: DateTime<Utc>,
        lifetime: TimeDelta,
        mint: impl FnOnce() -> String,
    ) -> String {
        let age_max = Self::AGE_MAX.min(lifetime / 2);
        let mut kept = self.0.lock();
        match &*kept {
            Some((bearer, minted_at)) if now - *minted_at < age_max => bearer.clone(),
            Some(_) | None => {
                let bearer = mint();
                *kept = Some((bearer.clone(), now));
                bearer
            }
        }
    }
}
