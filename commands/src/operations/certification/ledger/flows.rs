//! Reads the events of the flows, except those of calls.

use hip_domain::care_context::CareContextEvent;
use hip_domain::consent::ConsentEvent;
use hip_domain::discovery::DiscoveryEvent;
use hip_domain::event::Event;
use hip_domain::id::{ConsentId, RequestId};
use hip_domain::inbound::{CallbackKind, InboundEvent};
use hip_domain::link_token::LinkTokenEvent;
use hip_domain::patient::PatientEvent;
use hip_domain::recorded::Recorded;
use hip_domain::transfer::TransferEvent;
use hip_domain::user_link::{OtpRefusal, UserLinkEvent};
use hip_domain::visit::VisitEvent;

use super::super::check::Check;
use super::{ConsentChange, Found, Ledger, Transfer};

/// The code with which the gateway refuses demographics that differ from the ABHA. It may have a prefix.
const MISMATCH: &str = "1207";

impl Ledger {
    pub(super) fn note_flow(&mut self, recorded: &Recorded<Event>) {
        if let Event::LinkToken(event) = &recorded.event {
            self.note_token(recorded, event);
        } else if let Event::CareContext(event) = &recorded.event {
            self.note_care_context(recorded, event);
        } else if let Event::Discovery(event) = &recorded.event {
            self.note_discovery(event);
        } else if let Event::Consent(event) = &recorded.event {
            self.note_consent(event);
        } else if let Event::Transfer(event) = &recorded.event {
            self.note_transfer(recorded, event);
        } else if let Event::UserLink(UserLinkEvent::Refused { request_id, why, .. }) =
            &recorded.event
        {
            if *why == OtpRefusal::Wrong {
                self.wrong_otps.insert(*request_id);
            }
        } else if let Event::Visit(VisitEvent::BundlesBuilt { facts, built, .. }) = &recorded.event
            && facts.facility == self.facility
        {
            self.try_for(&[Check::DocumentsBuilt]);
            if !built.is_empty() {
                self.see(Check::DocumentsBuilt, None, || {
                    let kinds: Vec<_> = built.iter().map(|one| one.hi_type.as_str()).collect();
                    format!("documents built and found fit: {}", kinds.join(", "))
                });
            }
        } else if let Event::Inbound(InboundEvent::Received(received)) = &recorded.event {
            if received.kind == CallbackKind::PatientStatus {
                self.leaving.insert(recorded.correlation);
            }
        } else if let Event::Patient(PatientEvent::AbhaDetached { facility, .. }) = &recorded.event
            && *facility == self.facility
            && self.leaving.contains(&recorded.correlation)
        {
            self.see(Check::OptedOut, None, || {
                "patients/status/notify taken, ABHA detached, consents ended".to_owned()
            });
        }
    }

    fn note_token(&mut self, recorded: &Recorded<Event>, event: &LinkTokenEvent) {
        let wanted = [Check::TokenAnswered, Check::TokenCame];
        match event {
            LinkTokenEvent::Issued { request_id, .. } => {
                let id = *request_id;
                if self.ours.contains(&id) && self.is_in_time(id, recorded.recorded_at, &wanted) {
                    for one in wanted {
                        self.see(one, Some(id), || {
                            format!(
                                "generate-token 202, on-generate-token linkToken present, response.requestId {id}"
                            )
                        });
                    }
                }
            }
            LinkTokenEvent::Rejected { request_id, code, .. } => {
                let id = *request_id;
                if self.ours.contains(&id) && self.is_in_time(id, recorded.recorded_at, &wanted) {
                    self.note_no_token(id, code.as_str());
                }
            }
            LinkTokenEvent::Reused { .. } if recorded.stream.is_of(&self.facility) => {
                self.see(Check::TokenReused, None, || {
                    "the stored link token used again, no second generate-token".to_owned()
                });
            }
            LinkTokenEvent::Reused { .. }
            | LinkTokenEvent::Requested { .. }
            | LinkTokenEvent::Asked { .. }
            | LinkTokenEvent::Postponed { .. }
            | LinkTokenEvent::Awaited { .. }
            | LinkTokenEvent::Dropped { .. }
            | LinkTokenEvent::Purged {} => {}
        }
    }

    fn note_no_token(&mut self, id: RequestId, code: &str) {
        self.see(Check::TokenAnswered, Some(id), || {
            format!(
                "generate-token 202, on-generate-token error.code {code}, response.requestId {id}"
            )
        });
        self.slip(&[Check::TokenCame], &format!("on-generate-token error.code {code}"));
        if code.ends_with(MISMATCH) {
            self.see(Check::MismatchRefused, Some(id), || {
                format!("mismatch callback error.code {code}, no linkToken")
            });
        }
    }

    fn note_care_context(&mut self, recorded: &Recorded<Event>, event: &CareContextEvent) {
        let wanted = [Check::Linked, Check::TokenUsed];
        match event {
            CareContextEvent::LinkRequested { request_id, issued_by: Some(_), .. } => {
                self.with_token.insert(*request_id);
            }
            CareContextEvent::Linked { request_id, .. } => {
                let id = *request_id;
                if self.ours.contains(&id) && self.is_in_time(id, recorded.recorded_at, &wanted) {
                    self.see(Check::Linked, Some(id), || {
                        format!(
                            "link/carecontext 202, on_carecontext success, response.requestId {id}"
                        )
                    });
                    if self.with_token.remove(&id) {
                        self.see(Check::TokenUsed, Some(id), || {
                            "link/carecontext carried the link token that came".to_owned()
                        });
                    }
                }
            }
            CareContextEvent::LinkRejected { request_id, code, .. } => {
                if self.ours.contains(request_id) {
                    self.slip(&wanted, &format!("on_carecontext error.code {code}"));
                }
            }
            CareContextEvent::LinkRequested { .. }
            | CareContextEvent::Registered { .. }
            | CareContextEvent::LinkFailed { .. }
            | CareContextEvent::ChangedAfterLink { .. }
            | CareContextEvent::SmsRequested { .. } => {}
        }
    }

    fn note_discovery(&mut self, event: &DiscoveryEvent) {
        match event {
            DiscoveryEvent::PatientMatched { request_id, offer, .. } => {
                let by = offer.matched_by.iter().map(|by| by.as_str()).collect();
                let found = Found::Patient { by, care_contexts: offer.care_contexts.len() };
                self.discoveries.insert(*request_id, found);
            }
            DiscoveryEvent::NotMatched { request_id, code, .. } => {
                self.discoveries.insert(*request_id, Found::Nobody(code.clone()));
            }
            DiscoveryEvent::Requested { .. } | DiscoveryEvent::Repeated { .. } => {}
        }
    }

    fn note_consent(&mut self, event: &ConsentEvent) {
        match event {
            ConsentEvent::Granted { grant, .. } => {
                self.note_change(&grant.consent_id, ConsentChange::Granted);
            }
            ConsentEvent::Revoked { consent_id } => {
                self.note_change(consent_id, ConsentChange::Revoked);
            }
            ConsentEvent::Expired { consent_id } => {
                self.note_change(consent_id, ConsentChange::Expired);
            }
            ConsentEvent::Denied { .. } | ConsentEvent::Withdrawn { .. } => {}
        }
    }

    fn note_change(&mut self, consent: &ConsentId, change: ConsentChange) {
        self.consents.entry(consent.clone()).or_default().push_back(change);
    }

    fn note_transfer(&mut self, recorded: &Recorded<Event>, event: &TransferEvent) {
        match event {
            TransferEvent::Requested { facts, .. } => {
                let asked_at = facts.asked_at.unwrap_or(recorded.recorded_at);
                let transfer = Transfer { asked_at, care_contexts: 0, end: None };
                self.transfers.insert(facts.transaction.clone(), transfer);
            }
            TransferEvent::Completed { transaction, transferred, statuses } => {
                if let Some(transfer) = self.transfers.get_mut(transaction) {
                    let error = statuses.iter().find_map(|status| status.error.clone());
                    let is_whole = *transferred && error.is_none();
                    let why = || error.unwrap_or_else(|| "nothing was transferred".to_owned());
                    transfer.care_contexts = statuses.len();
                    transfer.end = Some(if is_whole { Ok(()) } else { Err(why()) });
                }
            }
            TransferEvent::Accepted { .. }
            | TransferEvent::Refused { .. }
            | TransferEvent::BundlePrepared { .. }
            | TransferEvent::PageEncrypted { .. }
            | TransferEvent::PagePushed { .. }
            | TransferEvent::PageSkipped { .. }
            | TransferEvent::Repeated { .. }
            | TransferEvent::Stopped { .. } => {}
        }
    }
}
