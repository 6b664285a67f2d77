//! Builds the health information request.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::HealthInformationRequest;
use super::key_pair::KeyPair;
use crate::patch;
use crate::run::clock;
use crate::state::transaction::Transaction;
use crate::wire::callback::Callback;
use crate::wire::operation::PUSH_PATH;
use crate::wire::question::Question;
use crate::world::World;

/// Draws a key pair, and builds the transaction and its callback.
pub(super) fn prepare(world: &World, request: HealthInformationRequest) -> (Transaction, Callback) {
    let key_pair = KeyPair::draw(&world.draw, request.key_format);
    let id = world.draw.id();
    let known = world.look(|state| {
        let record = state.consents.get(&request.consent_id)?;
        let range = record.detail["permission"]["dateRange"].clone();
        Some((record.request.facility.clone(), range))
    });
    let (facility, range) = known.unwrap_or_else(|| {
        let now = clock::now();
        let from = clock::wire(now - TimeDelta::days(365));
        (String::new(), json!({"from": from, "to": clock::wire(now)}))
    });
    let date_range = match request.date_range {
        Some((from, to)) => json!({"from": clock::wire(from), "to": clock::wire(to)}),
        None => range,
    };
    let expiry = request.key_expiry.unwrap_or_else(|| clock::now() + TimeDelta::days(1));
    let mut body = json!({
        "transactionId": id,
        "hiRequest": {
            "consent": {"id": request.consent_id},
            "dateRange": date_range,
            "dataPushUrl": format!("http://{}{PUSH_PATH}", world.hiu_address),
            "keyMaterial": key_material(&key_pair, &clock::wire(expiry)),
        },
    });
    patch::merge(&mut body, request.patch);
    let facility = request.facility.unwrap_or(facility);
    let path = request
        .version
        .pick("/api/v3/hip/health-information/request", "/v0.5/health-information/hip/request");
    let asked = &body["hiRequest"]["dateRange"];
    let moment = |member: &str| clock::read_wire(asked[member].as_str()?);
    let range = moment("from").zip(moment("to"));
    let callback = Callback::new(&world.draw, &facility, path, body).in_version(request.version);
    let transaction = Transaction {
        id,
        question: Question::new(&callback),
        consent_id: request.consent_id,
        key_pair,
        range,
        acknowledged: None,
        pages: vec![],
        duplicates: 0,
        report: None,
    };
    (transaction, callback)
}

fn key_material(key_pair: &KeyPair, expiry: &str) -> Value {
    json!({
        "cryptoAlg": "ECDH",
        "curve": "Curve25519",
        "dhPublicKey": {
            "expiry": expiry,
            "parameters": "Curve25519/32byte random key",
            "keyValue": key_pair.key_value,
        },
        "nonce": STANDARD.encode(key_pair.nonce),
    })
}
