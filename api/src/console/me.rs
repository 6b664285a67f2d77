//! The person of a request.

use std::sync::Arc;

use hip_commands::accountability::caller::Caller;
use hip_infra::postgres::console_sessions::{ConsoleSession, TokenDigest};

use super::time::Zone;
use super::words::{Language, Words};

/// A person with a session.
pub(crate) struct Me {
    pub(crate) caller: Arc<Caller>,
    pub(crate) session: ConsoleSession,
    pub(crate) token: TokenDigest,
    /// Whether the last write is not shown yet.
    pub(crate) is_behind: bool,
}

impl Me {
    pub(crate) fn words(&self) -> Words {
        Words::of(Language::of(&self.session.language))
    }

    pub(crate) fn zone(&self) -> Zone {
        Zone::of(&self.session.zone)
    }
}
