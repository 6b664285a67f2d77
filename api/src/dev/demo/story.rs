//! The steps of the demo.
//!
//! Each step starts an action from outside and waits until the log, the gateway or the HIU shows the
//! result.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use hip_commands::port::log::StoredEvent;
use hip_commands::port::{Clock, Ids};
use hip_infra::ambient::clock::SystemClock;
use hip_infra::ambient::ids::RandomIds;
use hip_infra::postgres::event_store::{Scope, verify};
use hip_infra::subscription::projection_status;
use hip_sandbox::{
    ConsentRequest, Delivery, DiscoverRequest, Grant, HealthInformationRequest, KeyFormat,
};
use serde_json::Value;

use super::progress::Progress;
use super::visits::{self, ABHA_HOLDER, abha_holder};
use crate::cli::audit;
use crate::dev::demo_environment::{API_KEY, DemoEnvironment, FACILITY_ID};

/// What the HIU received, for the end of the report.
pub(super) struct StoryResult {
    pub(super) delivery: Delivery,
}

/// Time limit of a step, generous for slow machines.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn tell(
    environment: &DemoEnvironment,
    progress: &mut Progress,
) -> anyhow::Result<StoryResult> {
    let now = SystemClock.now();
    let (linked_code, older_code) = visits::codes(now);
    let start = environment.log.head().await?;

    step(environment, progress, "Push an older visit, without ABHA", async {
        let visit = visits::without_abha(&older_code, RandomIds.random(), now);
        push(environment, &visit).await?;
        wait_for(environment, start, "care_context.registered", 1).await?;
        Ok("recorded; its documents built".to_owned())
    })
    .await?;
    let before_linking = environment.log.head().await?;

    step(environment, progress, "Push today's visit, with ABHA", async {
        let visit = visits::with_abha(&linked_code, RandomIds.random(), now);
        push(environment, &visit).await?;
        wait_for(environment, before_linking, "visit.bundles_built", 1).await?;
        Ok("recorded; its documents built".to_owned())
    })
    .await?;

    step(environment, progress, "Get a link token", async {
        token(environment, before_linking).await
    })
    .await?;

    step(environment, progress, "Link the care context", async {
        wait_for(environment, before_linking, "visit.linked", 1).await?;
        let linked = environment.sandbox.phr().linked(ABHA_HOLDER.abha_address);
        let here = linked.iter().any(|context| context.care_context_reference == linked_code);
        ensure!(here, "the gateway does not hold the care context as linked");
        Ok("linked at the gateway, on its callback".to_owned())
    })
    .await?;

    step(environment, progress, "Discover the older visit", async {
        discover(environment, &older_code).await
    })
    .await?;

    let consent = step_with(environment, progress, "Give consent", async {
        let wish = ConsentRequest::new(ABHA_HOLDER.abha_address, FACILITY_ID);
        let wish = environment.sandbox.hiu().request_consent(wish);
        let consent = environment.sandbox.phr().grant(&wish, Grant::default()).await?;
        Ok((consent, "granted, stored, acknowledged".to_owned()))
    })
    .await?;

    // Waits only for the answer: the transfer that it starts is the next step.
    let transaction = unsettled(environment, progress, "Ask for the records", async {
        let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
        let transaction = environment.sandbox.hiu().request(request).await?;
        Ok((transaction, "acknowledged; the HIU's key checked".to_owned()))
    })
    .await?;

    let delivery = step_with(environment, progress, "Seal, push, decrypt", async {
        let delivery = environment.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await;
        let delivery = delivery.context("the HIU did not get everything")?;
        let words = judge(&delivery)?;
        Ok((delivery, words))
    })
    .await?;

    step(environment, progress, "Verify the log", async {
        let report = Box::pin(verify(&environment.pool, Scope::CHAIN, |_| {})).await?;
        ensure!(report.broken.is_none(), audit::in_words(&report));
        let violations = environment.sandbox.violations();
        ensure!(violations.is_empty(), "the simulator saw the contract broken: {violations:?}");
        Ok(audit::in_words(&report))
    })
    .await?;
    Ok(StoryResult { delivery })
}

/// A step without a result.
async fn step(
    environment: &DemoEnvironment,
    progress: &mut Progress,
    title: &'static str,
    work: impl Future<Output = anyhow::Result<String>>,
) -> anyhow::Result<()> {
    step_with(environment, progress, title, async { Ok(((), work.await?)) }).await
}

/// A step that also waits until all resulting work is done.
async fn step_with<T>(
    environment: &DemoEnvironment,
    progress: &mut Progress,
    title: &'static str,
    work: impl Future<Output = anyhow::Result<(T, String)>>,
) -> anyhow::Result<T> {
    let settled = async {
        let done = work.await?;
        settle(environment).await?;
        Ok(done)
    };
    unsettled(environment, progress, title, settled).await
}

/// A step that gets its line in the table even if it fails.
async fn unsettled<T>(
    environment: &DemoEnvironment,
    progress: &mut Progress,
    title: &'static str,
    work: impl Future<Output = anyhow::Result<(T, String)>>,
) -> anyhow::Result<T> {
    progress.begin(title);
    let result = work.await;
    let head = environment.log.head().await?;
    match result {
        Ok((value, words)) => {
            progress.end(head, Ok(words));
            Ok(value)
        }
        Err(error) => {
            progress.end(head, Err(format!("{error:#}")));
            Err(error.context(title))
        }
    }
}

/// Waits until the work of a step is done, at most 5 s, so that its events are counted with it.
async fn settle(environment: &DemoEnvironment) -> anyhow::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(5);
    while Instant::now() < deadline {
        if projection_status::is_settled(&environment.pool).await? {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Pushes a visit as a record system does.
async fn push(environment: &DemoEnvironment, visit: &Value) -> anyhow::Result<()> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build()?;
    let response = client
        .post(format!("{}/v1/visits", environment.url))
        .bearer_auth(API_KEY)
        .header("content-type", "application/json")
        .body(visit.to_string())
        .send()
        .await?;
    environment.note_push(visit, response.status().as_u16());
    ensure!(response.status().is_success(), "the visit was refused: {}", response.status());
    Ok(())
}

/// Waits until the log has `count` events with this name after `position`.
async fn wait_for(
    environment: &DemoEnvironment,
    position: i64,
    name: &str,
    count: usize,
) -> anyhow::Result<Vec<StoredEvent>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let page = environment.log.page(position, 10_000).await?;
        let found: Vec<_> = page.into_iter().filter(|event| event.name == name).collect();
        if found.len() >= count {
            return Ok(found);
        }
        if Instant::now() > deadline {
            bail!("no {name} within {} s", PATIENCE.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// A new token, or a valid one of an earlier run.
async fn token(environment: &DemoEnvironment, since: i64) -> anyhow::Result<String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        for event in environment.log.page(since, 10_000).await? {
            match event.name.as_str() {
                "link_token.issued" => {
                    return Ok("asked for, signed by the gateway, sealed".to_owned());
                }
                "link_token.reused" => return Ok("the one in the log is still good".to_owned()),
                "link_token.rejected" => bail!("the gateway gives no token"),
                _ => {}
            }
        }
        ensure!(Instant::now() < deadline, "no link token within {} s", PATIENCE.as_secs());
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

async fn discover(environment: &DemoEnvironment, older_code: &str) -> anyhow::Result<String> {
    let request = DiscoverRequest::new(FACILITY_ID, &abha_holder(&ABHA_HOLDER));
    let discovery = environment.sandbox.phr().discover(request).await?;
    let offer = match discovery.answer {
        Ok(offer) => offer,
        Err(error) => bail!("nothing was found: {}", error.code),
    };
    ensure!(offer.already_linked.is_empty(), "a linked care context was offered again");
    let offered =
        offer.care_contexts.iter().any(|context| context.care_context_reference == older_code);
    ensure!(offered, "the older visit was not offered");
    Ok(format!("one patient, by {}", offer.matched_by.join(" and ")))
}

/// Checks all results of the HIU.
fn judge(delivery: &Delivery) -> anyhow::Result<String> {
    ensure!(!delivery.pages.is_empty(), "no page arrived");
    ensure!(delivery.duplicates == 0, "a page arrived twice");
    for page in &delivery.pages {
        ensure!(page.plaintext.is_ok(), "page {} cannot be decrypted", page.page_number);
        ensure!(page.checksum_ok, "page {} has a wrong checksum", page.page_number);
        ensure!(page.care_context_known, "page {} is of an unknown care context", page.page_number);
    }
    let status = delivery.session_status.as_deref().unwrap_or("nothing");
    ensure!(status == "TRANSFERRED", "the gateway was told {status}");
    let count = delivery.pages.len();
    Ok(format!(
        "{count} pages, each under its own key; all decrypted, checksums right; TRANSFERRED"
    ))
}
