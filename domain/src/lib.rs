//! Facts and decisions of a Health Information Provider (HIP).
//!
//! This crate does no I/O, reads no clock and draws no randomness: `now` and new identifiers arrive
//! inside commands. It knows nothing of HTTP, Postgres or the wire shapes of ABDM.
//!
//! Each aggregate is a file and a folder of the same name: the file holds state, decision and error,
//! the folder its commands and events. Start with [`consent`], the smallest that matters most;
//! [`event`] lists everything that can be in the log.
//!
//! | aggregate | stream | what it decides |
//! |---|---|---|
//! | [`inbound`] | `in-gateway-{request id}` | a message from outside is understood once |
//! | [`outbound`] | `out-{request id}` | a call leaves with one id until its outcome is known |
//! | [`identity`] | `identity-{facility}-{pseudonym}` | one patient per person and facility |
//! | [`patient`] | `patient-{subject}` | demographics and ABHA of a patient |
//! | [`visit`] | `visit-{facility}-{pseudonym}` | a visit, its amendments and its documents |
//! | [`care_context`] | `care-context-{facility}-{pseudonym}` | is it linked to the patient's ABHA |
//! | [`link_token`] | `link-token-{facility}-{pseudonym}` | one token request in flight per person |
//! | [`discovery`] | `discovery-{transaction}` | one patient or none |
//! | [`consent`] | `consent-{artefact id}` | granted, revoked, expired, denied |
//! | [`user_link`] | `user-link-{reference}` | an OTP proves that it is the patient who links |
//! | [`otp_limit`] | `otp-limit-person-{subject}`, `otp-limit-mobile-{pseudonym}` | may an OTP be sent or tried |
//! | [`profile_share`] | `profile-share-{facility}-{counter}-{day}` | one place in the queue |
//! | [`transfer`] | `transfer-{transaction}` | what leaves, page by page |
//! | [`facility`] | `facility-{facility}` | are its visits fetched at the moment |
//! | [`hiu`] | `hiu-{hiu}` | which hosts of an HIU are shown our session token |
//! | [`subject`] | `subject-{subject}` | is this person to be erased, and how far has it come |
//! | [`replay`] | `replay-{replay}` | an operator's order to do something again |
//! | [`replay_switch`] | `replays` | may anything be replayed at the moment |

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
