//! The repository itself.

mod golden;
mod language;
mod tidy;
mod walkthroughs;
