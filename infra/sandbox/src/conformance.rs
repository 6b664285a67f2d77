//! The conformance suite: every flow of milestone M2, success and refusal, against any running HIP.
//!
//! It tests from outside. It pushes visits as a medical record system does, and observes everything else
//! at the simulator's gateway, HIU and SMS service. A success requires the callback or the answer that
//! proves it, never only a 202.
//!
//! Cases have NHA's ids in NHA's spelling where the certification has one, and ids that begin with
//! `X_` for cases that only the protocol defines. They run one after the other, and a fault affects only the
//! calls of its own case: later work of an earlier case is not disturbed.
//!
//! The patients are fictitious, and each run draws new ones from the simulator's seed. A second run on the same HIP
//! passes too, if the simulator draws other ids (another seed, a `state_dir`, or the same running simulator).

mod case;
mod consent;
mod context;
mod contract;
mod data_flow;
mod data_refusals;
mod discovery;
mod linking;
mod linking_refusals;
mod not_run;
mod notifying;
mod optout;
mod person;
mod profile_share;
mod pull;
mod records;
mod report;
mod user_linking;
mod v05;
mod watch;

use std::fmt;

pub use not_run::flow_of;
pub use report::{CaseResult, Report, StepOutcome};

use crate::sandbox::Sandbox;
use context::SuiteContext;

/// The HIP under test.
#[derive(Clone, PartialEq, Eq)]
pub struct Hip {
    /// Base URL for callbacks and for visits, without a trailing slash.
    pub url: String,
    /// Bearer token of the record system at `POST {url}/v1/visits`.
    pub api_key: String,
    /// The service id of the HIP; the simulator must have the facility registered under it.
    pub facility: String,
}

impl fmt::Debug for Hip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hip")
            .field("url", &self.url)
            .field("facility", &self.facility)
            .finish_non_exhaustive()
    }
}

/// Runs the suite.
///
/// It takes a few minutes with a good HIP, and up to
/// [`SandboxOptions::patience`](crate::SandboxOptions::patience) for each missing step.
///
/// The HIP must already use the simulator as its gateway, with the simulator's credentials; it must be allowed
/// to push to [`Sandbox::hiu_push_url`], and send its text messages to [`Sandbox::sms_url`]. The
/// simulator has no faults set, and callbacks reach the HIP under its bridge URL. The patience must be longer
/// than the HIP parks a request with an unknown consent, and than it delays a second
/// request for a link token. [`TokenLimits`] are off: no patient needs more than three tokens a day
/// here, but some need two within minutes.
///
/// [`TokenLimits`]: crate::TokenLimits
pub async fn run(sandbox: &Sandbox, hip: &Hip) -> Report {
    run_flows(sandbox, hip, |_| true).await
}

/// Runs only the flows that `wants` accepts. Otherwise like [`run`].
pub async fn run_flows(sandbox: &Sandbox, hip: &Hip, wants: impl Fn(&str) -> bool) -> Report {
    let stage = SuiteContext::set(sandbox, hip);
    if stage.case("X_VISIT_TAKEN", linking::FLOW, linking::visit_is_taken(&stage)).await {
        Box::pin(run_wanted(&stage, wants)).await;
    } else {
        not_run::list_untried(&stage);
    }
    not_run::list(&stage);
    stage.report()
}

async fn run_wanted(stage: &SuiteContext<'_>, wants: impl Fn(&str) -> bool) {
    if wants(linking::FLOW) {
        linking::run(stage).await;
        linking_refusals::run(stage).await;
    }
    if wants(notifying::FLOW) {
        notifying::run(stage).await;
    }
    if wants(discovery::FLOW) {
        discovery::run(stage).await;
    }
    if wants(user_linking::FLOW) {
        user_linking::run(stage).await;
    }
    if wants(consent::FLOW) {
        consent::run(stage).await;
    }
    if wants(data_flow::FLOW) {
        data_flow::run(stage).await;
        data_refusals::run(stage).await;
    }
    if wants(profile_share::FLOW) {
        profile_share::run(stage).await;
    }
    if wants(optout::FLOW) {
        optout::run(stage).await;
    }
    if wants(v05::FLOW) {
        v05::run(stage).await;
    }
    if wants(contract::FLOW) {
        contract::run(stage).await;
    }
}
