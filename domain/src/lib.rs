//! The domain model of a Health Information Provider (HIP): aggregates and events.
//!
//! This crate does no I/O and uses neither clock nor random numbers: `now` and new ids are part of the commands. It
//! does not depend on HTTP, Postgres or ABDM's JSON formats.
//!
//! Each aggregate is a file and a folder of the same name. The file contains state, decision and errors, the folder
//! commands and events. Start with [`consent`], a small and important one. [`event`] lists all events.
//!
//! | aggregate | stream | purpose |
//! |---|---|---|
//! | [`inbound`] | `in-gateway-{request id}` | interprets a message of the gateway once |
//! | [`outbound`] | `out-{request id}` | sends a call under one id until its result is known |
//! | [`identity`] | `identity-{facility}-{pseudonym}` | one subject for each patient and facility |
//! | [`patient`] | `patient-{subject}` | demographics and ABHA of a patient |
//! | [`visit`] | `visit-{facility}-{pseudonym}` | a visit, its amendments and its documents |
//! | [`care_context`] | `care-context-{facility}-{pseudonym}` | the link to the patient's ABHA |
//! | [`link_token`] | `link-token-{facility}-{pseudonym}` | at most one token request at a time for each patient |
//! | [`discovery`] | `discovery-{transaction}` | matches one patient or none |
//! | [`consent`] | `consent-{artefact id}` | granted, revoked, expired, denied |
//! | [`user_link`] | `user-link-{reference}` | a patient confirms a link with an OTP |
//! | [`otp_limit`] | `otp-limit-person-{subject}`, `otp-limit-mobile-{pseudonym}` | limits sending and trying OTPs |
//! | [`profile_share`] | `profile-share-{facility}-{counter}-{day}` | queue tokens of one counter and day |
//! | [`transfer`] | `transfer-{transaction}` | sends documents page by page |
//! | [`facility`] | `facility-{facility}` | pauses fetching visits; the current service id |
//! | [`hiu`] | `hiu-{hiu}` | which hosts of an HIU receive the session token |
//! | [`subject`] | `subject-{subject}` | the erasure of a patient |
//! | [`replay`] | `replay-{replay}` | a replay order |
//! | [`replay_switch`] | `replays` | stops or allows all replays |

pub mod access;
pub mod aggregate;
pub mod care_context;
pub mod consent;
pub mod discovery;
pub mod event;
pub mod facility;
pub mod hi_type;
pub mod hiu;
pub mod id;
pub mod identity;
pub mod inbound;
pub mod link_token;
pub mod otp_limit;
pub mod outbound;
pub mod patient;
pub mod profile_share;
pub mod reason;
pub mod recorded;
pub mod replay;
pub mod replay_switch;
pub mod sealed;
pub mod sensitive;
#[cfg(test)]
mod spec;
pub mod stream;
pub mod subject;
pub mod transfer;
pub mod user_link;
pub mod visit;
