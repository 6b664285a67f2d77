//! Messages of the gateway as others have written them down, each posted to the running service.
//!
//! They lie beside the repository, in `../shared/fixtures/gateway`, and are not ours to carry; where
//! they are not, these tests say so and end. What they check is checked on our own messages by the
//! journeys too.
//!
//! Three things in them are made up and replaced by what is true in the run: the bearer, the ids of
//! requests, links and OTPs that are the service's own, and the patient reference `PAT-7001` (a visit
//! document has a number there).

mod consent;
mod data_flow;
mod discovery;
mod linking;
mod notices;
mod stage;
mod user_linking;
