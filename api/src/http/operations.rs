//! Routes for operators.

mod callback_history;
pub(crate) mod callbacks;
pub(crate) mod dead_letters;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod projections;
pub(crate) mod replay_dry_run;
pub(crate) mod replay_orders;
pub(crate) mod replays;
