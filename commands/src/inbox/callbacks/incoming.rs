//! A message to interpret, and the result.

use chrono::{DateTime, Utc};
use hip_domain::id::{ErrorCode, EventId, SubjectId};
use hip_domain::inbound::{DirectReply, InboundCommand, ReceivedCallback};

use super::wire::Malformed;
use crate::log::step::Step;
use crate::port::log::Actor;
use crate::tasks::Cause;

/// A callback to interpret.
pub struct CallbackMessage<'a> {
    /// Its metadata, known without parsing the body.
    pub received: &'a ReceivedCallback,
    /// The decrypted body.
    pub body: &'a str,
    /// The event that triggers the interpretation: the one that stored the message, or a replay request. Its subject
    /// is that of the message.
    pub cause: &'a Cause,
    /// The event that stored the message. Ids of the resulting calls derive from it, so they are the same at each
    /// interpretation.
    pub stored_by: EventId,
    /// When the message was stored.
    pub recorded_at: DateTime<Utc>,
}

impl CallbackMessage<'_> {
    /// The append key for an effect in another stream. Each replay has a new key, because it may have a different
    /// effect; the aggregate ignores what is already done.
    pub(crate) fn key(&self, part: &str) -> String {
        if self.cause.event_id == self.stored_by {
            return self.once(part);
        }
        format!("in:{}:{}:{part}", self.received.request_id, self.cause.event_id)
    }

    /// The append key for an effect that happens only once, also after replays: an OTP attempt, or a queue token.
    pub(crate) fn once(&self, part: &str) -> String {
        format!("in:{}:{part}", self.received.request_id)
    }

    /// An effect in another stream. Until the patient is known, it has the subject of the message.
    pub(crate) fn step(&self, part: &str) -> Step {
        Step::new(self.key(part), self.cause.origin(Actor::Interpreter))
    }

    /// An effect that happens only once, also after replays.
    pub(crate) fn once_step(&self, part: &str) -> Step {
        Step::new(self.once(part), self.cause.origin(Actor::Interpreter))
    }

    /// The message's own subject, used until the patient is known.
    pub(crate) fn own_subject(&self) -> Option<SubjectId> {
        self.cause.subject
    }
}

/// The result of an interpretation. It closes the stream of the message.
pub enum Verdict {
    /// The effects are in the log.
    Interpreted {
        /// A reply that depends only on the message.
        owed: Option<DirectReply>,
        /// The patient that the message is about, if known.
        subject: Option<SubjectId>,
    },
    /// The message was understood and refused.
    Rejected {
        /// The ABDM error code.
        code: ErrorCode,
        /// The reason, without personal data.
        reason: &'static str,
        /// The reply that reports the refusal.
        owed: Option<DirectReply>,
    },
    /// The message does not have the format of its kind.
    Malformed {
        /// The member with the error.
        fault: Malformed,
        /// The reply that reports the error; `None` if the message cannot be answered.
        owed: Option<DirectReply>,
    },
}

impl Verdict {
    /// Interpreted, about this patient, without a direct reply.
    pub(crate) const fn about(subject: Option<SubjectId>) -> Self {
        Self::Interpreted { owed: None, subject }
    }

    /// Malformed. The reply is added later, if the ids of the message can be read.
    pub(crate) const fn malformed(fault: Malformed) -> Self {
        Self::Malformed { fault, owed: None }
    }

    pub(crate) fn into_command(self) -> InboundCommand {
        match self {
            Self::Interpreted { owed, .. } => InboundCommand::Interpret { owed },
            Self::Rejected { code, reason, owed } => {
                InboundCommand::Reject { code, reason: reason.to_owned(), owed }
            }
            Self::Malformed { fault: Malformed { field, expected }, owed } => {
                InboundCommand::Fail { field, expected, owed }
            }
        }
    }
}
