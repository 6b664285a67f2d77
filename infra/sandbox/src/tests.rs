//! Tests of the simulator with direct HTTP calls and a fake HIP.

mod callbacks;
mod conformance;
mod documents;
mod fake_hip;
mod faults;
mod journeys;
mod model_hip;
mod push;
mod refusals;
mod scripted;
mod sessions;
mod setting;
mod shares;
mod sms;
mod status;
mod strictness;
mod tokens;
mod transfers;
mod v05;
