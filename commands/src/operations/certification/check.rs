//! What can be seen of the network's flows in the log.

/// Something that a case asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Check {
    /// The gateway has answered a request for a link token, either way.
    TokenAnswered,
    /// It has sent a link token.
    TokenCame,
    /// It has refused one, since the demographics are others.
    MismatchRefused,
    /// A care context was linked with a token that came.
    TokenUsed,
    /// A link token was used again.
    TokenReused,
    /// A care context is linked.
    Linked,
    /// Documents of a visit were built and found fit.
    DocumentsBuilt,
    /// The gateway has sent a patient a text message for us.
    SmsSent,
    /// A discovery was answered with a patient.
    Matched,
    /// A discovery was answered with no patient.
    NotMatched,
    /// A patient's choice was taken, and an OTP was sent.
    InitAnswered,
    /// What they chose is linked.
    LinkedByPatient,
    /// Another OTP than theirs was refused.
    OtpRefused,
    /// A consent was kept and acknowledged.
    ConsentGranted,
    /// The end of one was kept and acknowledged.
    ConsentRevoked,
    /// One has expired, which was acknowledged.
    ConsentExpired,
    /// Records went to an HIU that has taken all of them, and the gateway was told.
    Delivered,
    /// An HIU's request was refused.
    RequestRefused,
    /// A patient has shared their profile and was given a token.
    ProfileShared,
    /// A patient who has left ABDM is known by no ABHA any more.
    OptedOut,
}

impl Check {
    /// What is said of it when it was tried and not seen.
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

    /// What nobody tried.
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

/// Times that something was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// The `REQUEST-ID`s of our calls that were part of it, of the first few times.
    pub(super) request_ids: Vec<String>,
    /// What was seen the first time, without anything confidential.
    pub(super) words: String,
    /// How often.
    pub(super) count: u64,
}

/// Times of which request ids are kept.
const KEPT_MAX: usize = 3;

impl Seen {
    /// Once more.
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
