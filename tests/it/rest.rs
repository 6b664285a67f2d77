//! The REST interface.

mod clients;
mod fhir;
mod idempotency;
mod openapi;
mod read_your_writes;
mod refused_callers;
mod routes;
mod strangers;
mod visit_stream;
mod visits;
