//! `hip erase` and `hip erasures`.

pub(crate) mod erase;
pub(crate) mod erasures;
