//! Interprets refusals of token and link requests with the error table.

use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::care_context::{CareContextCommand, LinkRefusal};
use hip_domain::id::{ErrorCode, RequestId};
use hip_domain::link_token::Refusal;

use crate::operations::abdm_error::{self, Context, Mark, OwnCode, Retry};

/// How a refused token request affects the next one.
pub(crate) fn of_token(code: &ErrorCode, context: Context) -> Refusal {
    if OwnCode::NoAnswer.is(code) {
        return Refusal::Passing;
    }
    match abdm_error::lookup(code, context).retry {
        Retry::Now | Retry::Later { .. } | Retry::AlreadyDone => Refusal::Passing,
        Retry::Hold { hold_s } => Refusal::Hold(TimeDelta::seconds(i64::from(hold_s))),
        Retry::AfterFix | Retry::Never => Refusal::Final,
    }
}

/// The gateway's reply to a link request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LinkAnswer {
    /// The care context was linked.
    Linked,
    /// It had been linked before.
    LinkedBefore,
    /// It was not linked.
    Refused {
        /// The gateway's error code.
        code: ErrorCode,
        /// The known words of its status, if there is no code and the status could not be interpreted.
        said: Option<String>,
    },
}

impl From<ErrorCode> for LinkAnswer {
    fn from(code: ErrorCode) -> Self {
        Self::Refused { code, said: None }
    }
}

/// The care context command for a reply to a link request.
pub(crate) fn command(
    request_id: RequestId,
    answer: LinkAnswer,
    context: Context,
    now: DateTime<Utc>,
) -> CareContextCommand {
    let (code, said) = match answer {
        LinkAnswer::Linked => {
            return CareContextCommand::ConfirmLink { request_id, already: false };
        }
        LinkAnswer::LinkedBefore => {
            return CareContextCommand::ConfirmLink { request_id, already: true };
        }
        LinkAnswer::Refused { code, said } => (code, said),
    };
    let reject = |refusal| CareContextCommand::RejectLink {
        request_id,
        code: code.clone(),
        refusal,
        said: said.clone(),
        now,
    };
    if OwnCode::NoAnswer.is(&code) {
        return reject(LinkRefusal::Passing);
    }
    let entry = abdm_error::lookup(&code, context);
    if entry.mark == Some(Mark::LinkTokenRefused) {
        return reject(LinkRefusal::Token);
    }
    match entry.retry {
        Retry::AlreadyDone => CareContextCommand::ConfirmLink { request_id, already: true },
        Retry::Now | Retry::Later { .. } | Retry::Hold { .. } => reject(LinkRefusal::Passing),
        Retry::AfterFix | Retry::Never => reject(LinkRefusal::Final),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str) -> Refusal {
        of_token(&ErrorCode::parse(code).unwrap(), Context::OnGenerateToken)
    }

    #[test]
    fn a_block_holds_for_a_day_and_wrong_data_for_ever() {
        assert_eq!(of("ABDM-1027"), Refusal::Hold(TimeDelta::hours(24)));
        assert_eq!(of("ABDM-1092"), Refusal::Hold(TimeDelta::minutes(7)));
        assert_eq!(of("ABDM-1207"), Refusal::Final);
        assert_eq!(of("ABDM-1024"), Refusal::Passing);
        assert_eq!(of(OwnCode::NoAnswer.as_str()), Refusal::Passing);
    }

    #[test]
    fn already_linked_is_linked_and_a_refused_token_is_replaced() {
        let request_id = RequestId(uuid::Uuid::from_u128(1));
        let of = |code| {
            let now = DateTime::UNIX_EPOCH;
            command(request_id, ErrorCode::parse(code).unwrap().into(), Context::OnCareContext, now)
        };
        assert_eq!(of("ABDM-1056"), CareContextCommand::ConfirmLink { request_id, already: true });
        for code in ["ABDM-1026", "ABDM-1038", "ABDM-1062", "ABDM-1063", "ABDM-1066"] {
            let CareContextCommand::RejectLink { refusal, .. } = of(code) else { panic!("{code}") };
            assert_eq!(refusal, LinkRefusal::Token, "{code}");
        }
        let CareContextCommand::RejectLink { refusal, .. } = of("ABDM-1037") else { panic!() };
        assert_eq!(refusal, LinkRefusal::Final);
    }
}
