//! Processes, connections and databases fail.

mod campaign;
mod crash;
mod failover;
mod fence;
mod frozen;
mod half_open;
mod parked;
mod quarantine;
mod reader_panics;
mod reading_together;
mod rolling_upgrade;
mod two_processes;
