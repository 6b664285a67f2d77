//! `POST /careContext/linkCareContext`.

use std::time::Duration;

use axum::extract::State;
use hip_commands::linking::amrit::Refused;
use hip_commands::linking::amrit::link::{Begun, Ended, Wish, begin, look};
use hip_commands::linking::amrit::token::TokenAnswer;
use hip_domain::id::RequestId;
use hip_domain::stream::StreamId;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::body::Body;
use super::envelope::Envelope;
use super::facility;
use super::member::Member;
use super::session::Session;
use crate::app::App;
use crate::http::Context;

/// Maximum wait for the gateway to accept the request.
const PATIENCE: Duration = Duration::from_secs(10);

/// Interval between two checks.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// Our own document kinds and display are used, so `hiType` and `display` are ignored; so
/// is `linkToken`, since the valid token is in the log.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct AmritLinkRequest {
    #[serde(rename = "beneficiaryID")]
    beneficiary_id: Member,
    #[serde(rename = "abhaAddress")]
    abha_address: Member,
    #[serde(rename = "abhaNumber")]
    abha_number: Member,
    #[serde(rename = "requestId")]
    request_id: Member,
    #[serde(rename = "visitCode")]
    visit_code: Member,
    #[serde(rename = "visitCategory")]
    visit_category: Member,
    #[serde(rename = "abdmFacilityId")]
    abdm_facility_id: Member,
}

/// Asks the gateway to link a visit. While there is no token the answer is empty: AMRIT retries.
pub(super) async fn link(
    Session(caller): Session,
    State(app): Context,
    Body(request): Body<AmritLinkRequest>,
) -> Result<Envelope, Envelope> {
    let wish = Wish {
        facility: facility(&app, &caller, request.abdm_facility_id.as_str())?,
        beneficiary_id: request.beneficiary_id.needed("beneficiaryID")?,
        abha_address: request.abha_address.needed("abhaAddress")?,
        abha_number: request.abha_number.get(),
        request_id: Uuid::parse_str(request.request_id.as_str()).ok().map(RequestId),
        visit_code: request.visit_code.as_str(),
        visit_category: request.visit_category.as_str(),
    };
    match begin(&app.ports, &wish).await? {
        Begun::Linking(care_context) => ended(&app, &care_context).await,
        Begun::NoToken(answer) => Ok(no_token(&answer)),
    }
}

async fn ended(app: &App, care_context: &StreamId) -> Result<Envelope, Envelope> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match look(&app.ports, care_context).await? {
            Some(Ended::Added) => {
                let message = "Care Context added successfully";
                return Ok(Envelope::ok(json!({ "message": message })));
            }
            Some(Ended::Refused(Refused { code, what })) => {
                return Err(Envelope::failed(format!("{code}: {what}")));
            }
            None if Instant::now() > deadline => {
                let silent = "The gateway does not answer; the link will be tried again";
                return Ok(Envelope::ok(json!({ "error": silent })));
            }
            None => sleep(LOOK_INTERVAL).await,
        }
    }
}

fn no_token(answer: &TokenAnswer) -> Envelope {
    let data = match answer {
        TokenAnswer::Requested(_) | TokenAnswer::Issued(_) => json!({}),
        TokenAnswer::Refused(Refused { code, what }) => {
            json!({ "error": json!({ "code": code.as_str(), "message": what }).to_string() })
        }
        TokenAnswer::Held(_, why) => json!({ "error": why.as_words() }),
        TokenAnswer::Unknown => json!({ "error": "There is no link token: ask for one first" }),
    };
    Envelope::ok(data)
}
