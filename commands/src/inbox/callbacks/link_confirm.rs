//! `POST /api/v3/hip/link/care-context/confirm`: a patient confirms a link with an OTP. The link reference is the
//! only identifier; the message does not name the patient.

use hip_domain::id::{ErrorCode, LinkReference};
use hip_domain::inbound::DirectReply;
use hip_domain::stream::StreamId;
use hip_domain::user_link::{UserLink, UserLinkCommand};
use serde::Deserialize;

use super::wire::{parse, scalar};
use super::{CallbackMessage, Verdict};
use crate::linking::opt_out;
use crate::linking::otp;
use crate::linking::otp_limits::OtpCounters;
use crate::operations::abdm_error::OwnCode;
use crate::port::log::Actor;
use crate::ports::Ports;
use crate::tasks::TaskError;

#[derive(Deserialize)]
struct LinkConfirm {
    confirmation: Confirmation,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Confirmation {
    /// The documents of the network disagree whether the OTP is a string or a number.
    #[serde(default, deserialize_with = "scalar")]
    token: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    link_ref_number: Option<String>,
}

pub(super) async fn interpret(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
) -> Result<Verdict, TaskError> {
    let confirmation = match parse::<LinkConfirm>(incoming.body) {
        Ok(message) => message.confirmation,
        Err(malformed) => return Ok(Verdict::malformed(malformed)),
    };
    let Ok(reference) =
        LinkReference::parse(confirmation.link_ref_number.as_deref().unwrap_or_default())
    else {
        return Ok(unknown());
    };
    let stream = StreamId::user_link(reference);
    let link = ports.dispatcher.load::<UserLink>(&stream).await?;
    let facility = &incoming.received.facility;
    let Some(facts) = link.facts().filter(|facts| facts.facility == *facility) else {
        return Ok(unknown());
    };
    if opt_out::refuses(ports, incoming, facts.subject).await? {
        let code = ErrorCode::from(OwnCode::PatientHasLeft);
        let owed = Some(DirectReply::LinkOnConfirm { error: code.clone() });
        return Ok(Verdict::Rejected { code, reason: "the patient has left ABDM", owed });
    }
    let request_id = incoming.received.request_id;
    let mut origin = incoming.cause.origin(Actor::Interpreter);
    origin.subject = Some(facts.subject);
    let mut counters = None;
    if link.can_be_guessed() {
        let counted = OtpCounters::of_person(ports, facts.subject, origin.clone()).await?;
        if counted.count_try(request_id, incoming.recorded_at).await?.is_err() {
            return Ok(locked());
        }
        counters = Some(counted);
    }
    // A missing OTP counts as a wrong one: the patient is told and may try again.
    let typed = confirmation.token.unwrap_or_default().trim().to_owned();
    let command = UserLinkCommand::Confirm {
        request_id,
        digits: otp::pseudonym(ports, facility, reference, &typed).await?,
        // The time of receipt, not the time of processing.
        now: incoming.recorded_at,
    };
    let key = incoming.once("user-link");
    ports.dispatcher.execute::<UserLink>(&stream, command, &key, &origin).await?;
    if let Some(counters) = counters
        && let UserLink::Confirmed { confirmed_by, .. } = ports.dispatcher.load(&stream).await?
        && confirmed_by == request_id
    {
        counters.clear(request_id).await?;
    }
    Ok(Verdict::about(Some(facts.subject)))
}

fn locked() -> Verdict {
    let code = ErrorCode::from(OwnCode::TooManyOtps);
    let owed = Some(DirectReply::LinkOnConfirm { error: code.clone() });
    let reason = "too many wrong one-time passwords were tried for this person or telephone";
    Verdict::Rejected { code, reason, owed }
}

fn unknown() -> Verdict {
    let code = ErrorCode::from(OwnCode::UnknownLinkReference);
    let owed = DirectReply::LinkOnConfirm { error: code.clone() };
    Verdict::Rejected { code, reason: "there is no such link reference", owed: Some(owed) }
}
