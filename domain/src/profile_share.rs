//! The queue tokens of one counter on one day, for patients who scan its code to share their profile.
//!
//! Numbers start at 1 each day. A patient who scans again while their token is valid gets the same one. The network
//! would block a second one.

pub mod event;

pub use event::{ProfileShareEvent, SharedProfile};

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{FacilityId, Pseudonym, RequestId};
use crate::sealed::Sealed;

/// How long a token is valid, as the network's certification requires.
pub const TOKEN_AGE_MAX: TimeDelta = TimeDelta::minutes(30);

/// The tokens of one counter and day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProfileShares {
    last: u32,
    tokens: BTreeMap<String, Token>,
}

/// A queue token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Number in the queue, from 1.
    pub number: u32,
    /// When it expires. After that the patient gets a new one.
    pub expires_at: DateTime<Utc>,
}

/// A command to the tokens of a counter.
#[derive(Debug, Clone, PartialEq)]
pub enum ProfileShareCommand {
    /// A patient shares their profile.
    Share {
        /// Id of the facility.
        facility: FacilityId,
        /// The request to reply to.
        request_id: RequestId,
        /// Pseudonym of the ABHA address.
        patient: Pseudonym,
        /// The shared data.
        shared: SharedProfile,
        /// The current time, to detect expired tokens.
        now: DateTime<Utc>,
    },
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProfileShareError {}

impl ProfileShares {
    /// Decides on a command and returns the resulting events.
    pub fn decide(
        &self,
        command: ProfileShareCommand,
    ) -> Result<Vec<ProfileShareEvent>, ProfileShareError> {
        let ProfileShareCommand::Share { facility, request_id, patient, shared, now } = command;
        let known = self.tokens.get(patient.as_str()).filter(|token| now < token.expires_at);
        let token = known
            .copied()
            .unwrap_or(Token { number: self.last + 1, expires_at: now + TOKEN_AGE_MAX });
        let shared = Sealed::Open(shared);
        Ok(vec![if known.is_some() {
            ProfileShareEvent::TokenRepeated { facility, request_id, patient, token, shared }
        } else {
            ProfileShareEvent::TokenIssued { facility, request_id, patient, token, shared }
        }])
    }

    fn evolve(&mut self, event: ProfileShareEvent) {
        if let ProfileShareEvent::TokenIssued { patient, token, .. } = event {
            self.last = token.number;
            self.tokens.insert(patient.into(), token);
        }
    }
}

aggregate!(
    ProfileShares,
    "profile-share",
    ProfileShareCommand,
    ProfileShareEvent,
    ProfileShareError
);

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use uuid::Uuid;

    use super::*;
    use crate::sensitive::Phi;
    use crate::spec::given;

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 9, 14, 6, 0, 0).unwrap()
    }

    fn shared() -> SharedProfile {
        let text = |text: &str| Phi::new(text.to_owned());
        SharedProfile { abha_address: text("a@sbx"), counter: "12".into(), profile: text("{}") }
    }

    fn share(patient: char, now: DateTime<Utc>) -> ProfileShareCommand {
        ProfileShareCommand::Share {
            facility: FacilityId::parse("IN1").unwrap(),
            request_id: RequestId(Uuid::from_u128(1)),
            patient: Pseudonym::parse(patient.to_string().repeat(64)).unwrap(),
            shared: shared(),
            now,
        }
    }

    fn given_to(patient: char, number: u32) -> ProfileShareEvent {
        ProfileShareEvent::TokenIssued {
            facility: FacilityId::parse("IN1").unwrap(),
            request_id: RequestId(Uuid::from_u128(1)),
            patient: Pseudonym::parse(patient.to_string().repeat(64)).unwrap(),
            token: Token { number, expires_at: now() + TOKEN_AGE_MAX },
            shared: Sealed::Open(shared()),
        }
    }

    #[test]
    fn numbers_count_up() {
        given::<ProfileShares>([]).when(share('a', now())).then([given_to('a', 1)]);
        given::<ProfileShares>([given_to('a', 1)]).when(share('b', now())).then([given_to('b', 2)]);
    }

    #[test]
    fn a_repeated_scan_keeps_the_queue_token() {
        let again = ProfileShareEvent::TokenRepeated {
            facility: FacilityId::parse("IN1").unwrap(),
            request_id: RequestId(Uuid::from_u128(1)),
            patient: Pseudonym::parse("a".repeat(64)).unwrap(),
            token: Token { number: 1, expires_at: now() + TOKEN_AGE_MAX },
            shared: Sealed::Open(shared()),
        };
        given::<ProfileShares>([given_to('a', 1)])
            .when(share('a', now() + TimeDelta::minutes(29)))
            .then([again]);
    }
}
