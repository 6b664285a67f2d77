//! User-initiated link: sends the OTP and records the end.

use std::time::Duration;

use hip_domain::id::{ErrorCode, LinkReference};
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use hip_domain::user_link::{OTP_AGE_MAX, UserLink, UserLinkCommand, UserLinkFacts};

use crate::linking::otp;
use crate::linking::otp_limits::OtpCounters;
use crate::operations::abdm_error::OwnCode;
use crate::operations::replay::suppressed;
use crate::patients::lookup;
use crate::patients::patient_data::demographics;
use crate::port::log::Actor;
use crate::port::otp_sender::{OtpText, SmsError};
use crate::ports::Ports;
use crate::tasks::Due;
use crate::tasks::TaskError;

/// How long an unavailable SMS service is retried. The patient waits in the app.
const PATIENCE: chrono::TimeDelta = chrono::TimeDelta::seconds(45);

/// Creates an OTP, records its HMAC, then sends it. After a crash in between a new OTP is created, and the lost one
/// is not valid.
pub(super) async fn send_otp(
    ports: &Ports,
    due: &Due,
    reference: LinkReference,
) -> Result<(), TaskError> {
    let stream = StreamId::user_link(reference);
    let link = ports.dispatcher.load::<UserLink>(&stream).await?;
    let UserLink::Initiated { facts, .. } = link else {
        return Ok(());
    };
    if suppressed(ports, due).await?.is_some() {
        let reason = "a replay leads to it that may send nothing".to_owned();
        return fail(ports, due, &facts, reason, None).await;
    }
    let mobile = demographics(ports, facts.subject).await?.mobile;
    let Some(mobile) = mobile.filter(|mobile| lookup::mobile(mobile.reveal()).is_some()) else {
        let reason = "no mobile number of the patient is known".to_owned();
        return fail(ports, due, &facts, reason, None).await;
    };
    let attempt = ports.ids.random();
    let mut origin = due.cause.origin(Actor::Process);
    origin.subject = Some(facts.subject);
    let counters = OtpCounters::of(ports, facts.subject, &mobile, origin).await?;
    if let Err(why) = counters.count_send(reference, attempt).await? {
        let code = Some(OwnCode::TooManyOtps.into());
        return fail(ports, due, &facts, why.to_string(), code).await;
    }
    let digits = otp::fresh(ports.ids.random());
    let kept = otp::pseudonym(ports, &facts.facility, reference, &digits).await?;
    let issue = UserLinkCommand::IssueOtp { digits: kept, now: ports.clock.now() };
    // Each attempt has its own OTP, so it also needs its own append key.
    tell(ports, due, &facts, issue, &format!("issue:{attempt}")).await?;
    let sent = send(ports, &facts, &mobile, &digits).await;
    if sent.is_err_and(|error| !error.may_have_sent()) {
        counters.take_back(attempt).await?;
    }
    match sent {
        Ok(()) => tell(ports, due, &facts, UserLinkCommand::MarkOtpSent, "sent").await,
        Err(error) if error.is_transient() && is_worth_waiting(ports, &stream).await? => {
            let reason = error.to_string();
            Err(TaskError::Later { after: Some(Duration::from_secs(2)), reason })
        }
        Err(error) => fail(ports, due, &facts, error.to_string(), None).await,
    }
}

async fn fail(
    ports: &Ports,
    due: &Due,
    facts: &UserLinkFacts,
    reason: String,
    code: Option<ErrorCode>,
) -> Result<(), TaskError> {
    tell(ports, due, facts, UserLinkCommand::FailOtp { reason, code }, "fail").await
}

async fn send(
    ports: &Ports,
    facts: &UserLinkFacts,
    mobile: &Phi<String>,
    digits: &str,
) -> Result<(), SmsError> {
    let facility = ports.settings.facility(&facts.facility);
    let name = facility.map_or("the hospital", |facility| facility.name.as_str());
    let minutes = OTP_AGE_MAX.num_minutes();
    let text = format!(
        "{digits} is your OTP to link your records at {name} to your ABHA. It is valid for {minutes} minutes. Do not share it."
    );
    ports.otp_sender.send(mobile, &OtpText::new(text)).await
}

/// Whether the patient may still be waiting.
async fn is_worth_waiting(ports: &Ports, stream: &StreamId) -> Result<bool, TaskError> {
    let first = ports.log.stream(stream, 0).await?.into_iter().next();
    let begun_at = first.map(|event| event.recorded_at);
    Ok(begun_at.is_some_and(|at| ports.clock.now() < at + PATIENCE))
}

async fn tell(
    ports: &Ports,
    due: &Due,
    facts: &UserLinkFacts,
    command: UserLinkCommand,
    part: &str,
) -> Result<(), TaskError> {
    let stream = StreamId::user_link(facts.reference);
    let step = due.step(Actor::Process).part(part).about(Some(facts.subject));
    step.execute::<UserLink>(&ports.dispatcher, &stream, command).await?;
    Ok(())
}

/// Records that the gateway accepted the confirmation.
pub(super) async fn mark_linked(
    ports: &Ports,
    due: &Due,
    reference: LinkReference,
) -> Result<(), TaskError> {
    let stream = StreamId::user_link(reference);
    let command = UserLinkCommand::MarkLinked;
    due.step(Actor::Process).execute::<UserLink>(&ports.dispatcher, &stream, command).await?;
    Ok(())
}
