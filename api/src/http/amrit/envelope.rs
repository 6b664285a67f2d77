//! AMRIT's envelope.

use axum::Json;
use axum::response::{IntoResponse, Response};
use hip_commands::linking::amrit::AmritError;
use serde::Serialize;
use serde_json::{Value, json};

/// AMRIT's status code of a failure.
const FAILED: u16 = 5000;

/// A response. Its HTTP status is always 200. Not printable: it may contain a link token.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Envelope {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    status_code: u16,
    error_message: String,
    status: String,
}

impl Envelope {
    /// Success, with an object or a list.
    pub(super) fn ok(data: Value) -> Self {
        Self {
            data: Some(data),
            status_code: 200,
            error_message: "Success".to_owned(),
            status: "Success".to_owned(),
        }
    }

    /// Success with a text.
    pub(super) fn said(text: &str) -> Self {
        Self::ok(json!({ "response": text }))
    }

    /// Failure. The text is shown to the user.
    pub(super) fn failed(why: impl Into<String>) -> Self {
        let why = why.into();
        Self { data: None, status_code: FAILED, error_message: why.clone(), status: why }
    }
}

impl From<AmritError> for Envelope {
    fn from(error: AmritError) -> Self {
        match error {
            AmritError::Identifier { .. }
            | AmritError::UnknownPerson
            | AmritError::OtherPatient => Self::failed(error.to_string()),
            AmritError::Token(_)
            | AmritError::Call(_)
            | AmritError::Visit(_)
            | AmritError::CareContext(_)
            | AmritError::Person(_)
            | AmritError::Vault(_)
            | AmritError::Viewing(_)
            | AmritError::Log(_) => {
                tracing::error!(%error, "a request of AMRIT could not be answered");
                Self::failed("The service is not available at the moment, please try again")
            }
        }
    }
}

impl IntoResponse for Envelope {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_come_in_the_order_that_amrit_writes() {
        let ok = serde_json::to_string(&Envelope::said("done")).unwrap();
        assert_eq!(
            ok,
            r#"{"data":{"response":"done"},"statusCode":200,"errorMessage":"Success","status":"Success"}"#
        );
        let failed = serde_json::to_string(&Envelope::failed("no")).unwrap();
        assert_eq!(failed, r#"{"statusCode":5000,"errorMessage":"no","status":"no"}"#);
    }
}
