//! The steps from the consent to the accepted request.

use chrono::{DateTime, Utc};
use hip_domain::consent::{Consent, End, Grant, NotInForce};
use hip_domain::event::Event;
use hip_domain::transfer::TransferEvent;

use super::case::{Case, ConsentCase, newest};
use super::{Finding, Obstacle};
use crate::operations::abdm_error::{self, Context};

const NEW_CONSENT: &str = "the HIU must ask the patient for a new consent";

pub(super) fn consent(case: &Case, now: DateTime<Utc>) -> Finding {
    if !case.has_address {
        return Err(Obstacle::broken(
            "the patient has left ABDM, and all their consents with them",
            "nothing, until the patient comes back: then push the visit with their ABHA address",
        ));
    }
    let Some(consent) = case.consent(now) else {
        return Err(Obstacle::waits(
            "it is linked, and nobody has the patient's consent to see it",
            "nothing here: the patient grants a consent in their app, when an HIU asks",
        ));
    };
    if !consent.covers(case) {
        return Err(Obstacle::broken(
            format!("no consent names this visit; the newest is {}", consent.id),
            "the HIU asks for a consent that includes it",
        ));
    }
    if let Err(why) = consent.in_force(&case.facility, now) {
        return Err(Obstacle::broken(ended(case, consent, why), NEW_CONSENT));
    }
    match consent.state.grant() {
        Some(grant) => within(case, consent, grant),
        None => Err(Obstacle::broken("the grant of the consent was never seen", NEW_CONSENT)),
    }
}

/// Describes how a consent ended.
fn ended(case: &Case, consent: &ConsentCase, why: NotInForce) -> String {
    let at = consent.ended_at.map_or_else(String::new, |at| format!(" at {at}"));
    let id = &consent.id;
    match (&consent.state, why) {
        (Consent::Ended { how: End::Revoked, .. }, _) => {
            format!("the patient has revoked the consent {id}{at}")
        }
        (Consent::Ended { how: End::Denied, .. }, _) => {
            format!("the patient has denied the consent {id}{at}")
        }
        (Consent::Ended { how: End::OptedOut, .. }, _) => {
            format!("the patient has left ABDM, and with that the consent {id} has ended{at}")
        }
        (Consent::Ended { how: End::Expired, .. }, _) | (_, NotInForce::Expired) => {
            format!("the consent {id} has expired{at}")
        }
        (_, NotInForce::Unknown | NotInForce::NotGranted) => {
            format!("the consent {id} is not one for {}", case.facility)
        }
    }
}

/// Checks the other terms of a consent in force: types and date range.
fn within(case: &Case, consent: &ConsentCase, grant: &Grant) -> Finding {
    let state = case.state();
    let kinds = || state.hi_types.iter().filter(|kind| grant.hi_types.contains(kind));
    if kinds().next().is_none() {
        let asked: Vec<_> = grant.hi_types.iter().map(ToString::to_string).collect();
        return Err(Obstacle::broken(
            format!(
                "the consent {} is for {} only, which this visit has not",
                consent.id,
                asked.join(", ")
            ),
            "the HIU asks for a consent for these kinds of records",
        ));
    }
    if let Some(facts) = &state.facts
        && !grant.date_range.contains(facts.visited_at)
    {
        return Err(Obstacle::broken(
            format!(
                "the consent {} is for records from {} to {}, and the visit was on {}",
                consent.id, grant.date_range.from, grant.date_range.to, facts.visited_at
            ),
            "the HIU asks for a consent for this period",
        ));
    }
    Ok(format!("{} covers it until {}", consent.id, grant.erase_at))
}

pub(super) fn request(case: &Case, now: DateTime<Utc>) -> Finding {
    let asked = case.consent(now).and_then(|consent| consent.transfer.first());
    match asked {
        Some(first) => Ok(format!("asked for at {}", first.recorded_at)),
        None => Err(Obstacle::waits(
            "the consent is there, and the HIU has not asked for the record",
            "nothing here: the HIU sends a health-information request",
        )),
    }
}

pub(super) fn accepted(case: &Case, now: DateTime<Utc>) -> Finding {
    let transfer = case.consent(now).map(|consent| &consent.transfer[..]).unwrap_or_default();
    let answer = newest(transfer, |event| match event {
        Event::Transfer(TransferEvent::Accepted { .. }) => Some(None),
        Event::Transfer(TransferEvent::Refused { code, reason, .. }) => {
            Some(Some((code.clone(), reason.clone())))
        }
        _ => None,
    });
    match answer {
        Some((at, None)) => Ok(format!("accepted at {at}")),
        Some((_, Some((code, reason)))) => {
            let entry = abdm_error::lookup(&code, Context::DataFlow);
            let why = reason.unwrap_or_else(|| entry.what.to_owned());
            Err(Obstacle::broken(format!("the request was refused ({code}): {why}"), entry.cure))
        }
        None => Err(Obstacle::waits(
            "the request waits for its consent, which may come after it",
            "nothing: it is answered within the time that [transfer] consent_wait_s gives",
        )),
    }
}
