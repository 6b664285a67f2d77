//! What documents a visit yields, and what they say.

mod bills;
mod claims;
mod codes;
mod every_document;
mod golden;
mod notes;
mod papers;
mod prescriptions;
mod reports;
mod revisions;
mod roles;
mod summaries;
mod vaccines;
mod wellness;
