//! Consent artefacts and the notifications about them (contract section 7).

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::run::clock;
use crate::wire::care_context::CareContext;
use crate::wire::flow_error::HipError;
use crate::wire::version::ApiVersion;

/// Consent status in a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentStatus {
    /// `GRANTED`
    Granted,
    /// `REVOKED`
    Revoked,
    /// `EXPIRED`
    Expired,
    /// `DENIED`
    Denied,
}

impl ConsentStatus {
    /// The status as spelled in the notification.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "GRANTED",
            Self::Revoked => "REVOKED",
            Self::Expired => "EXPIRED",
            Self::Denied => "DENIED",
        }
    }
}

/// How much of the artefact a notification carries. Each of the three forms is documented by some source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Artefact {
    /// `consentDetail` and `signature` in full.
    Whole,
    /// `consentDetail` and `signature` are null.
    Null,
    /// Both members are absent: the notification has only status and id.
    Absent,
}

/// The patient's decisions in a grant. `None` keeps the requested value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// Pairs of patient reference and care context reference.
    ///
    /// `None` grants all linked care contexts of the facility with a granted hi type.
    pub care_contexts: Option<Vec<(String, String)>>,
    /// The granted hi types.
    pub hi_types: Option<Vec<String>>,
    /// Permitted range of record dates.
    pub date_range: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// When the data must be deleted and no more may be sent.
    pub data_erase_at: Option<DateTime<Utc>>,
}

/// The consent request of an HIU, before the patient grants it.
#[derive(Clone, Debug)]
pub(crate) struct RequestedConsent {
    pub(crate) abha_address: String,
    pub(crate) facility: String,
    pub(crate) purpose_code: String,
    pub(crate) purpose_text: String,
    pub(crate) hi_types: Vec<String>,
    pub(crate) date_range: (DateTime<Utc>, DateTime<Utc>),
    pub(crate) data_erase_at: DateTime<Utc>,
    /// API version in which the HIP is notified.
    pub(crate) version: ApiVersion,
}

/// One notification about a consent.
pub(crate) struct Notice {
    pub(crate) request_id: String,
    status: ConsentStatus,
    pub(crate) answer: Option<Result<(), HipError>>,
    pub(crate) answered_at: Option<DateTime<Utc>>,
}

/// A consent artefact and the notifications sent to the HIP about it.
pub(crate) struct ConsentRecord {
    pub(crate) request: RequestedConsent,
    /// `consentDetail`
    pub(crate) detail: Value,
    pub(crate) notices: Vec<Notice>,
}

impl ConsentRecord {
    pub(crate) fn new(request: RequestedConsent, detail: Value) -> Self {
        Self { request, detail, notices: vec![] }
    }

    pub(crate) fn announce(&mut self, request_id: &str, status: ConsentStatus) {
        let request_id = request_id.to_owned();
        self.notices.push(Notice { request_id, status, answer: None, answered_at: None });
    }

    pub(crate) fn answer_to(&self, request_id: &str) -> Option<Result<(), HipError>> {
        self.notices.iter().find(|notice| notice.request_id == request_id)?.answer.clone()
    }

    pub(crate) fn care_context_references(&self) -> BTreeSet<&str> {
        self.detail["careContexts"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|context| context["careContextReference"].as_str())
            .collect()
    }

    /// Whether the HIP acknowledged before `at` that the consent has ended.
    ///
    /// A page that was sent before that acknowledgement is not a violation.
    pub(crate) fn ended_before(&self, at: DateTime<Utc>) -> bool {
        self.notices.iter().any(|notice| {
            notice.status != ConsentStatus::Granted
                && matches!(notice.answer, Some(Ok(())))
                && notice.answered_at.is_some_and(|answered_at| answered_at < at)
        })
    }

    pub(crate) fn data_erase_at(&self) -> Option<DateTime<Utc>> {
        clock::read_wire(self.detail["permission"]["dataEraseAt"].as_str()?)
    }

    pub(super) fn notification(
        &self,
        consent_id: &str,
        status: ConsentStatus,
        artefact: Artefact,
        signature: &str,
    ) -> Value {
        let mut notification = json!({"status": status.as_str(), "consentId": consent_id});
        match artefact {
            Artefact::Whole => {
                notification["consentDetail"] = self.detail.clone();
                notification["signature"] = json!(STANDARD.encode(signature));
                notification["grantAcknowledgement"] = json!(false);
            }
            Artefact::Null => {
                notification["consentDetail"] = Value::Null;
                notification["signature"] = Value::Null;
            }
            Artefact::Absent => {}
        }
        json!({"notification": notification})
    }
}

/// Builds the consent artefact from a request and the patient's grant.
pub(super) fn artefact(
    consent_id: &str,
    request: &RequestedConsent,
    grant: Grant,
    hip_name: &str,
    linked: &[CareContext],
) -> Value {
    let hi_types = grant.hi_types.unwrap_or_else(|| request.hi_types.clone());
    let care_contexts = grant.care_contexts.unwrap_or_else(|| {
        let here = linked.iter().filter(|context| {
            context.facility == request.facility
                // A care context that was linked in v0.5 has no hi type, so it matches all of them.
                && (context.hi_type.is_empty() || hi_types.contains(&context.hi_type))
        });
        let pairs: BTreeSet<(String, String)> =
            here.map(|c| (c.patient_reference.clone(), c.care_context_reference.clone())).collect();
        pairs.into_iter().collect()
    });
    let (from, to) = grant.date_range.unwrap_or(request.date_range);
    let care_contexts: Vec<Value> = care_contexts
        .iter()
        .map(|(patient, context)| {
            json!({"patientReference": patient, "careContextReference": context})
        })
        .collect();
    json!({
        "schemaVersion": "v3",
        "consentId": consent_id,
        "createdAt": clock::wire(clock::now()),
        "patient": {"id": request.abha_address},
        "careContexts": care_contexts,
        "purpose": {
            "text": request.purpose_text,
            "code": request.purpose_code,
            "refUri": "www.abdm.gov.in",
        },
        "hip": {"id": request.facility, "name": hip_name, "type": "HIP"},
        "hiu": {"id": "IN0610099900", "name": "Test District Hospital", "type": "HIU"},
        "consentManager": {"id": "sbx"},
        "requester": {
            "name": "Dr Test Requester",
            "identifier": {
                "type": "REGNO",
                "value": "MH-1001",
                "system": "https://www.mciindia.org",
            },
        },
        "hiTypes": hi_types,
        "permission": {
            "accessMode": "VIEW",
            "dateRange": {"from": clock::wire(from), "to": clock::wire(to)},
            "dataEraseAt": clock::wire(grant.data_erase_at.unwrap_or(request.data_erase_at)),
            "frequency": {"unit": "HOUR", "value": 1, "repeats": 0},
        },
    })
}
