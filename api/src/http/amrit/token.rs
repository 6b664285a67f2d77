//! `POST /careContext/generateCareContextToken`, `POST /careContext/generateLinkToken`.

use axum::extract::State;
use chrono::Datelike;
use hip_commands::accountability::access_log::AccessRecorder;
use hip_commands::linking::amrit::token::{TokenAnswer, ask};
use hip_domain::link_token::AskedPerson;
use hip_domain::sensitive::Phi;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;

use super::body::Body;
use super::envelope::Envelope;
use super::facility;
use super::member::Member;
use super::session::Session;
use crate::http::Context;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct AmritTokenRequest {
    abha_number: Member,
    abha_address: Member,
    name: Member,
    gender: Member,
    year_of_birth: Member,
    abdm_facility_id: Member,
}

/// Returns the existing token, or the id of the request for one.
pub(super) async fn generate(
    Session(caller): Session,
    State(app): Context,
    Body(request): Body<AmritTokenRequest>,
) -> Result<Envelope, Envelope> {
    let facility = facility(&app, &caller, request.abdm_facility_id.as_str())?;
    let ports = &app.ports;
    let person = person(&request, ports.clock.now().year())?;
    let viewer = AccessRecorder::over_http(ports, &caller);
    let answer = ask(ports, &viewer, facility, person).await?;
    Ok(match answer {
        TokenAnswer::Issued(token) => Envelope::ok(json!({ "linkToken": token.expose_secret() })),
        TokenAnswer::Requested(request_id) => {
            Envelope::ok(json!({ "requestId": request_id.to_string() }))
        }
        TokenAnswer::Refused(refused) => {
            Envelope::failed(format!("{}: {}", refused.code, refused.what))
        }
        TokenAnswer::Held(until, why) => Envelope::failed(format!(
            "{}; a token may be asked for again at {}",
            why.as_words(),
            until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
        )),
        TokenAnswer::Unknown => Envelope::failed("No link token could be asked for"),
    })
}

/// Hyphens in dates are AMRIT's, letters for genders are the network's.
fn person(request: &AmritTokenRequest, this_year: i32) -> Result<AskedPerson, Envelope> {
    let year_of_birth = request.year_of_birth.as_str().parse().ok();
    let year_of_birth = year_of_birth
        .filter(|year| (1850..=this_year).contains(year))
        .ok_or_else(|| Envelope::failed("yearOfBirth must be a year"))?;
    let number: String =
        request.abha_number.as_str().chars().filter(char::is_ascii_digit).collect();
    Ok(AskedPerson {
        abha_address: Phi::new(request.abha_address.needed("abhaAddress")?.to_lowercase()),
        abha_number: (number.len() == 14).then(|| Phi::new(number)),
        name: Phi::new(request.name.needed("name")?.to_owned()),
        gender: Phi::new(gender(request.gender.needed("gender")?).to_owned()),
        year_of_birth: Phi::new(year_of_birth),
    })
}

fn gender(word: &str) -> &'static str {
    if word.eq_ignore_ascii_case("female") || word.eq_ignore_ascii_case("f") {
        "F"
    } else if word.eq_ignore_ascii_case("male") || word.eq_ignore_ascii_case("m") {
        "M"
    } else {
        "O"
    }
}
