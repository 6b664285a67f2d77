//! Commands that need neither a service nor a database.

pub(super) mod bundle;
pub(super) mod crypto;
pub(super) mod error;
pub(super) mod ig;
pub(super) mod openapi;
