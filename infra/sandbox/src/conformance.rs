//! The conformance suite: every flow of milestone M2, success and refusal, against any running HIP.
//!
//! It stands outside. It pushes visits as a medical record system does, and everything else it knows
//! it learns from the gateway, the HIU and the telephone of the twin. A success passes on the
//! callback or the answer that proves it, never on a 202.
//!
//! Cases carry NHA's ids in NHA's spelling where the certification has one, and ids that begin with
//! `X_` where only the protocol speaks. They run one after the other, and a fault strikes only what
//! its own case is about: what a HIP still does for an earlier one is not disturbed.
//!
//! The people are made up, and drawn afresh from the twin's seed: a second run on the same HIP
//! passes too, as long as the twin draws other ids (another seed, a `state_dir`, or the same twin).

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
    /// Where it listens, for callbacks and for visits, without a trailing slash.
    pub url: String,
    /// What a medical record system shows as its bearer at `POST {url}/v1/visits`.
    pub api_key: String,
    /// The service id that the HIP serves; the twin must know the facility by it.
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

/// Run the suite. It takes a few minutes with a good HIP, and up to
/// [`SandboxOptions::patience`](crate::SandboxOptions::patience) for everything that a bad one leaves out.
///
/// The HIP must already use the twin as its gateway, with the twin's credentials; it must be allowed
/// to push to [`Sandbox::hiu_push_url`], and send its text messages to [`Sandbox::sms_url`]. The
/// twin has no faults set, and callbacks reach the HIP under its bridge URL. The patience is longer
/// than the HIP parks a request whose consent it does not know, and than it holds back a second
/// request for a link token. [`TokenLimits`] are off: nobody asks for more than three tokens a day
/// here, but some ask twice within minutes.
///
/// [`TokenLimits`]: crate::TokenLimits
pub async fn run(sandbox: &Sandbox, hip: &Hip) -> Report {
    run_flows(sandbox, hip, |_| true).await
}

/// The same, but only the flows that `wants` says yes to.
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
