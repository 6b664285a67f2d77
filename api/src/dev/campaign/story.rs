//! The flow of each patient, one after another, for the duration of the campaign.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use hip_commands::port::Clock;
use hip_infra::ambient::clock::SystemClock;
use hip_sandbox::{
    ConsentRequest, DiscoverRequest, FlowError, Grant, HealthInformationRequest, KeyFormat,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::watch;

use super::ledger::{Acknowledged, Ledger};
use super::scene::{PATIENCE, Scene};
use crate::dev::demo_environment::{API_KEY, FACILITY_ID};
use crate::dev::person::Person;

/// Maximum number of patients in a row before its numbers overlap with the next row.
const ROW_LENGTH: u64 = 1_000_000;

/// Plays one row of patients.
pub(super) struct Storyteller {
    pub(super) scene: Arc<Scene>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) seed: u64,
    pub(super) row: u64,
}

impl Storyteller {
    /// Plays one patient after another until the campaign ends; a started flow is completed.
    pub(super) async fn until(self, fallen: watch::Receiver<bool>) {
        let mut draw = StdRng::seed_from_u64(self.seed ^ (self.row + 1).rotate_left(32));
        let mut number = self.row * ROW_LENGTH;
        while !*fallen.borrow() {
            number += 1;
            if let Err(error) = self.tell(&Person::numbered(number), &mut draw).await {
                self.ledger.unanswered(format!("patient {number}: {error:#}"));
            }
        }
    }

    async fn tell(&self, person: &Person, draw: &mut StdRng) -> anyhow::Result<()> {
        let Self { scene, ledger, .. } = self;
        scene.sandbox.register_abha(person.holder());
        self.push(person).await.context("the push of the visit")?;
        let (visit_code, abha_address) = (person.visit_code(), person.abha_address());
        let promised = Acknowledged { visit_code, abha_address: abha_address.clone() };
        ledger.acknowledged(promised);
        self.until_linked(&abha_address).await?;

        // Linked visits are not found again; but the request must be answered.
        let request = DiscoverRequest::new(FACILITY_ID, &person.holder());
        scene.sandbox.phr().discover(request).await.context("the discovery")?;

        let (hiu, phr) = (scene.sandbox.hiu(), scene.sandbox.phr());
        let wish = hiu.request_consent(ConsentRequest::new(&abha_address, FACILITY_ID));
        let consent = phr.grant(&wish, Grant::default()).await.context("the grant")?;
        let ask = || HealthInformationRequest::new(&consent, KeyFormat::WRaw);
        ledger.asked_for_a_transfer();
        let transaction = hiu.request(ask()).await.context("the request for records")?;
        if draw.random_bool(0.5) {
            self.receive(&transaction).await?;
            ledger.got_a_transfer();
        } else {
            // During the transfer, before it or after it.
            tokio::time::sleep(Duration::from_millis(draw.random_range(0..600))).await;
        }
        phr.revoke(&consent).await.context("the revocation")?;
        ledger.revoked();
        match hiu.request(ask()).await {
            Err(FlowError::Refused(_)) => {}
            Err(error) => return Err(error).context("a request under a consent that is over"),
            Ok(_) => bail!("a request under a consent that is over was accepted"),
        }
        self.until_closed(&transaction).await
    }

    /// Repeats the push, as a record system does, until a node acknowledges the visit.
    async fn push(&self, person: &Person) -> anyhow::Result<()> {
        let client =
            reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
        let visit = person.visit(SystemClock.now()).to_string();
        let begun_at = Instant::now();
        loop {
            let push = client
                .post(format!("{}/v1/visits", self.scene.door))
                .bearer_auth(API_KEY)
                .header("content-type", "application/json")
                .body(visit.clone());
            match push.send().await.map(|answer| answer.status()) {
                Ok(status) if status.is_success() => return Ok(()),
                Ok(status) if status.is_client_error() && status != 429 => {
                    bail!("refused: {status}")
                }
                Ok(_) | Err(_) => {}
            }
            ensure!(begun_at.elapsed() < PATIENCE, "nobody takes it");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn until_linked(&self, abha_address: &str) -> anyhow::Result<()> {
        let phr = self.scene.sandbox.phr();
        let begun_at = Instant::now();
        while phr.linked(abha_address).is_empty() {
            ensure!(begun_at.elapsed() < PATIENCE, "the visit is not linked");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn receive(&self, transaction: &str) -> anyhow::Result<()> {
        let delivery = self.scene.sandbox.hiu().wait_until_complete(transaction, PATIENCE).await;
        let delivery = delivery.context("the records")?;
        let status = delivery.session_status.as_deref().unwrap_or("nothing");
        ensure!(status == "TRANSFERRED", "the gateway was told {status}");
        ensure!(!delivery.pages.is_empty(), "no page came");
        let is_whole = delivery.pages.iter().all(|page| page.plaintext.is_ok() && page.checksum_ok);
        ensure!(is_whole, "a page cannot be read");
        Ok(())
    }

    /// Waits until the gateway was notified of the end of a transfer.
    async fn until_closed(&self, transaction: &str) -> anyhow::Result<()> {
        let hiu = self.scene.sandbox.hiu();
        let begun_at = Instant::now();
        loop {
            let so_far =
                hiu.received(transaction).context("the simulator knows its transaction")?;
            if so_far.session_status.is_some() {
                return Ok(());
            }
            ensure!(begun_at.elapsed() < PATIENCE, "the end of a transfer is not told");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
