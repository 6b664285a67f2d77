//! The service, the patients of the fixtures, and how a fixture is posted.

use std::path::{Path, PathBuf};

use hip_sandbox::{AbhaHolder, Operation};
use hip_tests::World;
use hip_tests::person::FACILITY;
use hip_tests::process::HipProcess;
use hip_tests::world::PATIENCE;
use serde_json::{Value, json};
use uuid::Uuid;

/// Short holds, so that what the rate limit lets through can be seen.
const SECTIONS: &str = "[linking]\nduplicate_window_s = 0\nsms_without_abha = true\n\
                        [transfer]\nconsent_wait_s = 1\n";

/// A running service with the fixtures' people.
pub(super) struct Stage {
    pub(super) world: World,
    bearer: String,
    _hip: HipProcess,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures/gateway")
}

/// The fixture with this number.
pub(super) fn fixture(number: u32) -> Value {
    let start = format!("{number:02}-");
    let file = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap())
        .find(|file| file.file_name().to_string_lossy().starts_with(&start));
    let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
    serde_json::from_str(&text.replace("PAT-7001", BENEFICIARY)).unwrap()
}

/// The patient of nearly all fixtures.
pub(super) const BENEFICIARY: &str = "7001";

pub(super) fn meera() -> AbhaHolder {
    AbhaHolder {
        abha_address: "meera.k22@sbx".to_owned(),
        abha_number: "91000000000101".to_owned(),
        name: "Meera Kulkarni".to_owned(),
        gender: "F".to_owned(),
        year_of_birth: 1988,
        mobile: "9800000101".to_owned(),
    }
}

/// Who stands in a visit document.
pub(super) struct Patient<'a> {
    pub(super) beneficiary: &'a str,
    pub(super) name: &'a str,
    pub(super) born: &'a str,
    pub(super) phone: &'a str,
    /// Address and number.
    pub(super) abha: Option<(&'a str, &'a str)>,
}

pub(super) const MEERA: Patient<'static> = Patient {
    beneficiary: BENEFICIARY,
    name: "Meera Kulkarni",
    born: "1988-04-09",
    phone: "9800000101",
    abha: Some(("meera.k22@sbx", "91-0000-0000-0101")),
};

pub(super) fn visit(code: &str, patient: &Patient<'_>, complaint: &str) -> Value {
    let mut beneficiary = json!({
        "beneficiaryId": patient.beneficiary,
        "beneficiaryRegId": patient.beneficiary,
        "name": patient.name,
        "gender": "Female",
        "dateOfBirth": patient.born,
        "phone": patient.phone,
    });
    if let Some((address, number)) = patient.abha {
        beneficiary["abhaAddress"] = json!(address);
        beneficiary["abhaNumber"] = json!(number);
    }
    json!({
        "schemaVersion": "1.0",
        "eventId": Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{code}{complaint}").as_bytes()),
        "visit": {
            "visitCode": code,
            "visitDate": "2026-09-12T10:15:00+05:30",
            "category": "General OPD",
            "docFlag": 9,
        },
        "beneficiary": beneficiary,
        "facility": { "abdmFacilityId": FACILITY, "abdmFacilityName": "PHC Ambegaon" },
        "practitioner": { "userId": "12", "fullName": "Dr. Test Doctor", "employeeId": "E-12" },
        "chiefComplaints": [{ "complaint": complaint, "sctCode": "37796009", "sctTerm": "Migraine" }],
        "prescriptions": [{ "genericName": "Sumatriptan", "form": "Tablet", "frequency": "SOS" }],
    })
}

impl Stage {
    /// `None` if the fixtures are not there.
    pub(super) async fn start() -> Option<Self> {
        if !folder().exists() {
            eprintln!("there are no fixtures in {}", folder().display());
            return None;
        }
        let (world, hip) = World::start_with(SECTIONS).await;
        world.sandbox.register_abha(meera());
        let bearer = world.gateway_bearer().await;
        Some(Self { world, bearer, _hip: hip })
    }

    /// Both visits of the patient, not linked: the gateway is silent about the token.
    pub(super) async fn with_unlinked_visits() -> Option<Self> {
        let stage = Self::start().await?;
        stage.world.sandbox.faults().silence(Operation::GenerateToken, 1);
        for code in ["30027000000541", "30027000000588"] {
            assert_eq!(stage.world.push(&visit(code, &MEERA, "Headache")).await.0, 201);
        }
        stage.world.until("care_context.registered", 2).await;
        stage.world.until("link_token.requested", 1).await;
        Some(stage)
    }

    /// The simulator takes the next calls of an operation whatever they say: it has not asked.
    pub(super) fn take(&self, operation: Operation, count: u64) {
        for nth in 1..=count {
            self.world.sandbox.faults().refuse(operation, nth, 202, Value::Null);
        }
    }

    /// Posts a fixture. Every callback is answered 202, with an empty body.
    pub(super) async fn post(&self, fixture: &Value) {
        let url = format!("{}{}", self.world.launch.url, fixture["path"].as_str().unwrap());
        let client = reqwest::Client::builder().build().unwrap();
        let mut request = client.post(url).body(fixture["body"].to_string());
        for (name, value) in fixture["headers"].as_object().unwrap() {
            let value = value.as_str().unwrap().replace("{{GATEWAY_JWT}}", &self.bearer);
            request = request.header(name, value);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 202, "{}", fixture["path"]);
        assert_eq!(response.text().await.unwrap(), "");
    }

    /// Posts a fixture that is answered, and returns the answer.
    pub(super) async fn ask(&self, number: u32, operation: Operation) -> Value {
        self.ask_with(&fixture(number), operation).await
    }

    pub(super) async fn ask_with(&self, fixture: &Value, operation: Operation) -> Value {
        self.take(operation, 1);
        self.post(fixture).await;
        self.world.answer(operation, request_id(fixture)).await
    }

    /// The id of the `nth` call (from 1) of an operation, when it has been answered.
    pub(super) async fn call(&self, operation: Operation, nth: usize) -> String {
        let journal = self.world.sandbox.journal();
        let calls = |entries: &[std::sync::Arc<hip_sandbox::Entry>]| {
            entries
                .iter()
                .filter(|entry| entry.operation == Some(operation) && entry.status.is_some())
                .nth(nth - 1)
                .and_then(|entry| entry.request_id.clone())
        };
        let seen = journal.wait_until(PATIENCE, |entries| calls(entries).is_some()).await;
        seen.unwrap_or_else(|_| panic!("no call {nth} of {operation:?}"));
        calls(&journal.snapshot()).unwrap()
    }

    /// The clear parts of all events with this name, oldest first.
    pub(super) async fn events(&self, name: &str) -> Vec<Value> {
        let bodies: Vec<(i16, Vec<u8>)> = sqlx::query_as(
            "SELECT codec, body FROM es.event WHERE event_type = $1 ORDER BY position",
        )
        .bind(name)
        .fetch_all(&self.world.pool)
        .await
        .unwrap();
        bodies.iter().map(|(codec, body)| clear(*codec, body)[name].clone()).collect()
    }
}

/// Codec 0 is JSON; codec 1 has the length of its JSON in front.
fn clear(codec: i16, body: &[u8]) -> Value {
    let json = if codec == 0 {
        body
    } else {
        let (length, rest) = body.split_first_chunk::<4>().unwrap();
        &rest[..usize::try_from(u32::from_be_bytes(*length)).unwrap()]
    };
    serde_json::from_slice(json).unwrap()
}

/// The request id of a fixture, wherever its API version has it.
pub(super) fn request_id(fixture: &Value) -> &str {
    fixture["headers"]["REQUEST-ID"]
        .as_str()
        .or_else(|| fixture["body"]["requestId"].as_str())
        .unwrap()
}

/// The fixture as the answer to one of our calls.
pub(super) fn answering(number: u32, call: &str) -> Value {
    let mut fixture = fixture(number);
    fixture["body"]["response"]["requestId"] = json!(call);
    fixture
}
