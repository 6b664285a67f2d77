//! Why something is not linked, in words for who can mend it.

use hip_commands::abdm_error;
use hip_domain::id::ErrorCode;
use serde::Serialize;
use utoipa::ToSchema;

/// What is in the way of a link; `null` when nothing is wrong.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct LinkError(Option<Trouble>);

/// An error of the network.
#[derive(Serialize, ToSchema)]
pub(crate) struct Trouble {
    /// Its code.
    #[schema(example = "ABDM-1207")]
    code: String,
    /// What it means.
    #[schema(value_type = String)]
    what: &'static str,
    /// What to do.
    #[schema(value_type = String)]
    cure: &'static str,
}

impl From<Option<String>> for LinkError {
    fn from(code: Option<String>) -> Self {
        let code = code.and_then(|code| ErrorCode::parse(code).ok());
        Self(code.map(|code| {
            let entry = abdm_error::lookup(&code, abdm_error::Context::OnGenerateToken);
            Trouble { code: code.to_string(), what: entry.what, cure: entry.cure }
        }))
    }
}
