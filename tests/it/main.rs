//! One binary for the whole suite: a folder for each kind of test, a file for each promise.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that finds nothing to unwrap has failed"
)]

mod console;
mod failures;
mod flows;
mod load;
mod operations;
mod privacy;
mod repository;
mod rest;
mod stores;
