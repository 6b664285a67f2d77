//! Cases of the certification that cannot be tested from outside.

use super::context::SuiteContext;

/// Cases whose operation NHA removed from the specification but not from the list of cases.
const WITHOUT_OPERATION: [&str; 17] = [
    "HIP_INTI_LINK_201",
    "HIP_INTI_LINK_202",
    "HIP_INTI_LINK_203",
    "HIP_INTI_LINK_204",
    "HIP_INTI_LINK_205",
    "HIP_INTI_LINK_206",
    "HIP_INTI_LINK_301",
    "HIP_INTI_LINK_302",
    "HIP_INTI_LINK_303",
    "HIP_INTI_LINK_304",
    "HIP_INTI_LINK_305",
    "HIP_INTI_LINK_306",
    "HIP_INTI_LINK_401",
    "HIP_INTI_LINK_402",
    "HIP_INTI_LINK_403",
    "HIP_INTI_LINK_404",
    "HIP_INTI_LINK_405",
];

const ON_A_SCREEN: [(&str, &str, &str); 3] = [
    ("HIP_INTI_LINK_502", "linking", "an operator enters the demographics on a screen"),
    ("USER_INIT_LINK_601", "user-linking", "a patient logs in to an app, on its screen"),
    ("USER_INIT_LINK_602", "user-linking", "a patient searches the facility on a screen"),
];

/// Certification cases, each with the flow that covers it.
const TRIED: [(&str, &str); 18] = [
    ("HIP_INTI_LINK_501", "linking"),
    ("HIP_INTI_LINK_503", "linking"),
    ("HIP_INTI_LINK_504", "linking"),
    ("HIP_INTI_LINK_505", "linking"),
    ("HIP_INTI_LINK_506", "linking"),
    ("Health_RECORD_CREATION_101", "linking"),
    ("HIP_INIT_NOTIFY_HIECM", "notifying"),
    ("USER_INIT_LINK_603", "discovery"),
    ("USER_INIT_LINK_604", "discovery"),
    ("USER_INIT_LINK_605", "user-linking"),
    ("USER_INIT_LINK_606", "user-linking"),
    ("USER_INIT_LINK_607", "user-linking"),
    ("HIP_INIT_GRANT_CONSENT_", "consent"),
    ("HIP_INIT_REVOKE_CONSENT", "consent"),
    ("HIP_INIT_EXPIRE_CONSENT", "consent"),
    ("HIP_INIT_SHARE_CARECONTEXT", "data-flow"),
    ("SHARE_PATIENT_PROFILE_701", "profile-share"),
    ("HIP_INIT_ABHA_OPTOUT_DEACTIVATE", "opt-out"),
];

/// The flow that covers a certification case; `None` if no flow does.
pub fn flow_of(id: &str) -> Option<&'static str> {
    TRIED.iter().find(|(tried, _)| *tried == id).map(|(_, flow)| *flow)
}

/// Lists every other case as not run, if the HIP accepts no visits.
pub(super) fn list_untried(stage: &SuiteContext<'_>) {
    for (id, flow) in TRIED {
        stage.not_run(id, flow, "the HIP took no visit, see X_VISIT_TAKEN");
    }
}

pub(super) fn list(stage: &SuiteContext<'_>) {
    for id in WITHOUT_OPERATION {
        stage.not_run(id, "linking", "no operation in the M2 specification");
    }
    for (id, flow, reason) in ON_A_SCREEN {
        stage.not_run(id, flow, reason);
    }
}
