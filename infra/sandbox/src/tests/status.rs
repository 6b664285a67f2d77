//! Status notifications of an ABHA, in both API versions.

use serde_json::json;

use super::setting::{ADDRESS, FACILITY, SOON, Setting, demographics};
use crate::{ApiVersion, Operation, PatientStatus};

#[tokio::test]
async fn an_opt_out_is_told_in_either_version() {
    let setting = Setting::new().await;
    let phr = setting.sandbox.phr();
    let tell = |status, version| phr.patient_status(ADDRESS, FACILITY, status, version);
    let id = tell(PatientStatus::Deactivated, ApiVersion::V3);
    let callback = setting.hip.next("/api/v3/patients/status/notify").await;
    assert_eq!(callback.headers["REQUEST-ID"], id);
    let notification = json!({"status": "DEACTIVATED", "patient": {"id": ADDRESS}});
    assert_eq!(callback.body, json!({"notification": notification}));

    let id = tell(PatientStatus::Deleted, ApiVersion::V05);
    let callback = setting.hip.next("/v0.5/patients/status/notify").await;
    for header in ["REQUEST-ID", "TIMESTAMP"] {
        assert!(!callback.headers.contains_key(header), "{header}");
    }
    assert_eq!(callback.headers["X-HIP-ID"], FACILITY);
    assert_eq!(callback.body["requestId"], id.as_str());
    assert!(callback.body["timestamp"].as_str().is_some_and(crate::run::clock::is_wire));
    assert_eq!(callback.body["notification"]["status"], "DELETED");
    let journal = setting.sandbox.journal();
    let heard = journal.wait_for(SOON, |entry| entry.request_id.as_deref() == Some(&id));
    heard.await.expect("an entry");
}

#[tokio::test]
async fn a_token_for_someone_who_opted_out_is_refused_until_she_comes_back() {
    let setting = Setting::new().await;
    let phr = setting.sandbox.phr();
    phr.patient_status(ADDRESS, FACILITY, PatientStatus::Deactivated, ApiVersion::V3);
    setting.accepted(Operation::GenerateToken, demographics()).await;
    let callback = setting.hip.next("/api/v3/hip/token/on-generate-token").await;
    assert_eq!(callback.body["error"]["code"], "ABDM-1407: ");
    phr.patient_status(ADDRESS, FACILITY, PatientStatus::Active, ApiVersion::V3);
    setting.link_token().await;
}
