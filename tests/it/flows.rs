//! What a patient, a record system or an HIU sees.

mod amrit;
mod amrit_sessions;
mod callbacks;
mod conformance;
mod discovery_what_if;
mod explain;
mod facility_rename;
mod gateway_fixtures;
mod hostile_push_urls;
mod journey;
mod late_peers;
mod latin_names;
mod linking;
mod odd_questions;
mod opt_out;
mod otp_limits;
mod revoke;
mod trusted_hius;
mod two_facilities;
mod visit_fetch;
