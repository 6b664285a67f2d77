//! User-initiated link: send an OTP, reply to the gateway, mark the care contexts.

use hip_domain::event::Event;
use hip_domain::outbound::Call;
use hip_domain::recorded::Recorded;
use hip_domain::user_link::{OtpRefusal, UserLinkEvent};

use super::request_id;
use crate::operations::abdm_error::OwnCode;
use crate::tasks::{Planned, Task};

pub(super) fn of_user_link(recorded: &Recorded<Event>, event: &UserLinkEvent) -> Vec<Planned> {
    let Some(link) = recorded.stream.link_reference() else {
        return vec![];
    };
    let call = match event {
        UserLinkEvent::Initiated { .. } => return vec![Task::SendOtp { link }.into()],
        UserLinkEvent::OtpIssued { .. } => return vec![],
        UserLinkEvent::OtpSent { request_id, transaction } => Call::OnInit {
            transaction: transaction.clone(),
            link: Some(link),
            error: None,
            in_reply_to: *request_id,
        },
        UserLinkEvent::OtpFailed { request_id, transaction, code, .. } => Call::OnInit {
            transaction: transaction.clone(),
            link: None,
            error: Some(code.clone().unwrap_or_else(|| OwnCode::OtpNotSent.into())),
            in_reply_to: *request_id,
        },
        UserLinkEvent::Confirmed { request_id } => {
            Call::OnConfirm { link: Some(link), error: None, in_reply_to: *request_id }
        }
        UserLinkEvent::Refused { request_id, why, .. } => {
            let error = match why {
                OtpRefusal::Wrong | OtpRefusal::Expired => OwnCode::OtpRefused.into(),
                OtpRefusal::Void => OwnCode::UnknownLinkReference.into(),
            };
            Call::OnConfirm { link: Some(link), error: Some(error), in_reply_to: *request_id }
        }
        UserLinkEvent::Linked { facts, confirmed_by } => {
            return facts
                .chosen
                .iter()
                .map(|chosen| {
                    let task = Task::LinkByPatient {
                        care_context: chosen.stream.clone(),
                        request_id: *confirmed_by,
                        hi_types: chosen.hi_types.clone(),
                    };
                    task.into()
                })
                .collect();
        }
    };
    vec![Task::Call { request_id: request_id(recorded, 0), call }.into()]
}
