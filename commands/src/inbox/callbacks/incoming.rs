//! A message to interpret, and what became of it.

use chrono::{DateTime, Utc};
use hip_domain::id::{ErrorCode, EventId, SubjectId};
use hip_domain::inbound::{DirectReply, InboundCommand, ReceivedCallback};

use super::wire::Malformed;
use crate::tasks::Cause;

/// A message to understand.
pub struct CallbackMessage<'a> {
    /// What is known of it without reading it.
    pub received: &'a ReceivedCallback,
    /// Its body.
    pub body: &'a str,
    /// Why it is looked at: the event that stored it, or that wants it replayed; its subject is the
    /// message's own.
    pub cause: &'a Cause,
    /// The event that stored it. What a message leads to is named after this one, however often it is
    /// looked at.
    pub stored_by: EventId,
    /// When it was stored.
    pub recorded_at: DateTime<Utc>,
}

impl CallbackMessage<'_> {
    /// The key of what a message leads to in another stream: a replay may lead to something else than
    /// what came before it, and whoever decides there knows what is so already.
    pub(crate) fn key(&self, part: &str) -> String {
        if self.cause.event_id == self.stored_by {
            return self.once(part);
        }
        format!("in:{}:{}:{part}", self.received.request_id, self.cause.event_id)
    }

    /// The key of what one message leads to once, however often it is replayed: an OTP is tried, a token
    /// is drawn.
    pub(crate) fn once(&self, part: &str) -> String {
        format!("in:{}:{part}", self.received.request_id)
    }

    /// The subject that the message has until it is known whose it is.
    pub(crate) fn own_subject(&self) -> Option<SubjectId> {
        self.cause.subject
    }
}

/// What became of a message: how its stream is closed.
pub enum Verdict {
    /// Its consequences are in the log.
    Interpreted {
        /// The answer that follows from the message alone.
        owed: Option<DirectReply>,
        /// The data principal it turned out to be about.
        subject: Option<SubjectId>,
    },
    /// It was understood and refused.
    Rejected {
        /// The code.
        code: ErrorCode,
        /// Why.
        reason: &'static str,
        /// The answer that carries the refusal.
        owed: Option<DirectReply>,
    },
    /// It does not have the shape of its kind.
    Malformed {
        /// What does not fit.
        fault: Malformed,
        /// The answer that says so, when the message can be answered at all.
        owed: Option<DirectReply>,
    },
}

impl Verdict {
    /// Understood, about this person, and nothing is owed for it.
    pub(crate) const fn about(subject: Option<SubjectId>) -> Self {
        Self::Interpreted { owed: None, subject }
    }

    /// Not understood. What its sender is told is added when its ids can be read.
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
