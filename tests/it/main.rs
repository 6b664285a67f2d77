//! One binary for the whole suite; a file for each journey or promise.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that finds nothing to unwrap has failed"
)]

mod amrit;
mod amrit_sessions;
mod append_only;
mod audit;
mod audit_patient;
mod bench_rebuild;
mod byte_order_marks;
mod callbacks;
mod campaign;
mod clients;
mod conformance;
mod contract;
mod crash;
mod differential;
mod discovery_what_if;
mod documents_for_amrit;
mod documents_in_mongo;
mod erasure;
mod explain;
mod facility_intake;
mod facility_rename;
mod failover;
mod fence;
mod fhir;
mod frozen;
mod gateway_fixtures;
mod golden;
mod growth;
mod half_open;
mod hostile_push_urls;
mod idempotency;
mod journey;
mod kek;
mod large_visits;
mod late_peers;
mod latin_names;
mod linking;
mod log;
mod looks;
mod lost_stores;
mod odd_questions;
mod openapi;
mod opt_out;
mod otp_limits;
mod parked;
mod partitions;
mod privacy;
mod private_database;
mod projections;
mod quarantine;
mod read_your_writes;
mod reader_panics;
mod readiness;
mod refused_callers;
mod replay;
mod replay_orders;
mod replay_policy;
mod rest;
mod revoke;
mod rolling_upgrade;
mod sealed_documents;
mod seals;
mod shadow;
mod slow_hiu;
mod storm;
mod strangers;
mod tidy;
mod trusted_hius;
mod two_facilities;
mod two_processes;
mod visit_fetch;
mod visit_fetch_storm;
mod visit_stream;
mod visit_trigger;
mod visits;
