//! User-initiated linking: select, receive an OTP by text message, confirm.

use serde_json::{Value, json};

use super::case::{Failure, Verdict, ensure};
use super::context::SuiteContext;
use super::discovery::find;
use super::person::Person;
use super::pull::all_of_it;
use super::records::Visit;
use crate::phr::{DiscoverRequest, Discovery};
use crate::state::link::LinkReference;
use crate::wire::care_context::CareContext;
use crate::wire::flow_error::FlowError;
use crate::wire::version::ApiVersion;

pub(super) const FLOW: &str = "user-linking";

pub(super) async fn run(stage: &SuiteContext<'_>) {
    stage.case("X_OTP_TEXT", FLOW, right_otp(stage, Spelling::Text)).await;
    stage.case("X_OTP_NUMBER", FLOW, right_otp(stage, Spelling::Number)).await;
    stage.case("X_OTP_WRONG_THEN_RIGHT", FLOW, wrong_then_right(stage)).await;
    stage.case("X_OTP_THREE_WRONG", FLOW, three_wrong(stage)).await;
    stage.case("X_LINK_REFERENCE_UNKNOWN", FLOW, unknown_reference(stage)).await;
    stage.case("X_INIT_NOT_OFFERED", FLOW, not_offered(stage)).await;
    stage.case("X_INIT_TRANSACTION_UNKNOWN", FLOW, unknown_transaction(stage)).await;
    stage.case("USER_INIT_LINK_607", FLOW, linked_by_the_patient_is_pulled(stage)).await;
    let otps = ["X_OTP_TEXT", "X_OTP_NUMBER", "X_OTP_WRONG_THEN_RIGHT", "X_OTP_THREE_WRONG"];
    stage.derived("USER_INIT_LINK_605", FLOW, &otps);
    let checks = ["X_INIT_TRANSACTION_UNKNOWN", "X_INIT_NOT_OFFERED", "X_LINK_REFERENCE_UNKNOWN"];
    stage.derived("USER_INIT_LINK_606", FLOW, &checks);
}

/// How the app sends the OTP; both forms were observed.
#[derive(Clone, Copy)]
enum Spelling {
    Text,
    Number,
}

impl Spelling {
    fn write(self, otp: &str) -> Value {
        match (self, otp.parse::<u32>()) {
            (Self::Number, Ok(number)) => json!(number),
            (Self::Number | Self::Text, _) => json!(otp),
        }
    }
}

/// Two discovered visits, of which the first was selected; its OTP has arrived.
pub(super) struct Waiting {
    pub(super) person: Person,
    pub(super) chosen: Vec<CareContext>,
    pub(super) other: Visit,
    pub(super) reference: LinkReference,
    pub(super) otp: String,
}

pub(super) async fn waiting(stage: &SuiteContext<'_>, version: ApiVersion) -> Verdict<Waiting> {
    let (person, visits, discovery) = discovered(stage, version).await?;
    let [visit, other] = visits;
    let chosen = contexts_of(&discovery, &visit);
    let telephone = stage.sandbox.sms();
    let before = telephone.texts(&person.holder.mobile).len();
    let reference = stage.sandbox.phr().link_init(&discovery, &chosen).await?;
    stage.saw(format!("on-init with a link reference, hint {}", reference.communication_hint));
    let otp = telephone.wait_for_otp(&person.holder.mobile, before).await.ok_or_else(|| {
        Failure("no OTP of six digits came to the patient's telephone".to_owned())
    })?;
    ensure(!otp.starts_with('0'), "the OTP begins with a zero, which a number loses")?;
    stage.saw("OTP came by text message");
    Ok(Waiting { person, chosen, other, reference, otp })
}

async fn discovered(
    stage: &SuiteContext<'_>,
    version: ApiVersion,
) -> Verdict<(Person, [Visit; 2], Discovery)> {
    let person = stage.person();
    let visits = [stage.visit(2).without_abha(), stage.visit(1).without_abha()];
    for visit in &visits {
        stage.push(&person, visit).await?;
    }
    let mut request = DiscoverRequest::new(stage.facility(), &person.holder);
    request.version = version;
    let (discovery, _) = find(stage, request).await?;
    Ok((person, visits, discovery))
}

fn contexts_of(discovery: &Discovery, visit: &Visit) -> Vec<CareContext> {
    let offer = discovery.answer.clone().map(|offer| offer.care_contexts).unwrap_or_default();
    offer.into_iter().filter(|context| context.care_context_reference == visit.code).collect()
}

/// Confirms, and checks that only the selection is linked.
pub(super) async fn confirm(stage: &SuiteContext<'_>, waiting: &Waiting, token: Value) -> Verdict {
    let linked = stage.sandbox.phr().link_confirm(&waiting.reference, token).await?;
    ensure(
        linked.len() == waiting.chosen.len(),
        "on-confirm lists something else than was chosen",
    )?;
    let other = stage.is_linked(&waiting.person, &waiting.other);
    ensure(!other, "a visit that was not chosen is linked")?;
    stage.saw(format!("on-confirm with the {} chosen contexts", linked.len()));
    Ok(())
}

/// A wrong OTP of six digits. Each attempt has another one.
fn wrong(otp: &str, attempt: u32) -> String {
    let right: u32 = otp.parse().unwrap_or_default();
    (100_000 + (right + attempt) % 900_000).to_string()
}

/// Checks that the HIP refused with one of these codes.
fn refusal<T>(stage: &SuiteContext<'_>, outcome: Result<T, FlowError>, codes: &[&str]) -> Verdict {
    match outcome {
        Ok(_) => Err("it was accepted".into()),
        Err(FlowError::Refused(error)) => {
            stage.saw(format!("error {}", error.code));
            let reason = format!("refused with {}, not {}", error.code, codes.join(" or "));
            ensure(codes.contains(&error.code.as_str()), reason)
        }
        Err(error) => Err(error.into()),
    }
}

async fn right_otp(stage: &SuiteContext<'_>, spelling: Spelling) -> Verdict {
    let waiting = waiting(stage, ApiVersion::V3).await?;
    confirm(stage, &waiting, spelling.write(&waiting.otp)).await
}

async fn wrong_then_right(stage: &SuiteContext<'_>) -> Verdict {
    let waiting = waiting(stage, ApiVersion::V3).await?;
    let phr = stage.sandbox.phr();
    let outcome = phr.link_confirm(&waiting.reference, wrong(&waiting.otp, 1)).await;
    refusal(stage, outcome, &["ABDM-1035"])?;
    confirm(stage, &waiting, json!(waiting.otp)).await
}

async fn three_wrong(stage: &SuiteContext<'_>) -> Verdict {
    let waiting = waiting(stage, ApiVersion::V3).await?;
    let phr = stage.sandbox.phr();
    // After the third wrong OTP the HIP may report that the link reference is no longer valid.
    let codes = ["ABDM-1035", "ABDM-1056"];
    for attempt in 1..=3 {
        let outcome = phr.link_confirm(&waiting.reference, wrong(&waiting.otp, attempt)).await;
        refusal(stage, outcome, if attempt < 3 { &codes[..1] } else { &codes })?;
    }
    let outcome = phr.link_confirm(&waiting.reference, waiting.otp.as_str()).await;
    refusal(stage, outcome, &codes)?;
    stage.saw("the right OTP came too late");
    Ok(())
}

async fn unknown_reference(stage: &SuiteContext<'_>) -> Verdict {
    let waiting = waiting(stage, ApiVersion::V3).await?;
    let mut reference = waiting.reference.clone();
    reference.reference_number = stage.sandbox.world.draw.id();
    let outcome = stage.sandbox.phr().link_confirm(&reference, waiting.otp.as_str()).await;
    refusal(stage, outcome, &["ABDM-1056"])
}

async fn not_offered(stage: &SuiteContext<'_>) -> Verdict {
    let (_, [visit, _], discovery) = discovered(stage, ApiVersion::V3).await?;
    let mut chosen = contexts_of(&discovery, &visit);
    chosen.truncate(1);
    for context in &mut chosen {
        context.care_context_reference = stage.visit_code();
    }
    let outcome = stage.sandbox.phr().link_init(&discovery, &chosen).await;
    refusal(stage, outcome, &["ABDM-1057"])
}

async fn unknown_transaction(stage: &SuiteContext<'_>) -> Verdict {
    let (_, [visit, _], mut discovery) = discovered(stage, ApiVersion::V3).await?;
    let chosen = contexts_of(&discovery, &visit);
    discovery.transaction_id = stage.sandbox.world.draw.id();
    let outcome = stage.sandbox.phr().link_init(&discovery, &chosen).await;
    refusal(stage, outcome, &["ABDM-1017"])
}

async fn linked_by_the_patient_is_pulled(stage: &SuiteContext<'_>) -> Verdict {
    let waiting = waiting(stage, ApiVersion::V3).await?;
    confirm(stage, &waiting, json!(waiting.otp)).await?;
    let delivery = all_of_it(stage, &waiting.person).await?;
    let other = waiting.other.code.as_str();
    let alone = delivery.pages.iter().all(|page| page.care_context_reference != other);
    ensure(alone, "a visit that was not linked was sent")
}
