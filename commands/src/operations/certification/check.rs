//! The facts about the network's flows that the log can prove.

/// A fact that a case requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Check {
    /// The gateway replied to a token request, with a token or an error.
    TokenAnswered,
    /// The gateway sent a link token.
    TokenCame,
    /// The gateway refused a token because the demographics differ.
    MismatchRefused,
    /// A care context was linked with a token of the gateway.
    TokenUsed,
    /// A link token was used again.
    TokenReused,
    /// A care context was linked.
    Linked,
    /// Documents of a visit were built and passed validation.
    DocumentsBuilt,
    /// The gateway sent an SMS to a patient for us.
    SmsSent,
    /// A discovery was answered with a patient.
    Matched,
    /// A discovery was answered without a patient.
    NotMatched,
    /// A patient's selection was accepted, and an OTP was sent.
    InitAnswered,
    /// The care contexts that a patient selected were linked.
    LinkedByPatient,
    /// A wrong OTP was refused.
    OtpRefused,
    /// A granted consent was stored and acknowledged.
    ConsentGranted,
    /// A revoked consent was stored and acknowledged.
    ConsentRevoked,
    /// An expired consent was stored and acknowledged.
    ConsentExpired,
    /// An HIU accepted all pages of a transfer, and the gateway was notified.
    Delivered,
    /// A request of an HIU was refused.
    RequestRefused,
    /// A patient shared their profile and received a queue token.
    ProfileShared,
    /// The ABHA of a patient who opted out was detached.
    OptedOut,
}

impl Check {
    /// The text if it was tried and not seen.
    pub(super) const fn failure_text(self) -> &'static str {
        match self {
            Self::TokenAnswered | Self::TokenCame => "on-generate-token did not come",
            Self::MismatchRefused => "no mismatch callback came",
            Self::TokenUsed | Self::Linked => "on_carecontext did not come",
            Self::TokenReused => "the stored token was not used again",
            Self::DocumentsBuilt => "no document was found fit",
            Self::SmsSent => "sms on-notify did not come",
            Self::Matched | Self::NotMatched => "on-discover was not taken",
            Self::InitAnswered => "link on-init was not taken",
            Self::LinkedByPatient | Self::OtpRefused => "link on-confirm was not taken",
            Self::ConsentGranted | Self::ConsentRevoked | Self::ConsentExpired => {
                "consent on-notify was not taken"
            }
            Self::Delivered => "the transfer did not end",
            Self::RequestRefused => "on-request was not taken",
            Self::ProfileShared => "on-share was not taken",
            Self::OptedOut => "the ABHA was not detached",
        }
    }

    /// What nobody has tried, in words.
    pub(super) const fn untried(self) -> &'static str {
        match self {
            Self::TokenAnswered | Self::TokenCame => "a request for a link token",
            Self::MismatchRefused => "a link token with other demographics, for ABDM-1207",
            Self::TokenUsed | Self::Linked => "a link of a care context",
            Self::TokenReused => "a second visit while the token is valid",
            Self::DocumentsBuilt => "a visit with records",
            Self::SmsSent => "a visit of a patient without ABHA address",
            Self::Matched => "a discovery that finds a patient",
            Self::NotMatched => "a discovery that finds nobody",
            Self::InitAnswered => "a link that a patient begins",
            Self::LinkedByPatient => "a link that a patient confirms",
            Self::OtpRefused => "a link that a patient confirms with a wrong OTP",
            Self::ConsentGranted => "a consent that is granted",
            Self::ConsentRevoked => "a consent that is revoked",
            Self::ConsentExpired => "a consent that expires",
            Self::Delivered => "a health information request under a consent",
            Self::RequestRefused => "a health information request that no consent covers",
            Self::ProfileShared => "a profile that is shared at a counter",
            Self::OptedOut => "a patient who leaves ABDM",
        }
    }
}

/// The occurrences of one fact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// The request ids of our calls for the first occurrences.
    pub(super) request_ids: Vec<String>,
    /// Description of the first occurrence, without confidential data.
    pub(super) words: String,
    /// The number of occurrences.
    pub(super) count: u64,
}

/// Number of request ids to keep.
const KEPT_MAX: usize = 3;

impl Seen {
    /// Counts one more occurrence.
    pub(super) fn add(&mut self, request_id: Option<String>, words: impl FnOnce() -> String) {
        self.count += 1;
        if self.count == 1 {
            self.words = words();
        }
        if self.request_ids.len() < KEPT_MAX {
            self.request_ids.extend(request_id);
        }
    }
}
