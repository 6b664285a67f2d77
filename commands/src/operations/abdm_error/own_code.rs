//! Codes that this program sends or records itself, by what each means there.

use hip_domain::id::ErrorCode;

/// What went wrong, where this program chooses the code.
///
/// One number can stand for several meanings: "ABDM-1035" answers a wrong one-time password, and a message about
/// another facility. Codes that are words are never sent; they are stored where the network gave no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnCode {
    /// The one-time password could not be sent.
    OtpNotSent,
    /// A message does not have the required form.
    MalformedMessage,
    /// No patient was found.
    NobodyFound,
    /// Several patients were found, and none of them for certain.
    SeveralFound,
    /// The transaction is not known here, or belongs to another facility or patient.
    UnknownTransaction,
    /// Too many one-time passwords were sent or tried.
    TooManyOtps,
    /// A reply to no request of this service.
    UnknownRequest,
    /// A request for records without a usable key or address.
    UnusableTransferRequest,
    /// The one-time password is wrong or has expired.
    OtpRefused,
    /// A message to a facility about what belongs to another one, or to a facility that is not served here.
    WrongFacility,
    /// There is no such link reference, or it cannot be confirmed any more.
    UnknownLinkReference,
    /// A care context was selected that was not offered.
    CareContextNotOffered,
    /// A patient was selected who was not offered.
    PatientNotOffered,
    /// The consent has expired.
    ConsentExpired,
    /// The consent is not granted.
    ConsentNotGranted,
    /// The consent does not cover the requested dates.
    DatesNotCovered,
    /// The request id was used by another message.
    RequestIdReused,
    /// The consent is not known, or its signature is not right.
    UnknownConsent,
    /// The purpose of a profile share is not served.
    IntentNotServed,
    /// The patient has left ABDM.
    PatientHasLeft,
    /// The network reported a failure without a code.
    Unknown,
    /// The gateway accepted a call and never answered it, as it does with a wrong facility id.
    NoAnswer,
    /// A call was given up before it was sent.
    NotSent,
    /// The bearer of a message had expired too long ago.
    LateBearer,
}

impl OwnCode {
    /// The code as it is sent and stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OtpNotSent => "ABDM-1004",
            Self::MalformedMessage => "ABDM-1006",
            Self::NobodyFound => "ABDM-1010",
            Self::SeveralFound => "ABDM-1012",
            Self::UnknownTransaction => "ABDM-1017",
            Self::TooManyOtps => "ABDM-1022",
            Self::UnknownRequest => "ABDM-1030",
            Self::UnusableTransferRequest => "ABDM-1031",
            Self::OtpRefused | Self::WrongFacility => "ABDM-1035",
            Self::UnknownLinkReference => "ABDM-1056",
            Self::CareContextNotOffered => "ABDM-1057",
            Self::PatientNotOffered => "ABDM-1060",
            Self::ConsentExpired => "ABDM-1061",
            Self::ConsentNotGranted => "ABDM-1062",
            Self::DatesNotCovered => "ABDM-1063",
            Self::RequestIdReused => "ABDM-1064",
            Self::UnknownConsent => "ABDM-1112",
            Self::IntentNotServed => "ABDM-1149",
            Self::PatientHasLeft => "ABDM-1407",
            Self::Unknown => "unknown",
            Self::NoAnswer => "no-answer",
            Self::NotSent => "not-sent",
            Self::LateBearer => "late-bearer",
        }
    }

    /// Whether `code` is this one.
    pub fn is(self, code: &ErrorCode) -> bool {
        code.as_str() == self.as_str()
    }
}

impl From<OwnCode> for ErrorCode {
    fn from(code: OwnCode) -> Self {
        Self::parse(code.as_str()).expect("our own codes have the form of one")
    }
}
