//! The group commit: one task that turns all queued appends into one call.

mod activity;
pub(super) mod batch;
mod call;
mod chain;
mod ends;
mod outcomes;

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::time::Duration;

use hip_commands::port::log::LogError;
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

pub use activity::WriterActivity;

use super::handover::Handover;
use super::head::Head;
use super::own_positions::OwnPositions;
use super::unavailable;
use crate::postgres::deadline::{InTime, is_lost};
use batch::{Ended, Group, Outcome, Queued, forget_abandoned, next_batch};
use call::CallResult;
use chain::{Chained, ReadHeads, StreamHeads};
use ends::{Ends, EndsAnswer};
use outcomes::{ends_of, refusals, stored};

/// Maximum number of queued callers; further ones wait for a place.
const QUEUE_LENGTH: usize = 4096;

/// Maximum number of retries if the result of a call is unknown. Its append keys make that idempotent.
const RECONNECT_COUNT_MAX: u32 = 5;

/// Maximum number of retries after another transaction was faster.
const RACE_COUNT_MAX: u32 = 5;

/// Maximum number of calls for one batch. Each of them but the last is refused, and tells which groups have to be left
/// out and which heads were not the newest.
const CALL_COUNT_MAX: u32 = 20;

/// A request to the writer task.
enum Request {
    Append(Queued),
    End(Ended, EndsAnswer),
}

/// Ends tasks that are done, together with the next append.
#[derive(Clone)]
pub(crate) struct TaskEnds(mpsc::Sender<Request>);

impl TaskEnds {
    /// Returns once the end is durable. It has no effect if another process has claimed the task since.
    pub(crate) async fn end(&self, dedupe: String, fence: i64) -> Result<(), sqlx::Error> {
        let (answer, outcome) = oneshot::channel();
        let request = Request::End(Ended { dedupe, fence }, answer);
        self.0.send(request).await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        outcome.await.map_err(|_| sqlx::Error::WorkerCrashed)?
    }
}

/// A handle to the writer task.
#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Request>,
    head: Head,
    activity: Arc<WriterActivity>,
}

impl Writer {
    pub(super) fn start(pool: PgPool, handover: Arc<Handover>, own: Arc<OwnPositions>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE_LENGTH);
        let head = Head::new();
        let activity = Arc::new(WriterActivity::default());
        let task = Task {
            pool,
            connection: None,
            waiting,
            backlog: VecDeque::new(),
            ends: Ends::default(),
            heads: StreamHeads::default(),
            head: head.clone(),
            handover,
            own,
            activity: Arc::clone(&activity),
        };
        tokio::spawn(task.run());
        Self { queue, head, activity }
    }

    pub(super) fn head(&self) -> &Head {
        &self.head
    }

    pub(super) fn activity(&self) -> Weak<WriterActivity> {
        Arc::downgrade(&self.activity)
    }

    pub(super) fn task_ends(&self) -> TaskEnds {
        TaskEnds(self.queue.clone())
    }

    /// Returns once the result is durable.
    pub(super) async fn append(&self, group: Group) -> Result<Outcome, LogError> {
        let (answer, outcome) = oneshot::channel();
        let gone = || LogError::Unavailable("the log's writer has stopped".into());
        let request = Request::Append(Queued { group, answer });
        self.queue.send(request).await.map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())?
    }
}

struct Task {
    pool: PgPool,
    /// Kept between calls: the pool would ping the server each time.
    connection: Option<PoolConnection<Postgres>>,
    waiting: mpsc::Receiver<Request>,
    /// Taken from the queue but left out of the last call: same stream or key, or too many at once.
    backlog: VecDeque<Queued>,
    ends: Ends,
    heads: StreamHeads,
    head: Head,
    handover: Arc<Handover>,
    own: Arc<OwnPositions>,
    activity: Arc<WriterActivity>,
}

impl Task {
    async fn run(mut self) {
        loop {
            if self.backlog.is_empty() {
                let Some(request) = self.next_request().await else { return };
                self.take_in(request);
                // Lets ready tasks run first, so that they join this call.
                // Waits for nobody.
                tokio::task::yield_now().await;
            }
            while self.backlog.len() < QUEUE_LENGTH
                && let Ok(request) = self.waiting.try_recv()
            {
                self.take_in(Some(request));
            }
            forget_abandoned(&mut self.backlog);
            let batch = next_batch(&mut self.backlog);
            let ends_are_due = self.ends.due_at().is_some_and(|at| at <= Instant::now());
            if !batch.is_empty() || ends_are_due {
                self.store(batch).await;
            }
        }
    }

    /// The next request; `Some(None)` when ends are due; `None` when nobody can ask any more.
    async fn next_request(&mut self) -> Option<Option<Request>> {
        let Some(due_at) = self.ends.due_at() else {
            return self.waiting.recv().await.map(Some);
        };
        match tokio::time::timeout_at(due_at, self.waiting.recv()).await {
            Ok(request) => request.map(Some),
            Err(_) => Some(None),
        }
    }

    fn take_in(&mut self, request: Option<Request>) {
        match request {
            Some(Request::Append(queued)) => self.backlog.push_back(queued),
            Some(Request::End(ended, answer)) => self.ends.add(ended, answer),
            None => {}
        }
    }

    /// Stores a batch and answers every caller in it. A batch that fails as a whole is split in halves
    /// until the failing group is alone. Tasks are ended with the batch, or alone if it fails.
    async fn store(&mut self, batch: Vec<Queued>) {
        let ends = std::mem::take(&mut self.ends);
        let mut called_at = Instant::now();
        let whole = self.store_open(&batch, &ends.tasks).await;
        if whole.is_err() && !batch.is_empty() && !ends.tasks.is_empty() {
            let alone = self.store_open(&[], &ends.tasks).await;
            ends.answer(|| alone.as_ref().map(|_| ()).map_err(copy));
        } else {
            ends.answer(|| whole.as_ref().map(|_| ()).map_err(copy));
        }
        let mut parts = vec![(batch, Some(whole))];
        while let Some((mut part, outcome)) = parts.pop() {
            let outcome = if let Some(outcome) = outcome {
                outcome
            } else {
                called_at = Instant::now();
                self.store_open(&part, &[]).await
            };
            match outcome {
                Ok(outcomes) => self.answer(part, outcomes, called_at),
                Err(_) if part.len() > 1 => {
                    let half = part.split_off(part.len() / 2);
                    parts.push((half, None));
                    parts.push((part, None));
                }
                Err(error) => {
                    for queued in part.drain(..).take(1) {
                        let first = queued.group.commands.first();
                        tracing::error!(
                            stream.id = first.map(|command| command.stream.as_str()),
                            error = %Sqlstate(&error),
                            "an append failed"
                        );
                        let _ = queued.answer.send(Err(unavailable(copy(&error))));
                    }
                }
            }
        }
    }

    fn answer(&self, part: Vec<Queued>, outcomes: Vec<Outcome>, called_at: Instant) {
        let mut head = 0;
        let mut has_free = false;
        let mut own = vec![];
        for (Queued { group, answer }, outcome) in part.into_iter().zip(outcomes) {
            if let Outcome::Stored(reached) = &outcome {
                for (command, (_, last)) in group.commands.into_iter().zip(reached) {
                    let count = i64::try_from(command.events.len()).unwrap_or_default();
                    let before = last - count;
                    head = head.max(*last);
                    own.push((before + 1, *last));
                    for task in &command.tasks {
                        task.wake_at.iter().for_each(|at| self.handover.wake_times().add_at(*at));
                        has_free |= task.is_free_now();
                    }
                    let position = |event| i64::try_from(event).unwrap_or_default() + before + 1;
                    let tasks = command.tasks.into_iter();
                    let handed = tasks.filter_map(|task| {
                        let position = position(task.event);
                        task.handed(position, called_at)
                    });
                    self.handover.give(handed.collect());
                }
            }
            // The caller is gone: the result is durable all the same.
            let _ = answer.send(Ok(outcome));
        }
        own.sort_unstable();
        for (first, last) in own {
            self.own.add(first, last);
        }
        if has_free {
            self.handover.tell_of_free();
        }
        if head > 0 {
            self.head.reaches(head);
        }
    }

    /// Stores what can be stored. Groups that cannot are left out, one call after the other.
    async fn store_open(
        &mut self,
        part: &[Queued],
        ended: &[Ended],
    ) -> Result<Vec<Outcome>, sqlx::Error> {
        let mut outcomes: Vec<Option<Outcome>> = part.iter().map(|_| None).collect();
        let mut ended = ended;
        for _ in 0..CALL_COUNT_MAX {
            let is_open = |(_, outcome): &(usize, &Option<Outcome>)| outcome.is_none();
            let open: Vec<usize> =
                outcomes.iter().enumerate().filter(is_open).map(|(number, _)| number).collect();
            if open.is_empty() && ended.is_empty() {
                return Ok(outcomes.into_iter().flatten().collect());
            }
            let groups: Vec<&Queued> = open.iter().filter_map(|number| part.get(*number)).collect();
            let (settled, has_ended) = self.call(&groups, ended).await?;
            for (number, outcome) in open.into_iter().zip(settled) {
                if let Some(place) = outcomes.get_mut(number) {
                    *place = outcome;
                }
            }
            if has_ended {
                ended = &[];
            }
        }
        Err(sqlx::Error::Protocol("other processes kept changing the streams".to_owned()))
    }

    /// One call, with retries where they may help. A group without an outcome is tried again. Returns also whether the
    /// tasks have ended.
    async fn call(
        &mut self,
        groups: &[&Queued],
        ended: &[Ended],
    ) -> Result<(Vec<Option<Outcome>>, bool), sqlx::Error> {
        let mut races = 0;
        let mut reconnects = 0;
        loop {
            let activity = Arc::clone(&self.activity);
            let call = activity.call();
            let outcome = self.call_once(groups, ended).in_time().await;
            drop(call);
            match outcome {
                Ok(outcomes) => return Ok(outcomes),
                // Another writer created the same stream or key, or there was a deadlock.
                Err(error) if is_race(&error) && races < RACE_COUNT_MAX => races += 1,
                Err(error) if is_lost(&error) && reconnects < RECONNECT_COUNT_MAX => {
                    tokio::time::sleep(Duration::from_millis(50 << reconnects)).await;
                    reconnects += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// One call. After an error or a cancellation the connection goes back to the pool,
    /// which checks it.
    async fn call_once(
        &mut self,
        groups: &[&Queued],
        ended: &[Ended],
    ) -> Result<(Vec<Option<Outcome>>, bool), sqlx::Error> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.pool.acquire().await?,
        };
        let unknown = self.heads.unknown(groups);
        let read = if unknown.is_empty() {
            ReadHeads::new()
        } else {
            call::heads(&mut connection, &unknown).await?
        };
        let chained = Chained::of(groups, &self.heads, &read);
        let mut outcomes = vec![None; groups.len()];
        for (number, version) in &chained.broken {
            outcomes[*number] = Some(Outcome::Conflict { version: *version });
        }
        // The others are stored by the next call, with the ends.
        let is_sound = chained.broken.is_empty();
        if is_sound {
            let ends = ends_of(groups, ended);
            match call::append(&mut connection, groups, &chained, &ends).await? {
                CallResult::Stored { base } => {
                    chained.remember(&self.heads);
                    stored(&chained, base, groups, &mut outcomes);
                }
                CallResult::Refused(refused) => {
                    for (place, head) in &refused.stale {
                        let stream = &chained.streams[*place].command.stream;
                        if head.0 > 0 {
                            self.heads.remember(stream, *head);
                        } else {
                            self.heads.forget(stream);
                        }
                    }
                    refusals(&refused, &chained, groups, &ends, &mut outcomes);
                }
            }
        }
        self.connection = Some(connection);
        Ok((outcomes, is_sound))
    }
}

fn is_race(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| matches!(code.as_ref(), "23505" | "40001" | "40P01"))
}

/// The same error for another caller.
fn copy(error: &sqlx::Error) -> sqlx::Error {
    sqlx::Error::Protocol(Sqlstate(error).to_string())
}

/// Prints the code of an error: its text may quote a row.
struct Sqlstate<'a>(&'a sqlx::Error);

impl std::fmt::Display for Sqlstate<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.as_database_error().and_then(sqlx::error::DatabaseError::code) {
            Some(code) => write!(f, "database error {code}"),
            None => f.write_str("the database cannot be reached"),
        }
    }
}
