//! Questions with odd members: whatever can be answered is answered.

use hip_sandbox::{ConsentRequest, Grant, HealthInformationRequest, KeyFormat, Operation};
use hip_tests::World;
use hip_tests::person::{FACILITY, visit};
use hip_tests::process::HipProcess;
use serde_json::{Value, json};
use uuid::Uuid;

const DISCOVER: &str = "/api/v3/hip/patient/care-context/discover";

async fn known() -> (World, HipProcess) {
    let (world, hip) = World::start().await;
    world.push(&visit("3401", false)).await;
    world.until("care_context.registered", 1).await;
    world.until_idle().await;
    (world, hip)
}

/// What a callback with this body is answered with.
async fn answer(world: &World, path: &str, body: Value, operation: Operation) -> Value {
    let request_id = world.sandbox.call_back(FACILITY, path, body);
    world.answer(operation, &request_id).await
}

fn discovery(patch: &Value) -> Value {
    let mut body = json!({ "transactionId": Uuid::new_v4(), "patient": {
        "id": "somebody@sbx", "name": "Kavya Nair", "gender": "F", "yearOfBirth": 1990,
        "verifiedIdentifiers": [{ "type": "MOBILE", "value": "9845012345" }],
        "unverifiedIdentifiers": [],
    }});
    for (member, value) in patch.as_object().unwrap() {
        body["patient"][member] = value.clone();
    }
    body
}

#[tokio::test]
async fn a_discovery_with_odd_members_finds_the_patient() {
    let (world, _hip) = known().await;
    let mobile = json!({ "type": "MOBILE", "value": "9845012345" });
    for patch in [
        json!({}),
        json!({ "verifiedIdentifiers": [{ "type": "MOBILE", "value": 9_845_012_345_u64 }] }),
        json!({ "verifiedIdentifiers": [{ "type": null, "value": "x" }, null, mobile] }),
        json!({ "verifiedIdentifiers": mobile }),
        json!({ "unverifiedIdentifiers": null }),
        json!({ "unverifiedIdentifiers": "none" }),
        json!({ "yearOfBirth": 1990.0 }),
        json!({ "yearOfBirth": "1990" }),
        json!({ "yearOfBirth": [] }),
        json!({ "gender": null }),
        json!({ "id": null }),
    ] {
        let answer = answer(&world, DISCOVER, discovery(&patch), Operation::OnDiscover).await;
        assert!(answer["patient"].is_array(), "{patch}: {answer}");
    }
}

#[tokio::test]
async fn a_discovery_that_cannot_be_read_finds_nobody_and_says_so() {
    let (world, _hip) = known().await;
    for patient in [json!(null), json!("Kavya"), json!([1])] {
        let body = json!({ "transactionId": Uuid::new_v4(), "patient": patient });
        let answer = answer(&world, DISCOVER, body.clone(), Operation::OnDiscover).await;
        assert_eq!(answer["error"]["code"], "ABDM-1010", "{patient}");
        assert_eq!(answer["transactionId"], body["transactionId"]);
    }
}

#[tokio::test]
async fn half_a_surrogate_pair_is_no_reason_for_silence() {
    let (world, _hip) = known().await;
    let body = discovery(&json!({ "name": "SURROGATE" })).to_string();
    let body = body.replace("SURROGATE", "Kavya \\ud83d Nair");
    let request_id = Uuid::new_v4().to_string();
    let sent = reqwest::Client::new()
        .post(format!("{}{DISCOVER}", world.launch.url))
        .bearer_auth(world.gateway_bearer().await)
        .header("x-hip-id", FACILITY)
        .header("request-id", &request_id)
        .header("content-type", "application/json")
        .body(body);
    assert_eq!(sent.send().await.unwrap().status(), 202);
    world.sandbox.faults().always(Operation::OnDiscover, 202, Value::Null);
    let answer = world.answer(Operation::OnDiscover, &request_id).await;
    assert!(answer["patient"].is_array(), "{answer}");
}

#[tokio::test]
async fn a_data_request_without_what_it_needs_is_refused_by_an_answer() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3402", true)).await;
    world.until("visit.linked", 1).await;
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    let key = |patch: Value| json!({ "hiRequest": { "keyMaterial": patch } });
    for (patch, code) in [
        (key(json!({ "nonce": null })), "ABDM-1031"),
        (key(json!({ "nonce": 7 })), "ABDM-1031"),
        (key(json!({ "dhPublicKey": { "expiry": null } })), "ABDM-1031"),
        (key(json!({ "dhPublicKey": { "expiry": 1_800_000_000 } })), "ABDM-1031"),
        (key(json!({ "dhPublicKey": null })), "ABDM-1031"),
        (key(json!({ "cryptoAlg": null, "curve": null })), "ABDM-1031"),
        (json!({ "hiRequest": { "keyMaterial": null } }), "ABDM-1031"),
        (json!({ "hiRequest": { "dataPushUrl": null } }), "ABDM-1031"),
        (json!({ "hiRequest": { "dataPushUrl": 7 } }), "ABDM-1031"),
        (json!({ "hiRequest": { "dateRange": null } }), "ABDM-1063"),
        (json!({ "hiRequest": { "dateRange": { "from": null } } }), "ABDM-1063"),
        (json!({ "hiRequest": { "dateRange": { "from": "-100000-01-01" } } }), "ABDM-1063"),
        (json!({ "hiRequest": { "consent": null } }), "ABDM-1031"),
    ] {
        let request = HealthInformationRequest {
            patch: patch.clone(),
            ..HealthInformationRequest::new(&consent, KeyFormat::WRaw)
        };
        let refused = world.sandbox.hiu().request(request).await.unwrap_err();
        assert_eq!(refused.to_string(), format!("refused by the HIP: {code}"), "{patch}");
    }
    assert_eq!(world.sandbox.journal().count(Operation::Push), 0);
}

#[tokio::test]
async fn a_consent_with_null_lists_is_acknowledged_and_grants_nothing() {
    let (world, _hip) = known().await;
    let notify = "/api/v3/consent/request/hip/notify";
    for patch in [json!({ "careContexts": null }), json!({ "hiTypes": null })] {
        let id = Uuid::new_v4().to_string();
        let answer = answer(&world, notify, granted(&id, &patch), Operation::ConsentOnNotify).await;
        assert_eq!(answer["acknowledgement"]["status"], "OK", "{patch}: {answer}");
    }
    for patch in [
        json!({ "permission": null }),
        json!({ "permission": { "dateRange": null, "dataEraseAt": "2030-01-01" } }),
        json!({ "permission": { "dateRange": { "from": "-100000-01-01", "to": "2030-01-01" },
                                "dataEraseAt": "2030-01-01" } }),
    ] {
        let id = Uuid::new_v4().to_string();
        let answer = answer(&world, notify, granted(&id, &patch), Operation::ConsentOnNotify).await;
        assert_eq!(answer["error"]["code"], "ABDM-1006", "{patch}: {answer}");
    }
}

fn granted(id: &str, patch: &Value) -> Value {
    let mut detail = json!({
        "consentId": id, "patient": { "id": "kavya.n90@sbx" }, "hip": { "id": FACILITY },
        "careContexts": [{ "patientReference": "88001234", "careContextReference": "3401" }],
        "hiTypes": ["OPConsultation"],
        "permission": {
            "dateRange": { "from": "2020-01-01", "to": "2030-01-01" }, "dataEraseAt": "2030-01-01",
        },
    });
    for (member, value) in patch.as_object().unwrap() {
        detail[member] = value.clone();
    }
    json!({ "notification": {
        "status": "GRANTED", "consentId": id, "consentDetail": detail, "signature": "c2ln",
    }})
}

#[tokio::test]
async fn a_link_with_null_members_is_refused_by_an_answer() {
    let (world, _hip) = known().await;
    let transaction = Uuid::new_v4();
    let mut body = discovery(&json!({}));
    body["transactionId"] = json!(transaction);
    answer(&world, DISCOVER, body, Operation::OnDiscover).await;
    let init = "/api/v3/hip/link/care-context/init";
    let patient = |contexts: Value| {
        json!({ "transactionId": transaction, "abhaAddress": "somebody@sbx",
                "patient": [{ "referenceNumber": "88001234", "careContexts": contexts }] })
    };
    for contexts in [json!(null), json!([]), json!([{ "referenceNumber": null }])] {
        let answer = answer(&world, init, patient(contexts.clone()), Operation::OnInit).await;
        assert_eq!(answer["error"]["code"], "ABDM-1057", "{contexts}");
    }
    let confirm = "/api/v3/hip/link/care-context/confirm";
    for token in [json!(null), json!({}), json!(482_913)] {
        let body = json!({ "confirmation": { "token": token, "linkRefNumber": Uuid::new_v4() } });
        let answer = answer(&world, confirm, body, Operation::OnConfirm).await;
        assert_eq!(answer["error"]["code"], "ABDM-1056", "{token}");
    }
    let unreadable = answer(&world, confirm, json!({}), Operation::OnConfirm).await;
    assert_eq!(unreadable["error"]["code"], "ABDM-1006");
}

#[tokio::test]
async fn a_shared_profile_with_odd_members_is_answered() {
    let (world, _hip) = known().await;
    let share = "/api/v3/hip/patient/share";
    let body = |address: Value, counter: Value| {
        json!({ "intent": "PROFILE_SHARE", "metaData": { "hipId": FACILITY, "context": counter },
                "profile": { "patient": { "abhaAddress": address, "name": "Kavya Nair" } } })
    };
    let odd = answer(&world, share, body(json!("kavya.n90@sbx"), json!(12)), Operation::OnShare);
    assert_eq!(odd.await["acknowledgement"]["profile"]["context"], "12");
    let refused = answer(&world, share, body(json!(null), json!("12")), Operation::OnShare).await;
    assert_eq!(refused["error"]["code"], "ABDM-1006");
}

#[tokio::test]
async fn a_confirmation_that_names_no_facility_is_routed_by_its_link() {
    let sections = "[[facility]]\nid = \"IN0610099002\"\nname = \"PHC Baramati\"\n";
    let (world, _hip) = World::start_with(sections).await;
    world.push(&visit("3403", false)).await;
    world.until("care_context.registered", 1).await;
    world.until_idle().await;
    let bearer = world.gateway_bearer().await;
    let post = |path: &'static str, body: Value| {
        let (url, bearer) = (format!("{}{path}", world.launch.url), bearer.clone());
        async move {
            let request_id = Uuid::new_v4().to_string();
            let sent = reqwest::Client::new()
                .post(url)
                .bearer_auth(bearer)
                .header("request-id", &request_id)
                .header("content-type", "application/json")
                .body(body.to_string());
            (sent.send().await.unwrap().status().as_u16(), request_id)
        }
    };
    // Two facilities are served: nobody can say which of them a discovery means.
    let (status, lost) = post(DISCOVER, discovery(&json!({}))).await;
    assert_eq!(status, 404);
    world.until("access.callback_unrouted", 1).await;
    assert!(world.logged().contains(&lost), "it is in the log of the process, too");

    let phr = world.sandbox.phr();
    let mut question =
        hip_sandbox::DiscoverRequest::new(FACILITY, &hip_tests::person::abha_holder());
    question.unverified = None;
    let found = phr.discover(question).await.unwrap();
    let link = phr.link_init(&found, &found.answer.as_ref().unwrap().care_contexts).await.unwrap();
    let otp = world.sandbox.sms().wait_for_otp("9845012345", 0).await.unwrap();
    let body = json!({ "confirmation": { "token": otp, "linkRefNumber": link.reference_number } });
    let (status, _) = post("//api/v3/hip/link/care-context/confirm/", body).await;
    assert_eq!(status, 202);
    world.until("user_link.confirmed", 1).await;
}
