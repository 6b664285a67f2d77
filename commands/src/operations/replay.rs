//! Replays failed messages and calls from the log.
//!
//! ```text
//! order ── items ──► still running? ── replay requested ──► interpreted again ──► calls sent again
//!                    (read from the log)      └── is the cause of all resulting events
//! ```
//! The current interpreter parses the stored bytes of a message again. Results that already exist do not change,
//! because the aggregates ignore repeated commands. A call is sent again only if the order's policy allows it
//! (`resend`). Consents are checked in their current state, as always.
//!
//! [`order`] creates and changes orders, [`item`] processes them, [`dry_run`] shows the effects of an order in
//! advance, [`history`] lists the effects of all replays. [`shadow`] compares the behaviour of the current code with
//! the log of a whole period.

pub mod comparison;
pub mod dry_run;
pub mod history;
pub mod item;
pub mod order;
mod resend;
pub mod shadow;
mod suppression;

pub use item::{Done, Item, ItemOutcome, redo};
pub(crate) use suppression::suppressed;
