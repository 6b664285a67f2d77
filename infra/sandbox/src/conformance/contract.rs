//! Rules for the whole run: every transfer closed, no violation of the contract.

use super::case::{Verdict, ensure};
use super::context::SuiteContext;

pub(super) const FLOW: &str = "contract";

pub(super) async fn run(stage: &SuiteContext<'_>) {
    stage.case("X_TRANSFERS_CLOSED", FLOW, every_transfer_is_closed(stage)).await;
    stage.case("X_CONTRACT_KEPT", FLOW, contract_is_kept(stage)).await;
}

async fn every_transfer_is_closed(stage: &SuiteContext<'_>) -> Verdict {
    let open = || {
        let mut open = stage.sandbox.hiu().open_transactions();
        open.retain(|id| !stage.open_before.contains(id));
        open
    };
    let closed = |_: &[_]| open().is_empty();
    let seen = stage.sandbox.journal().wait_until(stage.patience(), closed).await;
    ensure(seen.is_ok(), format!("acknowledged and not closed: {}", open().join(", ")))
}

async fn contract_is_kept(stage: &SuiteContext<'_>) -> Verdict {
    // Calls in flight may still violate something.
    stage.watch().await;
    let broken = stage.sandbox.violations().split_off(stage.breaches_before);
    for violation in &broken {
        let operation = violation.operation.map_or("a callback", crate::Operation::name);
        let id = violation.request_id.as_deref().unwrap_or("without id");
        stage.saw(format!("{operation} {id}: {}", violation.rule));
    }
    ensure(broken.is_empty(), format!("the contract was broken {} times", broken.len()))
}
