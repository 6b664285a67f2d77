//! Doing again what failed, from the log.
//!
//! ```text
//! order ── items ──► may it go on? ── replay requested ──► understood again ──► calls made again
//!                    (asked of the log)      └── is the cause of everything that follows
//! ```
//! A message is understood again by today's interpreter, from its own bytes. What is so already stays so:
//! the streams that it leads to decide, as they do when a message comes twice. What was sent is sent again
//! only as far as the order's policy allows it (`again`). A consent is looked at as it is now, by those who
//! always do.
//!
//! [`order`] gives orders, [`item`] follows them, [`dry_run`] shows what would come of one,
//! [`history`] tells what came of all. [`shadow`] asks of a whole period whether the same would come of it
//! today.

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
