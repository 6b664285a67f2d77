//! The steps from the visit to the link.

use chrono::{DateTime, Utc};
use hip_domain::care_context::{CareContextEvent, Link};
use hip_domain::event::Event;
use hip_domain::link_token::LinkTokenEvent;
use hip_domain::visit::VisitEvent;

use super::case::{CallFailure, Case, call_failure, newest};
use super::{Finding, Obstacle};
use crate::operations::abdm_error::{self, Context};

/// What to do if a callback of the gateway does not arrive.
const SILENCE: &str = "see with `hip doctor` whether the gateway can reach this ports, and in \
                       `hip events list` whether a callback was refused; `hip link start` asks again";

pub(super) fn visit(case: &Case, _: DateTime<Utc>) -> Finding {
    let recorded = newest(&case.visit, |event| match event {
        Event::Visit(VisitEvent::Recorded { .. }) => Some(1),
        Event::Visit(VisitEvent::Amended { revision, .. }) => Some(*revision),
        _ => None,
    });
    match recorded {
        Some((at, revision)) => Ok(format!("revision {revision}, recorded at {at}")),
        None => Err(Obstacle::broken(
            "the record system has announced this visit and never sent it",
            "push the visit: `hip visit push`, or POST /v1/visits",
        )),
    }
}

pub(super) fn documents(case: &Case, _: DateTime<Utc>) -> Finding {
    let built = newest(&case.visit, |event| match event {
        Event::Visit(VisitEvent::BundlesBuilt { built, skipped, .. }) => {
            let reasons: Vec<_> = skipped.iter().map(|one| one.reason.clone()).collect();
            Some((built.len(), reasons))
        }
        _ => None,
    });
    let Some((at, (count, reasons))) = built else {
        return Err(Obstacle::waits(
            "the documents of the visit are not built yet",
            "this takes seconds while a worker runs: see `hip doctor`",
        ));
    };
    if count > 0 {
        return Ok(format!("{count} built at {at}"));
    }
    let rejected = newest(&case.visit, |event| match event {
        Event::Visit(VisitEvent::BundleRejected { document, .. }) => Some(document.clone()),
        _ => None,
    });
    Err(match rejected {
        Some((_, document)) => Obstacle::broken(
            format!(
                "the {} does not fit the national profile: {}",
                document.hi_type,
                document.findings.first().map_or("no finding is kept", String::as_str)
            ),
            "mend the visit in the record system and push it again",
        ),
        None => Obstacle::broken(
            match reasons.first() {
                Some(reason) => format!("the visit yields no document: {reason}"),
                None => "the visit yields no document".to_owned(),
            },
            "complete the visit in the record system and push it again",
        ),
    })
}

pub(super) fn token(case: &Case, now: DateTime<Utc>) -> Finding {
    if case.state().link == Link::Linked {
        return Ok("not needed any more".to_owned());
    }
    if !case.has_address {
        return Err(Obstacle::broken(
            "the patient's ABHA address is not known here, so nothing can be linked for them",
            "ask the patient for the address and push the visit with it; or they link it themselves, in their app",
        ));
    }
    if !case.is_to_be_linked {
        return Err(Obstacle::broken(
            "the visit came without an ABHA address, so it is not linked automatically",
            "push the visit again with the address, as an amendment; or the patient links it in their app",
        ));
    }
    let newest_word = newest(&case.token, |event| match event {
        Event::LinkToken(event) => Some(event.clone()),
        _ => None,
    });
    match newest_word {
        None => Err(Obstacle::waits(
            "no link token was asked for yet",
            "this takes seconds while a worker runs; `hip link start` asks",
        )),
        Some((
            at,
            LinkTokenEvent::Requested { .. }
            | LinkTokenEvent::Asked { .. }
            | LinkTokenEvent::Awaited { .. },
        )) => Err(unanswered(case, at)),
        Some((_, LinkTokenEvent::Rejected { code, .. })) => {
            let entry = abdm_error::lookup(&code, Context::OnGenerateToken);
            Err(Obstacle::broken(
                format!("the gateway refuses a link token ({code}): {}", entry.what),
                entry.cure,
            ))
        }
        Some((_, LinkTokenEvent::Postponed { until, why, .. })) if until > now => {
            Err(Obstacle::waits(
                format!("no link token before {until}: {}", why.as_words()),
                "nothing: it is asked for then",
            ))
        }
        Some((
            _,
            LinkTokenEvent::Dropped { .. }
            | LinkTokenEvent::Purged {}
            | LinkTokenEvent::Postponed { .. },
        )) => {
            Err(Obstacle::waits("there is no link token any more", "`hip link start` asks for one"))
        }
        Some((at, LinkTokenEvent::Issued { .. } | LinkTokenEvent::Reused { .. })) => {
            Ok(format!("at hand since {at}"))
        }
    }
}

/// A token was requested and no reply arrived.
fn unanswered(case: &Case, at: DateTime<Utc>) -> Obstacle {
    refused(call_failure(&case.token_call), Context::GenerateToken, "the request for a link token")
        .unwrap_or_else(|| {
            Obstacle::waits(
                format!("a link token was asked for at {at}; the gateway has not called back"),
                SILENCE,
            )
        })
}

pub(super) fn linked(case: &Case, _: DateTime<Utc>) -> Finding {
    let newest_word = newest(&case.care_context, |event| match event {
        Event::CareContext(
            event @ (CareContextEvent::LinkRequested { .. }
            | CareContextEvent::Linked { .. }
            | CareContextEvent::LinkRejected { .. }
            | CareContextEvent::LinkFailed { .. }),
        ) => Some(event.clone()),
        _ => None,
    });
    match newest_word {
        _ if case.state().link == Link::Linked => Ok(linked_words(case)),
        Some((at, CareContextEvent::LinkRequested { .. })) => Err(refused(
            call_failure(&case.link_call),
            Context::LinkCareContext,
            "the request to link",
        )
        .unwrap_or_else(|| {
            Obstacle::waits(
                format!("the gateway was asked to link at {at} and has not called back"),
                SILENCE,
            )
        })),
        Some((_, CareContextEvent::LinkRejected { code, retry, said, .. })) => {
            let entry = abdm_error::lookup(&code, Context::OnCareContext);
            let said = said.map(|said| format!(", and said: {said}")).unwrap_or_default();
            let what = format!("the gateway has refused the link ({code}): {}{said}", entry.what);
            Err(match retry {
                Some(retry) => {
                    Obstacle::waits(what, format!("nothing: it is tried again at {}", retry.at))
                }
                None => Obstacle::broken(what, entry.cure),
            })
        }
        Some((_, CareContextEvent::LinkFailed { code })) => {
            let entry = abdm_error::lookup(&code, Context::OnGenerateToken);
            Err(Obstacle::broken(
                format!("it could not be linked ({code}): {}", entry.what),
                entry.cure,
            ))
        }
        _ => Err(Obstacle::waits(
            "the gateway was not asked to link it yet",
            "this takes seconds while a worker runs; `hip link start` asks",
        )),
    }
}

/// A refused notification does not fail the step: the linked record can still be requested.
fn linked_words(case: &Case) -> String {
    let linked = "the gateway has linked it".to_owned();
    match refused(call_failure(&case.news_call), Context::ContextNotify, "news of a change") {
        Some(Obstacle { what, cure, .. }) => format!("{linked}; {what} ({cure})"),
        None => linked,
    }
}

/// The obstacle of a failed call; `None` if it was accepted or is in progress.
pub(super) fn refused(
    trouble: Option<CallFailure>,
    context: Context,
    name: &str,
) -> Option<Obstacle> {
    let CallFailure { is_over, status, code } = trouble?;
    let entry = abdm_error::of_refusal(status, code.as_ref(), context);
    let by = match (&code, status) {
        (Some(code), _) => format!(" ({code})"),
        (None, Some(status)) => format!(" (HTTP {status})"),
        (None, None) => String::new(),
    };
    let what = entry.what;
    Some(if is_over {
        Obstacle::broken(format!("{name} was refused{by}: {what}"), entry.cure)
    } else {
        Obstacle::waits(
            format!("{name} has failed so far{by}: {what}"),
            "it is tried again by itself",
        )
    })
}
