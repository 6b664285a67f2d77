//! NHA's test cases for an HIP in milestone M2. The ids keep NHA's spelling.

use super::check::Check as S;

/// One test case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// NHA's id.
    pub id: &'static str,
    /// Whether NHA requires it of an HIP.
    pub is_mandatory: bool,
    pub(super) way: Way,
}

/// How a case is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Version 3 of the API has no operation for it.
    NoOperation,
    /// By a screenshot; an attached file is the proof. `beside` lists what the log adds.
    Screen { rule: Option<&'static str>, wanted: &'static str, beside: &'static [S] },
    /// By the log: all checks of `flow` and `also` must be seen. A missing check of `flow` that was tried has failed.
    /// A missing check of `also` only counts as not tried.
    Log { flow: &'static [S], also: &'static [S] },
}

/// Whether NHA has a case with this id.
pub fn is_case(id: &str) -> bool {
    CATALOGUE.iter().any(|case| case.id == id)
}

const fn must(id: &'static str, way: Way) -> Case {
    Case { id, is_mandatory: true, way }
}

const fn may(id: &'static str, way: Way) -> Case {
    Case { id, is_mandatory: false, way }
}

const fn log(flow: &'static [S], also: &'static [S]) -> Way {
    Way::Log { flow, also }
}

const fn screen(wanted: &'static str, beside: &'static [S]) -> Way {
    Way::Screen { rule: None, wanted, beside }
}

/// All cases, in NHA's order.
pub const CATALOGUE: &[Case] = &[
    must(
        "Health_RECORD_CREATION_101",
        Way::Screen {
            rule: Some("hiecm.concept.m2-care-context-and-records"),
            wanted: "a screen that shows a record of the facility",
            beside: &[S::DocumentsBuilt],
        },
    ),
    may("HIP_INTI_LINK_201", Way::NoOperation),
    may("HIP_INTI_LINK_202", Way::NoOperation),
    may("HIP_INTI_LINK_203", Way::NoOperation),
    may("HIP_INTI_LINK_204", Way::NoOperation),
    may("HIP_INTI_LINK_205", Way::NoOperation),
    may("HIP_INTI_LINK_206", Way::NoOperation),
    may("HIP_INTI_LINK_301", Way::NoOperation),
    may("HIP_INTI_LINK_302", Way::NoOperation),
    may("HIP_INTI_LINK_303", Way::NoOperation),
    may("HIP_INTI_LINK_304", Way::NoOperation),
    may("HIP_INTI_LINK_305", Way::NoOperation),
    may("HIP_INTI_LINK_306", Way::NoOperation),
    may("HIP_INTI_LINK_401", Way::NoOperation),
    may("HIP_INTI_LINK_402", Way::NoOperation),
    may("HIP_INTI_LINK_403", Way::NoOperation),
    may("HIP_INTI_LINK_404", Way::NoOperation),
    may("HIP_INTI_LINK_405", Way::NoOperation),
    must("HIP_INIT_GRANT_CONSENT_", log(&[S::ConsentGranted], &[])),
    must("HIP_INIT_REVOKE_CONSENT", log(&[S::ConsentRevoked], &[])),
    must("HIP_INIT_EXPIRE_CONSENT", log(&[S::ConsentExpired], &[])),
    must("HIP_INTI_LINK_501", log(&[S::TokenAnswered], &[])),
    must(
        "HIP_INTI_LINK_502",
        screen("a screen on which an operator enters the demographics", &[S::TokenAnswered]),
    ),
    must("HIP_INTI_LINK_503", log(&[S::TokenCame], &[S::MismatchRefused])),
    must("HIP_INTI_LINK_504", log(&[S::TokenCame, S::TokenUsed], &[S::TokenReused])),
    must("HIP_INTI_LINK_505", log(&[S::TokenUsed, S::Linked], &[])),
    must(
        "HIP_INTI_LINK_506",
        screen("the records in the PHR app, with whose they are and when", &[S::Delivered]),
    ),
    may("USER_INIT_LINK_601", screen("a patient who logs in to the PHR app", &[])),
    must("USER_INIT_LINK_602", screen("a patient who finds the facility in the PHR app", &[])),
    must("USER_INIT_LINK_603", log(&[S::Matched], &[])),
    must("USER_INIT_LINK_604", log(&[S::Matched], &[S::NotMatched])),
    must("USER_INIT_LINK_605", log(&[S::LinkedByPatient], &[S::OtpRefused])),
    must("USER_INIT_LINK_606", log(&[S::InitAnswered], &[S::NotMatched])),
    must("USER_INIT_LINK_607", screen("the records in the PHR app", &[S::Delivered])),
    must("HIP_INIT_NOTIFY_HIECM", log(&[S::SmsSent, S::Matched], &[])),
    must("HIP_INIT_SHARE_CARECONTEXT", log(&[S::Delivered], &[S::RequestRefused])),
    must("HIP_INIT_ABHA_OPTOUT_DEACTIVATE", log(&[S::OptedOut], &[])),
    may("SHARE_PATIENT_PROFILE_701", log(&[S::ProfileShared], &[])),
];
