//! Data flows: every key format, only granted data, late, repeated and interrupted.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;

use super::case::{Verdict, ensure};
use super::context::SuiteContext;
use super::pull::{consent, finish, pull, unheard_consent};
use super::watch::mentioning;
use crate::hiu::HealthInformationRequest;
use crate::hiu::key_form::KeyFormat;
use crate::phr::{Artefact, ConsentStatus, Grant};
use crate::run::clock;
use crate::wire::operation::Operation;

pub(super) const FLOW: &str = "data-flow";
/// Delay after the request at which a late consent arrives. A HIP parks a request for up to
/// 30 s.
const LATENESS: Duration = Duration::from_secs(2);

/// Longer than the time in which the HIU accepts that a page was sent before the consent ended.
const IN_FLIGHT: Duration = Duration::from_millis(700);

pub(super) async fn run(stage: &SuiteContext<'_>) {
    for key_format in KeyFormat::ALL {
        stage.case(id(key_format), FLOW, in_this_form(stage, key_format)).await;
    }
    stage.case("X_DATA_GRANTED_ONLY", FLOW, granted_types_only(stage)).await;
    stage.case("X_DATA_PARTIAL", FLOW, dates_asked_only(stage)).await;
    stage.case("X_DATA_LATE_CONSENT", FLOW, consent_comes_late(stage)).await;
    stage.case("X_DATA_ASKED_TWICE", FLOW, asked_twice(stage)).await;
    stage.case("X_DATA_REVOKED_MIDWAY", FLOW, revoked_midway(stage)).await;
    let mut all: Vec<&str> = KeyFormat::ALL.into_iter().map(id).collect();
    all.extend(["X_DATA_GRANTED_ONLY", "X_DATA_PARTIAL"]);
    stage.derived("HIP_INIT_SHARE_CARECONTEXT", FLOW, &all);
}

fn id(key_format: KeyFormat) -> &'static str {
    match key_format {
        KeyFormat::WRaw => "X_DATA_W_RAW",
        KeyFormat::WSpkiExplicit => "X_DATA_W_SPKI_EXPLICIT",
        KeyFormat::WSpkiNamed => "X_DATA_W_SPKI_NAMED",
        KeyFormat::XRaw => "X_DATA_X_RAW",
        KeyFormat::XSpki => "X_DATA_X_SPKI",
    }
}

async fn in_this_form(stage: &SuiteContext<'_>, key_format: KeyFormat) -> Verdict {
    let person = stage.person();
    stage.linked_visit(&person, 1).await?;
    let consent = consent(stage, &person, Grant::default()).await?;
    let delivery = pull(stage, HealthInformationRequest::new(&consent, key_format)).await?;
    ensure(!delivery.pages.is_empty(), "no page arrived")
}

async fn granted_types_only(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    stage.linked_visit(&person, 1).await?;
    let hi_types = Some(vec!["Prescription".to_owned()]);
    let consent = consent(stage, &person, Grant { hi_types, ..Grant::default() }).await?;
    let delivery = pull(stage, HealthInformationRequest::new(&consent, KeyFormat::WRaw)).await?;
    let kinds: BTreeSet<_> = delivery.pages.iter().filter_map(|page| page.hi_type).collect();
    ensure(kinds == BTreeSet::from(["Prescription"]), format!("{kinds:?} came"))
}

/// Two visits are granted; the requested dates contain only the later one.
async fn dates_asked_only(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    let older = stage.linked_visit(&person, 40).await?;
    let newer = stage.linked_visit(&person, 1).await?;
    let consent = consent(stage, &person, Grant::default()).await?;
    let mut request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    // Within the consent's own range, which ends when the HIU requested it.
    let now = clock::now();
    request.date_range = Some((now - TimeDelta::days(10), now - TimeDelta::hours(1)));
    let delivery = pull(stage, request).await?;
    let from_newer = delivery.pages.iter().all(|it| it.care_context_reference == newer.code);
    ensure(from_newer, "a record outside the dates came")?;
    let missing = delivery.status_responses.iter().any(|response| {
        response.care_context_reference == older.code && response.hi_status == "ERRORED"
    });
    ensure(missing, "the visit outside the dates is not reported ERRORED")?;
    stage.saw("TRANSFERRED with one DELIVERED and one ERRORED");
    Ok(())
}

async fn consent_comes_late(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    stage.linked_visit(&person, 1).await?;
    let consent = unheard_consent(stage, &person)?;
    let hiu = stage.sandbox.hiu();
    let transaction = hiu.ask(HealthInformationRequest::new(&consent, KeyFormat::WRaw));
    tokio::time::sleep(LATENESS).await;
    let answered = hiu.received(&transaction).is_some_and(|it| it.acknowledgement.is_some());
    ensure(!answered, "the request was answered before its consent could come")?;
    stage.sandbox.phr().notify(&consent, ConsentStatus::Granted, Artefact::Whole).await?;
    stage.saw("consent GRANTED two seconds after the request");
    hiu.acknowledged(&transaction).await?;
    finish(stage, &transaction).await.map(drop)
}

async fn asked_twice(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    stage.linked_visit(&person, 1).await?;
    let consent = consent(stage, &person, Grant::default()).await?;
    let since = stage.now();
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    let delivery = pull(stage, request).await?;
    let id = delivery.transaction_id;
    let ours = |entry: &crate::journal::Entry| {
        entry.body["hiRequest"]["transactionId"] == id.as_str()
            || entry.body["transactionId"] == id.as_str()
    };
    let pushes = stage.calls(since, Operation::Push, ours).len();
    stage.sandbox.hiu().ask_again(&id)?;
    let twice = |_: &[_]| stage.calls(since, Operation::OnRequest, ours).len() >= 2;
    let seen = stage.sandbox.journal().wait_until(stage.patience(), twice).await;
    ensure(seen.is_ok(), "the second question got no on-request")?;
    stage.saw("on-request again");
    stage.no_more_than(pushes, since, Operation::Push, ours).await
}

/// The HIU holds the first page while the patient revokes the consent.
async fn revoked_midway(stage: &SuiteContext<'_>) -> Verdict {
    let person = stage.person();
    for days_ago in 1..=3 {
        stage.linked_visit(&person, days_ago).await?;
    }
    let consent = consent(stage, &person, Grant::default()).await?;
    let hiu = stage.sandbox.hiu();
    let transaction = hiu.ask(HealthInformationRequest::new(&consent, KeyFormat::WRaw));
    let first_page = mentioning(Operation::Push, &transaction);
    let hold = stage.sandbox.faults().hold_before(first_page, 1);
    hiu.acknowledged(&transaction).await?;
    let caught = hold.caught(stage.patience()).await;
    ensure(caught.is_ok(), "no page was pushed")?;
    stage.sandbox.phr().revoke(&consent).await?;
    stage.saw("REVOKED acknowledged OK while a page was on its way");
    let breaches = stage.sandbox.violations().len();
    // A page in flight is not a violation; every later page is.
    tokio::time::sleep(IN_FLIGHT).await;
    hold.release();
    let closed = |_: &[_]| {
        hiu.received(&transaction).is_some_and(|delivery| delivery.session_status.is_some())
    };
    let seen = stage.sandbox.journal().wait_until(stage.patience(), closed).await;
    ensure(seen.is_ok(), "the transfer was not closed")?;
    stage.watch().await;
    if let Some(delivery) = hiu.received(&transaction) {
        let status = delivery.session_status.unwrap_or_default();
        stage.saw(format!("notify {status} after {} pages", delivery.pages.len()));
    }
    let broken = stage.sandbox.violations().split_off(breaches);
    let reason = broken.first().map(|violation| violation.rule.clone()).unwrap_or_default();
    ensure(broken.is_empty(), reason)
}
