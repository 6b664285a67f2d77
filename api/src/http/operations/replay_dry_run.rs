//! The dry run of an order, as it is answered.

use hip_commands::operations::replay::comparison;
use hip_commands::operations::replay::dry_run;
use hip_commands::operations::replay::item;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Expected results of an order.
#[derive(Serialize, ToSchema)]
pub(crate) struct DryRun {
    /// Number of selected items, up to the maximum of an order.
    pub(crate) selected: usize,
    /// The first of them, with the expected results of each.
    pub(crate) rehearsed: Vec<RehearsedItem>,
}

/// Expected results of one item.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RehearsedItem {
    /// The `REQUEST-ID` of the message or call.
    pub(crate) request_id: Uuid,
    #[serde(flatten)]
    pub(crate) rehearsed: Rehearsed,
}

impl RehearsedItem {
    pub(super) fn new(request_id: Uuid, rehearsed: dry_run::Rehearsed) -> Self {
        Self { request_id, rehearsed: rehearsed.into() }
    }
}

/// The effects that one item would have.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rehearsed {
    /// The result of the item.
    pub(crate) done: ReplayDone,
    /// The calls that would be sent or suppressed, in order.
    pub(crate) calls: Vec<WouldCall>,
    /// The names of the new events in order, without those of calls.
    pub(crate) facts: Vec<String>,
    /// Whether the task limit was reached, so that effects may be missing.
    pub(crate) is_cut: bool,
}

/// A call that a replay would make.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WouldCall {
    /// The kind of call.
    pub(crate) kind: String,
    /// The request id. It differs in the real replay if the causing event is not in the log yet.
    pub(crate) request_id: Uuid,
    /// Whether it is the id of an earlier call.
    pub(crate) same_id: bool,
    /// Where it would be sent.
    pub(crate) target: Option<String>,
    /// Whether it would be recorded as suppressed and not sent.
    pub(crate) suppressed: bool,
    /// The request id of the earlier call that it is compared with.
    pub(crate) sent_before: Option<Uuid>,
    /// The differences to that call; `None` if there is nothing to compare.
    pub(crate) differences: Option<Vec<Difference>>,
}

/// A difference in one member. It does not contain the value, because that may be personal data.
#[derive(Serialize, ToSchema)]
pub(crate) struct Difference {
    /// The JSON path of the member, or `target`.
    pub(crate) path: String,
    /// The kind of difference.
    pub(crate) how: DifferenceKind,
}

/// The kind of difference.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DifferenceKind {
    /// Only the new message has the member.
    Added,
    /// Only the earlier message had the member.
    Removed,
    /// The value changed.
    Changed,
}

/// The result of an item.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReplayOutcome {
    /// The message was interpreted, or the call is sent again.
    Completed,
    /// The message was interpreted and refused.
    Refused,
    /// The message could not be interpreted, or the item cannot be processed.
    Failed,
    /// There was nothing to do.
    Skipped,
}

/// The result of a replayed item.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayDone {
    /// The result.
    pub(crate) outcome: ReplayOutcome,
    /// The reason, without personal data.
    pub(crate) reason: Option<String>,
    /// Number of calls that are sent again.
    pub(crate) resent: u32,
}

impl From<dry_run::Rehearsed> for Rehearsed {
    fn from(rehearsed: dry_run::Rehearsed) -> Self {
        let dry_run::Rehearsed { done, calls, facts, is_cut } = rehearsed;
        let item::Done { outcome, reason, resent } = done;
        let done = ReplayDone { outcome: outcome.into(), reason, resent };
        Self { done, calls: calls.into_iter().map(WouldCall::from).collect(), facts, is_cut }
    }
}

impl From<dry_run::WouldCall> for WouldCall {
    fn from(call: dry_run::WouldCall) -> Self {
        Self {
            kind: call.kind,
            request_id: call.request_id.0,
            same_id: call.same_id,
            target: call.target,
            suppressed: call.suppressed,
            sent_before: call.sent_before.map(|id| id.0),
            differences: call
                .differences
                .map(|differences| differences.into_iter().map(Difference::from).collect()),
        }
    }
}

impl From<comparison::Difference> for Difference {
    fn from(comparison::Difference { path, how }: comparison::Difference) -> Self {
        let how = match how {
            comparison::How::Added => DifferenceKind::Added,
            comparison::How::Removed => DifferenceKind::Removed,
            comparison::How::Changed => DifferenceKind::Changed,
        };
        Self { path, how }
    }
}

impl From<item::ItemOutcome> for ReplayOutcome {
    fn from(outcome: item::ItemOutcome) -> Self {
        match outcome {
            item::ItemOutcome::Completed => Self::Completed,
            item::ItemOutcome::Refused => Self::Refused,
            item::ItemOutcome::Failed => Self::Failed,
            item::ItemOutcome::Skipped => Self::Skipped,
        }
    }
}
