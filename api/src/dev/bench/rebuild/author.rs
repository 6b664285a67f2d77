//! Writes a log as the service would, through the same writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use hip_commands::patients::lookup::LookupKey;
use hip_commands::port::link_token_cache::Holder;
use hip_commands::port::log::{Appended, LogError};
use hip_commands::port::{Clock, Ids, Log};
use hip_domain::id::{CareContextReference, FacilityId, Pseudonym, SubjectId};
use hip_domain::stream::{StreamId, care_context_name};
use hip_domain::visit::VisitFacts;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::ambient::ids::RandomIds;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::visit::{Visit, address, event_count};
use crate::app::App;
use crate::dev::person::Person;

/// Number of visits that are written at the same time, so that many commands share a commit.
const AT_ONCE: usize = 192;

/// Writes made-up visits.
pub(super) struct Author {
    app: Arc<App>,
    facility: FacilityId,
    run: Uuid,
    /// Number of gateway requests per visit.
    questions: u32,
    next: AtomicU64,
}

/// Facts that are known to be in the log.
pub(super) struct Known {
    pub(super) code: String,
    pub(super) subject: SubjectId,
    pub(super) holder: Holder,
}

impl Author {
    pub(super) fn new(app: &Arc<App>, questions: u32) -> anyhow::Result<Self> {
        Ok(Self {
            app: Arc::clone(app),
            facility: FacilityId::parse(crate::dev::demo_environment::FACILITY_ID)?,
            run: RandomIds.random(),
            questions,
            next: AtomicU64::new(0),
        })
    }

    /// Number of visits, and of patients, so far.
    pub(super) fn visits(&self) -> u64 {
        self.next.load(Ordering::Relaxed)
    }

    /// Writes the next visit.
    pub(super) async fn write(&self) -> anyhow::Result<Known> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let visit = self.visit(number).await?;
        for append in visit.appends() {
            let stored = self.app.log.append(append).await;
            let is_new = matches!(stored, Ok(Appended::Stored { .. }));
            stored.map_err(|error: LogError| anyhow::Error::from(error))?;
            anyhow::ensure!(is_new, "a visit was there before");
        }
        // The cache is keyed by the holder that the stream name contains.
        let token = visit.facts.link_token_stream.as_ref().and_then(Holder::of);
        Ok(Known {
            holder: token.context("a stream of tokens names their holder")?,
            code: visit.facts.care_context.as_str().to_owned(),
            subject: visit.facts.subject,
        })
    }

    async fn pseudonym(&self, lookup: LookupKey<'_>) -> anyhow::Result<Pseudonym> {
        Ok(self.app.ports.vault.pseudonym(&self.facility, &lookup).await?)
    }

    async fn visit(&self, number: u64) -> anyhow::Result<Visit> {
        let code = CareContextReference::parse(format!("9{number:012}"))?;
        let beneficiary = format!("7{number:09}");
        let reference = self.pseudonym(LookupKey::Beneficiary(&beneficiary)).await?;
        let address = self.pseudonym(LookupKey::AbhaAddress(&address(number))).await?;
        let mobile = Person::numbered(number).holder().mobile;
        let mobile = self.pseudonym(LookupKey::Mobile(&mobile)).await?;
        let stream = self.pseudonym(LookupKey::Visit(code.as_str())).await?;
        let name = care_context_name(&beneficiary, &code);
        let care_context = self.pseudonym(LookupKey::CareContext(&name)).await?;
        let facility = self.facility.clone();
        let at = SystemClock.now();
        let facts = VisitFacts {
            facility: facility.clone(),
            subject: SubjectId(RandomIds.random()),
            care_context: code,
            care_context_stream: StreamId::care_context(&facility, &care_context),
            link_token_stream: Some(StreamId::link_token(&facility, &address)),
            visited_at: at,
            push_id: RandomIds.random(),
        };
        Ok(Visit {
            number,
            facts,
            identity: StreamId::identity(&facility, &reference),
            stream: StreamId::visit(&facility, &stream),
            facility,
            reference,
            address,
            mobile,
            questions: self.questions,
            at,
            run: self.run,
        })
    }
}

/// Writes visits until the log has this number of events. Returns the first visit and the log head.
pub(super) async fn fill(author: &Arc<Author>, events: u32) -> anyhow::Result<(Known, i64)> {
    let known = author.write().await?;
    let visits = u64::from(events.div_ceil(event_count(author.questions)));
    let mut writers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let author = Arc::clone(author);
        writers.spawn(async move {
            while author.visits() < visits {
                author.write().await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(writer) = writers.join_next().await {
        writer??;
    }
    Ok((known, author.app.log.head().await?))
}

/// Returns the number of these visits that the read models do not show as written.
pub(super) async fn missing(app: &App, written: &[Known]) -> anyhow::Result<i64> {
    let codes: Vec<&str> = written.iter().map(|known| known.code.as_str()).collect();
    let shown: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM hip.visit v JOIN hip.care_context c ON c.visit_stream_id = v.stream_id \
          WHERE v.visit_code = ANY($1) AND v.linked AND c.link_state = 'linked'",
    )
    .bind(&codes)
    .fetch_one(&app.pool)
    .await?;
    let written = i64::try_from(codes.len()).context("a count")?;
    Ok(written - shown)
}
