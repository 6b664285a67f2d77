//! What operators do.

mod archive;
mod benchmarks;
mod byte_order_marks;
mod facility_intake;
mod growth;
mod kek;
mod outbox_check;
mod partitions;
mod private_database;
mod projections;
mod readiness;
pub(crate) mod replay;
mod replay_orders;
mod replay_policy;
pub(crate) mod shadow;
mod tasks_with_events;
