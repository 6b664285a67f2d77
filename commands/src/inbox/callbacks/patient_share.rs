//! `POST /api/v3/hip/patient/share`: a patient scanned the code of a counter and shares their profile. They receive a
//! queue token.

use chrono::FixedOffset;
use hip_domain::id::ErrorCode;
use hip_domain::inbound::DirectReply;
use hip_domain::profile_share::{ProfileShareCommand, ProfileShares, SharedProfile};
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::{Malformed, parse, scalar};
use super::{CallbackMessage, Verdict};
use crate::operations::abdm_error::OwnCode;
use crate::patients::lookup::LookupKey;
use crate::ports::Ports;
use crate::tasks::TaskError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PatientShare {
    intent: Option<Intent>,
    meta_data: Option<MetaData>,
    profile: Profile,
}

/// A string, or an object with the string as `type` in the older API version.
#[derive(Deserialize)]
#[serde(untagged)]
enum Intent {
    Word(String),
    Object {
        #[serde(rename = "type")]
        kind: String,
    },
}

#[derive(Deserialize)]
struct MetaData {
    #[serde(default, deserialize_with = "scalar")]
    context: Option<String>,
}

#[derive(Deserialize)]
struct Profile {
    patient: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patient {
    #[serde(alias = "healthId", default, deserialize_with = "scalar")]
    abha_address: Option<String>,
}

/// The accepted intents. The older API version uses `REGISTER`.
const INTENTS: [&str; 2] = ["PROFILE_SHARE", "REGISTER"];

/// The counter if the message names none.
const ANY_COUNTER: &str = "0";

/// Longest counter name, in characters.
const COUNTER_LENGTH_MAX: usize = 100;

pub(super) async fn interpret(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
) -> Result<Verdict, TaskError> {
    let message: PatientShare = match parse(incoming.body) {
        Ok(message) => message,
        Err(malformed) => return Ok(Verdict::malformed(malformed)),
    };
    let intent = match &message.intent {
        Some(Intent::Word(word) | Intent::Object { kind: word }) => word.as_str(),
        None => INTENTS[0],
    };
    if !INTENTS.contains(&intent) {
        let code = ErrorCode::from(OwnCode::IntentNotServed);
        let owed = Some(DirectReply::OnShare { error: code.clone() });
        return Ok(Verdict::Rejected { code, reason: "this intent is not served", owed });
    }
    let patient: Patient = match parse(message.profile.patient.get()) {
        Ok(patient) => patient,
        Err(fault) => {
            return Ok(Verdict::malformed(fault.within("profile.patient")));
        }
    };
    let Some(address) = patient.abha_address.filter(|address| !address.trim().is_empty()) else {
        let fault = Malformed::new("profile.patient.abhaAddress", "an ABHA address");
        return Ok(Verdict::malformed(fault));
    };
    let counter = message.meta_data.and_then(|meta| meta.context);
    let counter = counter.filter(|text| !text.trim().is_empty());
    let counter = counter.unwrap_or_else(|| ANY_COUNTER.to_owned());
    if counter.chars().count() > COUNTER_LENGTH_MAX {
        let fault = Malformed::new("metaData.context", "a counter of at most 100 characters");
        return Ok(Verdict::malformed(fault));
    }
    share(ports, incoming, counter, address, message.profile.patient.get()).await
}

async fn share(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
    counter: String,
    address: String,
    profile: &str,
) -> Result<Verdict, TaskError> {
    let facility = &incoming.received.facility;
    let pseudonym = ports.vault.pseudonym(facility, &LookupKey::AbhaAddress(&address)).await?;
    let place = ports.vault.pseudonym(facility, &LookupKey::Counter(counter.trim())).await?;
    let india = FixedOffset::east_opt(5 * 3600 + 1800).expect("a valid offset");
    let day = incoming.recorded_at.with_timezone(&india).date_naive();
    // If the patient is known here, the profile is stored under their key and erased with them.
    let known = ports.directory.by_abha_address(facility, &pseudonym).await?;
    let subject = if let [known] = known.as_slice() { Some(known.subject) } else { None };
    let command = ProfileShareCommand::Share {
        facility: facility.clone(),
        request_id: incoming.received.request_id,
        patient: pseudonym,
        shared: SharedProfile {
            abha_address: Phi::new(address),
            counter,
            profile: Phi::new(profile.to_owned()),
        },
        now: incoming.recorded_at,
    };
    let step = incoming.once_step("profile-share").about(subject);
    step.execute::<ProfileShares>(
        &ports.dispatcher,
        &StreamId::profile_share(facility, &place, day),
        command,
    )
    .await?;
    Ok(Verdict::about(subject))
}
