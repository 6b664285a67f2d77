//! Texts for operators about why something is not linked.

use hip_commands::operations::abdm_error;
use hip_domain::id::ErrorCode;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use utoipa::ToSchema;

/// The error of a link; `null` if there is none.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct LinkError(pub(crate) Option<LinkErrorDetail>);

/// An error of the network.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Trouble)]
pub(crate) struct LinkErrorDetail {
    /// Its code, or the HTTP status if the network gave no code.
    #[schema(example = "ABDM-1207")]
    pub(crate) code: String,
    /// Meaning of the error.
    pub(crate) what: String,
    /// What to do.
    #[schema(value_type = String)]
    pub(crate) cure: &'static str,
}

impl FromRow<'_, PgRow> for LinkError {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let code: Option<String> = row.try_get("link_error")?;
        let about: Option<String> = row.try_get("link_error_about")?;
        let said: Option<String> = row.try_get("link_said")?;
        let code = code.and_then(|code| ErrorCode::parse(code).ok());
        Ok(Self(code.map(|code| detail(&code, about.as_deref(), said))))
    }
}

/// A code has several meanings, depending on whether the token or the link was refused.
fn detail(code: &ErrorCode, about: Option<&str>, said: Option<String>) -> LinkErrorDetail {
    let context = match about {
        Some("token") => abdm_error::Context::OnGenerateToken,
        Some(_) | None => abdm_error::Context::OnCareContext,
    };
    let entry = abdm_error::lookup(code, context);
    let what = match said {
        Some(said) => format!("{}; it said: {said}", entry.what),
        None => entry.what.to_owned(),
    };
    LinkErrorDetail { code: code.to_string(), what, cure: entry.cure }
}

#[cfg(test)]
mod tests {
    use hip_commands::operations::abdm_error::OwnCode;

    use super::*;

    #[test]
    fn a_refused_link_is_not_explained_as_a_consent() {
        let code = ErrorCode::parse("ABDM-1062").unwrap();
        let of_link = detail(&code, Some("link"), None);
        assert_eq!(of_link.what, "the link token was given for another ABHA number");
        let of_token = detail(&ErrorCode::parse("ABDM-1207").unwrap(), Some("token"), None);
        assert!(of_token.what.contains("differ") || of_token.what.contains("not"), "{of_token:?}");
        let unknown = detail(&OwnCode::Unknown.into(), Some("link"), Some("queued".to_owned()));
        assert!(unknown.what.ends_with("it said: queued"), "{unknown:?}");
    }
}
