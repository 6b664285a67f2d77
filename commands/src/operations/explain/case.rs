//! Collects all events that concern one care context.

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use hip_domain::care_context::{CareContext, CareContextEvent};
use hip_domain::consent::{Consent, ConsentEvent, NotInForce};
use hip_domain::event::Event;
use hip_domain::id::{CareContextReference, ConsentId, ErrorCode, FacilityId, RequestId};
use hip_domain::link_token::LinkTokenEvent;
use hip_domain::outbound::OutboundEvent;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use hip_domain::transfer::TransferEvent;
use hip_domain::visit::VisitEvent;

use crate::port::HistoryReader;
use crate::port::history_reader::{HistoryError, KnownVisit};

/// The events of one stream.
pub(super) type Story = Vec<Recorded<Event>>;

/// The events that concern one care context.
pub(super) struct Case {
    pub(super) facility: FacilityId,
    pub(super) reference: CareContextReference,
    pub(super) visit: Story,
    pub(super) care_context: Story,
    /// Whether the patient has an ABHA address at this facility.
    pub(super) has_address: bool,
    /// Whether this service should link the visit: it came with an ABHA address, or a link was requested.
    pub(super) is_to_be_linked: bool,
    pub(super) token: Story,
    /// The newest call that requested a token.
    pub(super) token_call: Story,
    /// The newest call that requested a link.
    pub(super) link_call: Story,
    /// The newest call that notified the gateway of a change.
    pub(super) news_call: Story,
    /// The patient's consents, newest first.
    pub(super) consents: Vec<ConsentCase>,
}

/// A consent and the newest transfer under it.
pub(super) struct ConsentCase {
    pub(super) id: ConsentId,
    pub(super) state: Consent,
    /// When it ended, if a message ended it.
    pub(super) ended_at: Option<DateTime<Utc>>,
    pub(super) transfer: Story,
    /// The call that notifies the gateway of the end of the transfer.
    pub(super) notice: Story,
    /// The call that pushes its newest page. Pages are pushed one after another, so only this one can be failing.
    pub(super) push: Story,
}

impl Case {
    pub(super) async fn gather(
        evidence: &dyn HistoryReader,
        known: KnownVisit,
        reference: &CareContextReference,
    ) -> Result<Self, HistoryError> {
        let KnownVisit { facility, subject, visit, care_context } = known;
        let visit = evidence.events(&visit).await?;
        let care_context = match care_context {
            Some(stream) => evidence.events(&stream).await?,
            None => vec![],
        };
        let token_stream = token_stream(&visit, &care_context);
        let token = match &token_stream {
            Some(stream) => evidence.events(stream).await?,
            None => vec![],
        };
        let token_call = call(evidence, newest(&token, asked_by).map(|(_, id)| id)).await?;
        let link_call = call(evidence, newest(&care_context, linked_by).map(|(_, id)| id)).await?;
        let news_call = news_call(evidence, &care_context).await?;
        let address = evidence.abha_address(subject).await?;
        let mut consents = vec![];
        if let Some(address) = &address {
            for id in evidence.consents(&facility, address).await? {
                consents.push(ConsentCase::gather(evidence, id).await?);
            }
        }
        Ok(Self {
            facility,
            reference: reference.clone(),
            visit,
            care_context,
            has_address: address.is_some(),
            is_to_be_linked: token_stream.is_some(),
            token,
            token_call,
            link_call,
            news_call,
            consents,
        })
    }

    /// The state of the care context.
    pub(super) fn state(&self) -> CareContext {
        self.care_context.iter().fold(CareContext::default(), |mut state, recorded| {
            if let Event::CareContext(event) = &recorded.event {
                state.apply(event.clone());
            }
            state
        })
    }

    /// The relevant consent: one that permits sending this record now, else the newest one.
    pub(super) fn consent(&self, now: DateTime<Utc>) -> Option<&ConsentCase> {
        let may = |consent: &&ConsentCase| {
            consent.covers(self) && consent.in_force(&self.facility, now).is_ok()
        };
        let consents = || self.consents.iter();
        consents()
            .filter(may)
            .max_by_key(|consent| !consent.transfer.is_empty())
            .or_else(|| consents().find(|consent| consent.covers(self)))
            .or_else(|| self.consents.first())
    }
}

impl ConsentCase {
    async fn gather(evidence: &dyn HistoryReader, id: ConsentId) -> Result<Self, HistoryError> {
        let events = evidence.events(&StreamId::consent(&id)).await?;
        let mut state = Consent::default();
        for recorded in &events {
            if let Event::Consent(event) = &recorded.event {
                state.apply(event.clone());
            }
        }
        let ended_at = newest(&events, |event| match event {
            Event::Consent(ConsentEvent::Granted { .. }) => None,
            Event::Consent(_) => Some(()),
            _ => None,
        });
        let transfer = match evidence.transfers(&id, 1).await?.first() {
            Some(transaction) => evidence.events(&StreamId::transfer(transaction)).await?,
            None => vec![],
        };
        let push =
            newest_cause(&transfer, |event| matches!(event, TransferEvent::PageEncrypted { .. }));
        let push = call(evidence, push).await?;
        let notice =
            newest_cause(&transfer, |event| matches!(event, TransferEvent::Completed { .. }));
        let notice = call(evidence, notice).await?;
        let ended_at = ended_at.map(|(at, ())| at);
        Ok(Self { id, state, ended_at, transfer, notice, push })
    }

    /// Whether the consent permits sending now.
    pub(super) fn in_force(
        &self,
        facility: &FacilityId,
        now: DateTime<Utc>,
    ) -> Result<(), NotInForce> {
        self.state.in_force(facility, now).map(|_| ())
    }

    /// Whether the consent names this care context, whatever its other terms are.
    pub(super) fn covers(&self, case: &Case) -> bool {
        self.state.grant().is_some_and(|grant| {
            grant.care_contexts.iter().any(|granted| granted.reference == case.reference)
        })
    }
}

/// The newest event for which `select` returns a value: that value and the time of the event.
pub(super) fn newest<T>(
    story: &[Recorded<Event>],
    select: impl Fn(&Event) -> Option<T>,
) -> Option<(DateTime<Utc>, T)> {
    story.iter().rev().find_map(|recorded| Some((recorded.recorded_at, select(&recorded.event)?)))
}

/// The events of a call; empty without a request id.
async fn call(
    evidence: &dyn HistoryReader,
    request_id: Option<RequestId>,
) -> Result<Story, HistoryError> {
    match request_id {
        Some(request_id) => evidence.events(&StreamId::outbound(request_id)).await,
        None => Ok(vec![]),
    }
}

/// The newest call about the newest change after the link. A refused notification is sent again under another id, so
/// the chain of ids is followed.
async fn news_call(
    evidence: &dyn HistoryReader,
    care_context: &Story,
) -> Result<Story, HistoryError> {
    let changed = care_context.iter().rev().find(|recorded| {
        matches!(recorded.event, Event::CareContext(CareContextEvent::ChangedAfterLink { .. }))
    });
    let mut next = changed.map(|changed| RequestId::caused_by(changed.event_id, 0));
    let mut newest_call = vec![];
    while let Some(request_id) = next {
        let story = call(evidence, Some(request_id)).await?;
        if story.is_empty() {
            break;
        }
        next = newest(&story, |event| match event {
            Event::Outbound(OutboundEvent::Answered { again, .. }) => again.clone(),
            _ => None,
        })
        .map(|(_, again)| again.request_id);
        newest_call = story;
    }
    Ok(newest_call)
}

/// The id of the single call that follows from the newest of these events.
fn newest_cause(transfer: &Story, is_one: impl Fn(&TransferEvent) -> bool) -> Option<RequestId> {
    let cause = transfer.iter().rev().find(|recorded| match &recorded.event {
        Event::Transfer(event) => is_one(event),
        _ => false,
    });
    cause.map(|cause| RequestId::caused_by(cause.event_id, 0))
}

fn token_stream(visit: &Story, care_context: &Story) -> Option<StreamId> {
    let asked = newest(care_context, |event| match event {
        Event::CareContext(CareContextEvent::LinkRequested { link_token, .. }) => {
            Some(link_token.clone())
        }
        Event::CareContext(CareContextEvent::Registered { link_with, .. }) => link_with.clone(),
        _ => None,
    });
    let of_visit = newest(visit, |event| match event {
        Event::Visit(VisitEvent::Recorded { facts, .. } | VisitEvent::Amended { facts, .. }) => {
            facts.link_token_stream.clone()
        }
        _ => None,
    });
    asked.or(of_visit).map(|(_, stream)| stream)
}

fn asked_by(event: &Event) -> Option<RequestId> {
    match event {
        Event::LinkToken(
            LinkTokenEvent::Requested { request_id, .. } | LinkTokenEvent::Asked { request_id, .. },
        ) => Some(*request_id),
        _ => None,
    }
}

fn linked_by(event: &Event) -> Option<RequestId> {
    match event {
        Event::CareContext(CareContextEvent::LinkRequested { request_id, .. }) => Some(*request_id),
        _ => None,
    }
}

/// How a call failed: whether it was given up, and status and code of the newest result.
pub(super) struct CallFailure {
    pub(super) is_over: bool,
    pub(super) status: Option<u16>,
    pub(super) code: Option<ErrorCode>,
}

/// The failure of a call; `None` while it is in progress or after it was accepted.
pub(super) fn call_failure(call: &Story) -> Option<CallFailure> {
    let ended = newest(call, |event| match event {
        Event::Outbound(OutboundEvent::Abandoned { status, code, .. }) => {
            Some(Some(CallFailure { is_over: true, status: *status, code: code.clone() }))
        }
        Event::Outbound(OutboundEvent::Failed { status, code, .. }) => {
            Some(Some(CallFailure { is_over: false, status: *status, code: code.clone() }))
        }
        Event::Outbound(OutboundEvent::Answered { code: Some(code), again, .. }) => {
            let (is_over, code) = (again.is_none(), Some(code.clone()));
            Some(Some(CallFailure { is_over, status: None, code }))
        }
        Event::Outbound(OutboundEvent::Accepted { .. } | OutboundEvent::Answered { .. }) => {
            Some(None)
        }
        _ => None,
    });
    ended.and_then(|(_, trouble)| trouble)
}
