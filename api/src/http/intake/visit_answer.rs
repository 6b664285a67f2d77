//! Parts of the response to a pushed visit, single or in a stream: warnings, and why it was not stored.

use abdm_fhir::VisitWarning;
use axum::http::StatusCode;
use hip_commands::log::dispatch::DispatchError;
use hip_commands::visits::push::RecordError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::middleware::problem::{Fault, Problem};

/// One warning about a visit document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Warning {
    /// Path in the document.
    #[schema(example = "vitals.diastolic")]
    pub(crate) path: String,
    /// Name of the rule.
    #[schema(example = "bloodPressure")]
    pub(crate) rule: String,
    /// Description of the warning.
    #[schema(example = "is not below vitals.systolic")]
    pub(crate) text: String,
}

impl From<VisitWarning> for Warning {
    fn from(VisitWarning { path, rule, text }: VisitWarning) -> Self {
        Self { path, rule: rule.as_str().to_owned(), text }
    }
}

/// The problem for the sender of a rejected visit document.
pub(in crate::http) fn problem(error: &RecordError) -> Problem {
    let invalid = |detail| {
        let title = "The visit document is not valid";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-visit", title, detail)
    };
    match error {
        RecordError::Invalid(errors) => {
            let faults = errors.iter().map(|error| Fault {
                path: error.path.clone(),
                rule: error.rule.as_str().to_owned(),
                message: error.message.clone(),
            });
            invalid("correct the fields listed in `errors` and send it again")
                .with_faults(faults.collect())
        }
        RecordError::Identifier { path, source } => invalid("correct the field listed in `errors`")
            .with_faults(vec![fault(path, "pattern", &source.to_string())]),
        RecordError::UnknownFacility => Problem::new(
            StatusCode::FORBIDDEN,
            "foreign-facility",
            "The facility is not the caller's",
            "send the visit to the service of its facility, with a key for it",
        )
        .with_faults(vec![fault(
            "facility.abdmFacilityId",
            "facility",
            "must be the caller's",
        )]),
        RecordError::Visit(DispatchError::Refused(refusal)) => Problem::new(
            StatusCode::CONFLICT,
            "conflict",
            "The push contradicts an earlier one",
            refusal.to_string(),
        ),
        RecordError::Visit(_) | RecordError::Person(_) | RecordError::Vault(_) => {
            tracing::error!(%error, "a visit could not be stored");
            Problem::unavailable()
        }
    }
}

fn fault(path: &str, rule: &str, message: &str) -> Fault {
    Fault { path: path.to_owned(), rule: rule.to_owned(), message: message.to_owned() }
}
