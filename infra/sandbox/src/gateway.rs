//! The gateway and its consent manager: what happens to a call once it is received.

use std::time::Duration;

use serde_json::Value;

use crate::faults::Script;
use crate::gateway::shape::{Finding, Shape};
use crate::hiu;
use crate::run::clock;
use crate::sms;
use crate::state::State;
use crate::wire::callback::Callback;
use crate::wire::message::{GatewayAnswer, GatewayCall, Refusal};
use crate::wire::operation::Operation;
use crate::wire::version::ApiVersion;
use crate::world::World;

mod bodies;
mod bridge;
pub(crate) mod callbacks;
mod certs;
mod consent;
mod data_flow;
mod discovery;
pub(crate) mod groups;
pub(crate) mod headers;
pub(crate) mod jwt;
pub(crate) mod keys;
pub(crate) mod linking;
pub(crate) mod register;
mod scripted;
pub(crate) mod sessions;
pub(crate) mod shape;
mod share;
pub(crate) mod text;
pub(crate) mod token;
mod user_linking;

/// Result of an operation: callbacks to send after the 202, or a refusal.
pub(crate) type RouteResult = Result<Vec<Callback>, Refusal>;

/// One call of the HIP that passed the checks of its headers and its body.
pub(crate) struct Case<'a> {
    pub(crate) world: &'a World,
    pub(crate) state: &'a mut State,
    pub(crate) body: &'a Value,
    /// The X-HIP-ID header.
    pub(crate) facility: &'a str,
    pub(crate) request_id: &'a str,
    /// The X-LINK-TOKEN header.
    pub(crate) link_token: Option<&'a str>,
    /// Violations of the contract for which the call is not refused.
    pub(crate) breaches: Vec<String>,
}

impl Case<'_> {
    /// Records a violation if this answer to the callback `asked` is later than `limit`.
    pub(crate) fn breach_if_overdue(&mut self, asked: &str, limit: Duration, rule: &str) {
        let asked = self.state.asked.get(asked);
        if asked.is_some_and(|asked| asked.is_overdue(clock::now(), limit)) {
            self.breach(rule);
        }
    }

    pub(crate) fn breach(&mut self, rule: impl Into<String>) {
        self.breaches.push(rule.into());
    }

    /// A callback to the facility that called.
    pub(crate) fn call_back(&self, path: &'static str, body: Value) -> Callback {
        Callback::new(&self.world.draw, self.facility, path, body)
    }
}

/// Processes a call with all its effects on the simulator, without waiting.
///
/// A script replaces the operation, after all checks of headers and body.
pub(crate) fn process(world: &World, call: &GatewayCall, script: Option<&Script>) -> GatewayAnswer {
    let from_hip = |shape: fn(&Value) -> &'static Shape, refuse, run| {
        from_hip(world, call, &Handling { shape, refuse, run, script })
    };
    match call.operation {
        Operation::Session => sessions::open(world, call),
        Operation::Certs => certs::certs(world, call),
        Operation::OpenidConfiguration => certs::openid_configuration(world, call),
        Operation::BridgeUrl => bridge::set_url(world, call),
        Operation::BridgeServices => bridge::services(world, call),
        Operation::BridgeService => bridge::service(world, call),
        Operation::Push => hiu::push::receive(world, call),
        Operation::Sms => sms::receive(world, call),
        Operation::GenerateToken => {
            from_hip(bodies::generate_token, ErrorShape::Fields, token::generate)
        }
        Operation::LinkCareContext => {
            from_hip(bodies::link_care_context, ErrorShape::Array, linking::link)
        }
        Operation::ContextNotify => {
            from_hip(bodies::context_notify, ErrorShape::Array, linking::notify)
        }
        Operation::SmsNotify => from_hip(bodies::sms_notify, ErrorShape::Array, linking::sms),
        Operation::OnDiscover => {
            from_hip(bodies::on_discover, ErrorShape::Object("ABDM-1109"), discovery::answer)
        }
        Operation::OnInit => {
            from_hip(bodies::on_init, ErrorShape::Object("ABDM-1110"), user_linking::on_init)
        }
        Operation::OnConfirm => {
            from_hip(bodies::on_confirm, ErrorShape::Object("ABDM-1111"), user_linking::on_confirm)
        }
        Operation::ConsentOnNotify => {
            from_hip(bodies::consent_on_notify, ErrorShape::Array, consent::acknowledge)
        }
        Operation::OnRequest => {
            from_hip(bodies::on_request, ErrorShape::Flat, data_flow::on_request)
        }
        Operation::OnShare => {
            from_hip(bodies::on_share, ErrorShape::Object("ABDM-1041"), share::answer)
        }
        Operation::DataFlowNotify => {
            from_hip(bodies::data_flow_notify, ErrorShape::Object("ABDM-1006"), data_flow::notify)
        }
    }
}

/// In which of NHA's formats an operation reports a body that violates its schema.
#[derive(Clone, Copy)]
enum ErrorShape {
    /// One `{"error":…}` with this code.
    Object(&'static str),
    /// An array of them, ABDM-1006 each.
    Array,
    /// One member for each wrong field.
    Fields,
    /// `{"code","message","description"}` with ABDM-1031.
    Flat,
}

struct Handling<'a> {
    /// The schema, which may depend on whether the body reports an error.
    shape: fn(&Value) -> &'static Shape,
    refuse: ErrorShape,
    run: fn(&mut Case) -> RouteResult,
    script: Option<&'a Script>,
}

/// Common steps of all operations of a HIP: headers, repeats, schema, then the operation.
fn from_hip(world: &World, call: &GatewayCall, handling: &Handling<'_>) -> GatewayAnswer {
    world.change(|state| {
        let mut breaches = vec![];
        let outcome = run(world, state, call, handling, &mut breaches);
        let mut answer = match outcome {
            Ok(callbacks) => GatewayAnswer { callbacks, ..GatewayAnswer::accepted() },
            Err(refusal) => GatewayAnswer::from(refusal),
        };
        answer.violations.extend(breaches);
        answer
    })
}

fn run(
    world: &World,
    state: &mut State,
    call: &GatewayCall,
    handling: &Handling<'_>,
    breaches: &mut Vec<String>,
) -> RouteResult {
    headers::session_bearer(world, call)?;
    let request_id = headers::request(call)?;
    breaches.extend(headers::foreign_request_id(call));
    let facility = headers::facility(&state.register, call)?;
    headers::content_type(call)?;
    refuse_repeat(state, call, request_id)?;
    if !call.is_json {
        return Err(Refusal::object(400, "ABDM-1006", "Bad Request, invalid request Body")
            .breach("the body is not JSON"));
    }
    let shape = match call.version {
        ApiVersion::V3 => (handling.shape)(&call.body),
        ApiVersion::V05 => bodies::v05::shape(call.operation, &call.body),
    };
    let findings = shape.check(&call.body);
    if !findings.is_empty() {
        return Err(invalid_body(handling.refuse, &findings));
    }
    let body = &said(call);
    breaches.extend(answers_in_another_version(state, call, body));
    let mut case = Case {
        world,
        state,
        body,
        facility,
        request_id,
        link_token: call.header("X-LINK-TOKEN"),
        breaches: vec![],
    };
    let outcome = match handling.script {
        Some(script) => Ok(scripted::answer(&case, call.operation, script).into_iter().collect()),
        None => (handling.run)(&mut case),
    };
    breaches.append(&mut case.breaches);
    if outcome.is_ok() {
        state.accepted.insert((call.operation, request_id.to_owned()), said(call));
    }
    outcome
}

/// The body of a call, converted to v3. The result has no timestamp, so a repeat in v0.5 may have another one.
fn said(call: &GatewayCall) -> Value {
    match call.version {
        ApiVersion::V3 => call.body.clone(),
        ApiVersion::V05 => bodies::v05::lift(&call.body),
    }
}

/// Finds an answer in another API version than its question.
fn answers_in_another_version(state: &State, call: &GatewayCall, body: &Value) -> Option<String> {
    let answered = body["response"]["requestId"].as_str();
    let reported = body["notification"]["transactionId"].as_str();
    let asked_in = match (answered, reported) {
        (Some(request_id), _) => state.asked.get(request_id)?.version,
        (None, Some(transaction)) => state.transactions.get(transaction)?.question.version(),
        (None, None) => return None,
    };
    (asked_in != call.version).then(|| {
        let (asked, answered) = (asked_in.as_str(), call.version.as_str());
        format!("a question of {asked} was answered in {answered}")
    })
}

/// Refuses a call whose REQUEST-ID was accepted before for the same operation.
fn refuse_repeat(state: &State, call: &GatewayCall, request_id: &str) -> Result<(), Refusal> {
    let Some(earlier) = state.accepted.get(&(call.operation, request_id.to_owned())) else {
        return Ok(());
    };
    let code = call.operation.duplicate_code();
    let refusal = Refusal::object(400, code, "Duplicate request").into_duplicate();
    if *earlier == said(call) {
        Err(refusal)
    } else {
        Err(refusal.breach("REQUEST-ID was used before with another body"))
    }
}

fn invalid_body(shape: ErrorShape, findings: &[Finding]) -> Refusal {
    let sentences: Vec<String> = findings.iter().map(Finding::sentence).collect();
    let all = sentences.join("; ");
    let refusal = match shape {
        ErrorShape::Object(code) => Refusal::object(400, code, &all),
        ErrorShape::Array => Refusal::array(400, "ABDM-1006", &sentences),
        ErrorShape::Fields => {
            let fields: Vec<(String, String)> = findings
                .iter()
                .map(|finding| (finding.path.clone(), finding.rule.clone()))
                .collect();
            Refusal::fields(400, "ABDM-1006", &fields)
        }
        ErrorShape::Flat => Refusal::flat(400, "ABDM-1031", "Invalid request", &all),
    };
    refusal.breach(all)
}
