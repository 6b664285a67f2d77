//! Status notifications of an ABHA: the patient opted out, or activated it again.

use serde_json::json;

use super::Phr;
use crate::gateway::callbacks;
use crate::wire::callback::Callback;
use crate::wire::version::ApiVersion;

/// Status of an ABHA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatientStatus {
    /// `ACTIVE`
    Active,
    /// `DEACTIVATED`
    Deactivated,
    /// `DELETED`
    Deleted,
}

impl PatientStatus {
    /// The status as spelled in the notification.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Deactivated => "DEACTIVATED",
            Self::Deleted => "DELETED",
        }
    }
}

impl Phr {
    /// Notifies a facility of the status of an ABHA. Returns the REQUEST-ID of the notification.
    ///
    /// The HIP sends no answer, only a 2xx status, which the journal shows. Until the ABHA is active again, the
    /// gateway answers each token request for this address with ABDM-1407.
    pub fn patient_status(
        &self,
        abha_address: &str,
        facility: &str,
        status: PatientStatus,
        version: ApiVersion,
    ) -> String {
        // The v3 path is not documented; a HIP must accept both.
        let path = version.pick("/api/v3/patients/status/notify", "/v0.5/patients/status/notify");
        let body = json!({
            "notification": {"status": status.as_str(), "patient": {"id": abha_address}},
        });
        self.world.change(|state| {
            state.register.set_active(abha_address, status == PatientStatus::Active);
        });
        let callback = Callback::new(&self.world.draw, facility, path, body).in_version(version);
        let request_id = callback.request_id.clone();
        callbacks::send(&self.world, callback);
        request_id
    }
}
