//! Faults that a test sets: calls that hang, are refused, or lose their answer.
//!
//! A fault counts the matching calls, starting at 1 when it is set. It applies once, except
//! [`Faults::always`]. Several faults may apply to the same call.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;

use crate::journal::NotSeen;
use crate::run::tick::Tick;
use crate::wire::operation::Operation;

mod error_form;
pub(crate) mod hold;

pub use error_form::ErrorForm;
pub use hold::{HeldCall, Hold, HoldState};

/// Which calls a fault counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// All calls of the HIP.
    Any,
    /// The calls of one operation.
    Only(Operation),
    /// The calls of one operation whose body contains this text, such as an ABHA address, a visit or a transaction id.
    ///
    /// For a HIP that processes several requests at the same time.
    Mentioning(Operation, String),
}

impl Target {
    fn is_met_by(&self, operation: Operation, body: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Only(wanted) => *wanted == operation,
            Self::Mentioning(wanted, text) => {
                *wanted == operation && body.to_string().contains(text)
            }
        }
    }
}

impl From<Operation> for Target {
    fn from(operation: Operation) -> Self {
        Self::Only(operation)
    }
}

/// The scripted callback of a call. It does not depend on the content of the call.
#[derive(Clone, Debug)]
pub(crate) enum Script {
    Error {
        code: String,
        message: String,
    },
    /// The status `Failed to link care context`, without an error.
    FailedStatus,
    /// This status, without an error.
    Status(String),
}

#[derive(Clone)]
enum Kind {
    HoldBefore(Hold),
    HoldAfter(Hold),
    Refuse { status: u16, body: Value },
    Busy { status: u16, retry_after: String },
    Always { status: u16, body: Value },
    LoseAnswer,
    Silence,
    Answer(Script),
}

impl Kind {
    /// Whether it applies to all calls, and not only once.
    fn lasts(&self) -> bool {
        matches!(self, Self::Always { .. })
    }
}

struct Rule {
    target: Target,
    calls_left: u64,
    kind: Kind,
}

/// What happens to one call.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) hold_before: Vec<Hold>,
    pub(crate) refuse: Option<(u16, Value)>,
    /// `Retry-After` of the refusal.
    pub(crate) retry_after: Option<String>,
    pub(crate) silence: bool,
    pub(crate) script: Option<Script>,
    pub(crate) hold_after: Vec<Hold>,
    pub(crate) lose_answer: bool,
}

/// The faults of one run.
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    holds: Mutex<Vec<Hold>>,
    tick: Arc<Tick>,
}

impl Faults {
    pub(crate) fn new(tick: Arc<Tick>) -> Self {
        Self { rules: Mutex::default(), holds: Mutex::default(), tick }
    }

    /// Receives the `nth` call, but does not process it until it is released.
    ///
    /// If the caller disconnects before that, the call is never processed.
    pub fn hold_before(&self, target: impl Into<Target>, nth: u64) -> Hold {
        let hold = self.new_hold();
        self.add(target.into(), nth, Kind::HoldBefore(hold.clone()));
        hold
    }

    /// Processes the `nth` call, including its callbacks, and delays the answer until it is released.
    pub fn hold_after(&self, target: impl Into<Target>, nth: u64) -> Hold {
        let hold = self.new_hold();
        self.add(target.into(), nth, Kind::HoldAfter(hold.clone()));
        hold
    }

    /// Answers the `nth` call with this status and body without processing it. A null body is sent empty.
    pub fn refuse(&self, target: impl Into<Target>, nth: u64, status: u16, body: Value) {
        self.add(target.into(), nth, Kind::Refuse { status, body });
    }

    /// Answers the `nth` call with this status, an empty body and this `Retry-After` (seconds or a date).
    pub fn busy(&self, target: impl Into<Target>, nth: u64, status: u16, retry_after: &str) {
        let retry_after = retry_after.to_owned();
        self.add(target.into(), nth, Kind::Busy { status, retry_after });
    }

    /// Answers every call with this status and body without processing it.
    ///
    /// With 202, even answers to unknown questions are accepted.
    pub fn always(&self, target: impl Into<Target>, status: u16, body: Value) {
        self.add(target.into(), 1, Kind::Always { status, body });
    }

    /// Processes the `nth` call and breaks the connection instead of answering.
    pub fn lose_answer(&self, target: impl Into<Target>, nth: u64) {
        self.add(target.into(), nth, Kind::LoseAnswer);
    }

    /// Answers the `nth` call normally, but never sends the callback.
    ///
    /// The real gateway does this for the service id of another bridge.
    pub fn silence(&self, target: impl Into<Target>, nth: u64) {
        self.add(target.into(), nth, Kind::Silence);
    }

    /// Refuses the `nth` call with a body of this form. A HIP must be able to read all forms.
    pub fn refuse_in_form(
        &self,
        target: impl Into<Target>,
        nth: u64,
        status: u16,
        form: ErrorForm,
        (code, message): (&str, &str),
    ) {
        self.refuse(target, nth, status, form.body(code, message));
    }

    /// Refuses the `nth` call with 401 and code 900901, as if the session had ended early.
    pub fn end_session(&self, target: impl Into<Target>, nth: u64) {
        let words = ("900901", "Invalid Credentials");
        self.refuse_in_form(target, nth, 401, ErrorForm::Flat, words);
    }

    /// Refuses the `nth` link request with 400 and an empty body.
    ///
    /// ABDM's sandbox did this some twenty times without a reason.
    pub fn refuse_link_without_a_word(&self, nth: u64) {
        self.refuse_in_form(Operation::LinkCareContext, nth, 400, ErrorForm::Empty, ("", ""));
    }

    /// Accepts the `nth` call with 202, does nothing, and sends a callback with this error.
    ///
    /// For generate-token, link/carecontext, context/notify and sms/notify2. Any other operation is
    /// accepted without a callback. Headers and body are checked as usual.
    pub fn answer_with_error(
        &self,
        target: impl Into<Target>,
        nth: u64,
        code: &str,
        message: &str,
    ) {
        let (code, message) = (code.to_owned(), message.to_owned());
        self.add(target.into(), nth, Kind::Answer(Script::Error { code, message }));
    }

    /// Accepts the `nth` link request with 202, links nothing, and sends a callback with the status
    /// `Failed to link care context` and without an error.
    ///
    /// Only for link/carecontext.
    pub fn fail_link_without_error(&self, target: impl Into<Target>, nth: u64) {
        self.add(target.into(), nth, Kind::Answer(Script::FailedStatus));
    }

    /// Accepts the `nth` link request with 202, links nothing, and sends a callback with this status and
    /// without an error.
    pub fn answer_link_with_status(&self, nth: u64, status: &str) {
        let script = Script::Status(status.to_owned());
        self.add(Operation::LinkCareContext.into(), nth, Kind::Answer(script));
    }

    /// Waits until any call is being held.
    ///
    /// # Errors
    ///
    /// [`NotSeen`] if `limit` has passed.
    pub async fn held(&self, limit: Duration) -> Result<HeldCall, NotSeen> {
        let look = || {
            self.holds.lock().iter().find_map(|hold| match hold.state() {
                HoldState::Holding(call) => Some(call),
                HoldState::Waiting | HoldState::Released | HoldState::Abandoned(_) => None,
            })
        };
        self.tick.until(limit, look).await.ok_or(NotSeen { waited: limit })
    }

    /// Removes every fault that has not applied, and releases every held call.
    pub fn clear(&self) {
        self.rules.lock().clear();
        for hold in self.holds.lock().drain(..) {
            hold.release();
        }
    }

    /// Counts one call of `operation`, and returns the faults that apply to it.
    pub(crate) fn plan(&self, operation: Operation, body: &Value) -> Plan {
        let mut plan = Plan::default();
        self.rules.lock().retain_mut(|rule| {
            if !rule.target.is_met_by(operation, body) {
                return true;
            }
            rule.calls_left = rule.calls_left.saturating_sub(1);
            if rule.calls_left > 0 {
                return true;
            }
            match rule.kind.clone() {
                Kind::HoldBefore(hold) => plan.hold_before.push(hold),
                Kind::HoldAfter(hold) => plan.hold_after.push(hold),
                Kind::Refuse { status, body } | Kind::Always { status, body } => {
                    plan.refuse = Some((status, body));
                }
                Kind::Busy { status, retry_after } => {
                    plan.refuse = Some((status, Value::Null));
                    plan.retry_after = Some(retry_after);
                }
                Kind::LoseAnswer => plan.lose_answer = true,
                Kind::Silence => plan.silence = true,
                Kind::Answer(script) => plan.script = Some(script),
            }
            rule.kind.lasts()
        });
        plan
    }

    fn add(&self, target: Target, nth: u64, kind: Kind) {
        self.rules.lock().push(Rule { target, calls_left: nth.max(1), kind });
    }

    fn new_hold(&self) -> Hold {
        let hold = Hold::new();
        self.holds.lock().push(hold.clone());
        hold
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults() -> Faults {
        Faults::new(Arc::new(Tick::new()))
    }

    #[test]
    fn a_fault_strikes_the_nth_fitting_call_and_is_used_up() {
        let faults = faults();
        faults.refuse(Operation::OnDiscover, 2, 503, Value::Null);
        assert!(faults.plan(Operation::OnDiscover, &Value::Null).refuse.is_none());
        assert!(faults.plan(Operation::OnRequest, &Value::Null).refuse.is_none());
        assert!(faults.plan(Operation::OnDiscover, &Value::Null).refuse.is_some());
        assert!(faults.plan(Operation::OnDiscover, &Value::Null).refuse.is_none());
    }

    #[test]
    fn any_counts_every_operation() {
        let faults = faults();
        let hold = faults.hold_before(Target::Any, 2);
        assert!(faults.plan(Operation::Session, &Value::Null).hold_before.is_empty());
        assert_eq!(faults.plan(Operation::Push, &Value::Null).hold_before.len(), 1);
        assert_eq!(hold.state(), HoldState::Waiting);
    }

    #[test]
    fn a_mention_picks_one_of_many() {
        let faults = faults();
        let target = Target::Mentioning(Operation::GenerateToken, "tara.test@sbx".to_owned());
        faults.silence(target, 1);
        let about = |address: &str| serde_json::json!({"abhaAddress": address});
        assert!(!faults.plan(Operation::GenerateToken, &about("other.person@sbx")).silence);
        assert!(faults.plan(Operation::GenerateToken, &about("tara.test@sbx")).silence);
    }
}
