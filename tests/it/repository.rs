//! The repository itself.

mod golden;
mod tidy;
mod walkthroughs;
