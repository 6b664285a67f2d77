//! Reads the calls of this service: which were accepted, and what that proves.

use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::event::Event;
use hip_domain::id::{ConsentId, ErrorCode, RequestId, TransactionId};
use hip_domain::outbound::{Call, OutboundEvent};
use hip_domain::recorded::Recorded;

use super::super::check::Check;
use super::{Found, Ledger};

/// The time limit from a health information request to the final notification.
const TRANSFER_MAX: TimeDelta = TimeDelta::hours(2);

/// An accepted call.
struct Taken {
    request_id: RequestId,
    at: DateTime<Utc>,
    status: u16,
}

impl Ledger {
    pub(super) fn note_call(&mut self, recorded: &Recorded<Event>, event: &OutboundEvent) {
        let Some(request_id) = recorded.stream.request_id() else { return };
        if let OutboundEvent::Planned { call, facility } = event
            && *facility == self.facility
        {
            self.ours.insert(request_id);
            let wanted = self.wanted(call);
            self.try_for(&wanted);
        }
        if !self.ours.contains(&request_id) {
            return;
        }
        match event {
            OutboundEvent::Accepted { call, status } => {
                let taken = Taken { request_id, at: recorded.recorded_at, status: *status };
                self.note_taken(call, &taken);
            }
            OutboundEvent::Abandoned { call, status, code, .. } => {
                let wanted = self.wanted(call);
                let status = status.map(|status| format!(" HTTP {status}")).unwrap_or_default();
                let code = code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
                self.slip(&wanted, &format!("the call was given up:{status}{code}"));
            }
            OutboundEvent::Answered { call: Call::SmsNotify { .. }, code, .. } => {
                self.note_sms(request_id, recorded.recorded_at, code.as_ref());
            }
            OutboundEvent::Planned { .. }
            | OutboundEvent::Attempted { .. }
            | OutboundEvent::Failed { .. }
            | OutboundEvent::Answered { .. }
            | OutboundEvent::Suppressed { .. }
            | OutboundEvent::Resumed { .. }
            | OutboundEvent::ReplayRequested { .. } => {}
        }
    }

    /// The checks that this call proves if it succeeds.
    fn wanted(&self, call: &Call) -> Vec<Check> {
        match call {
            Call::GenerateToken { .. } => vec![Check::TokenAnswered, Check::TokenCame],
            Call::LinkCareContext { .. } => vec![Check::Linked, Check::TokenUsed],
            Call::SmsNotify { .. } => vec![Check::SmsSent],
            Call::OnDiscover { in_reply_to, .. } => match self.discoveries.get(in_reply_to) {
                Some(Found::Patient { .. }) => vec![Check::Matched],
                Some(Found::Nobody(_)) => vec![Check::NotMatched],
                None => vec![],
            },
            Call::ConsentOnNotify { consent, error: None, .. } => {
                let changes = self.consents.get(consent);
                let change = changes.and_then(|changes| changes.front());
                change.map(|change| change.sighting()).into_iter().collect()
            }
            Call::OnRequest { error: None, .. } | Call::NotifyTransfer { .. } => {
                vec![Check::Delivered]
            }
            Call::OnRequest { error: Some(_), .. } => vec![Check::RequestRefused],
            Call::OnInit { error: None, .. } => vec![Check::InitAnswered],
            Call::OnConfirm { error: None, .. } => vec![Check::LinkedByPatient],
            Call::OnConfirm { error: Some(_), in_reply_to, .. }
                if self.wrong_otps.contains(in_reply_to) =>
            {
                vec![Check::OtpRefused]
            }
            Call::OnShare { error: None, .. } => vec![Check::ProfileShared],
            Call::ConsentOnNotify { .. }
            | Call::OnInit { .. }
            | Call::OnConfirm { .. }
            | Call::OnShare { .. }
            | Call::PushPage { .. }
            | Call::ContextNotify { .. } => vec![],
        }
    }

    fn note_taken(&mut self, call: &Call, taken: &Taken) {
        let Taken { request_id, at, status } = *taken;
        match call {
            Call::GenerateToken { .. } | Call::LinkCareContext { .. } | Call::SmsNotify { .. } => {
                self.taken.insert(request_id, at);
            }
            Call::OnDiscover { in_reply_to, .. } => self.note_discovered(*in_reply_to, taken),
            Call::ConsentOnNotify { consent, error: None, .. } => {
                self.note_acknowledged(consent, taken);
            }
            Call::OnRequest { error: Some(code), .. } => {
                self.see(Check::RequestRefused, Some(request_id), || {
                    format!("request refused: on-request error.code {code}, {status}")
                });
            }
            Call::NotifyTransfer { transaction } => self.note_delivered(transaction, taken),
            Call::OnInit { error: None, .. } => {
                self.see(Check::InitAnswered, Some(request_id), || {
                    format!("link on-init with referenceNumber {status}")
                });
            }
            Call::OnConfirm { error: None, .. } => {
                self.see(Check::LinkedByPatient, Some(request_id), || {
                    format!("right OTP: link on-confirm with what was chosen {status}")
                });
            }
            Call::OnConfirm { error: Some(code), in_reply_to, .. } => {
                if self.wrong_otps.remove(in_reply_to) {
                    self.see(Check::OtpRefused, Some(request_id), || {
                        format!("wrong OTP: link on-confirm error.code {code}, {status}")
                    });
                }
            }
            Call::OnShare { error: None, .. } => {
                self.see(Check::ProfileShared, Some(request_id), || {
                    format!("profile shared: on-share with a token {status}")
                });
            }
            Call::ConsentOnNotify { .. }
            | Call::OnRequest { .. }
            | Call::OnInit { .. }
            | Call::OnShare { .. }
            | Call::PushPage { .. }
            | Call::ContextNotify { .. } => {}
        }
    }

    fn note_sms(&mut self, request_id: RequestId, at: DateTime<Utc>, code: Option<&ErrorCode>) {
        let wanted = [Check::SmsSent];
        match code {
            Some(code) => self.slip(&wanted, &format!("sms on-notify error.code {code}")),
            None if self.is_in_time(request_id, at, &wanted) => {
                self.see(Check::SmsSent, Some(request_id), || {
                    format!("sms/notify2, on-notify SUCCESS, response.requestId {request_id}")
                });
            }
            None => {}
        }
    }

    fn note_discovered(&mut self, in_reply_to: RequestId, taken: &Taken) {
        let (request_id, status) = (Some(taken.request_id), taken.status);
        match self.discoveries.remove(&in_reply_to) {
            Some(Found::Patient { by, care_contexts }) => {
                self.see(Check::Matched, request_id, || {
                    let by = by.join(", ");
                    format!("on-discover matchedBy [{by}], {care_contexts} care contexts, {status}")
                });
            }
            Some(Found::Nobody(code)) => self.see(Check::NotMatched, request_id, || {
                format!("no match: on-discover error.code {code}, no patient, {status}")
            }),
            None => {}
        }
    }

    fn note_acknowledged(&mut self, consent: &ConsentId, taken: &Taken) {
        let Some(changes) = self.consents.get_mut(consent) else { return };
        let Some(change) = changes.pop_front() else { return };
        self.see(change.sighting(), Some(taken.request_id), || {
            format!("consent {} kept, on-notify acknowledged {}", change.as_str(), taken.status)
        });
    }

    fn note_delivered(&mut self, transaction: &TransactionId, taken: &Taken) {
        let Some(transfer) = self.transfers.remove(transaction) else { return };
        let wanted = [Check::Delivered];
        match transfer.end {
            Some(Ok(())) if taken.at - transfer.asked_at > TRANSFER_MAX => {
                self.slip(&wanted, "the transfer took longer than two hours");
            }
            Some(Ok(())) => self.see(Check::Delivered, Some(taken.request_id), || {
                let (count, status) = (transfer.care_contexts, taken.status);
                format!(
                    "{count} care contexts pushed and taken, notify TRANSFERRED DELIVERED {status}"
                )
            }),
            Some(Err(why)) => self.slip(&wanted, &why),
            None => {}
        }
    }
}
