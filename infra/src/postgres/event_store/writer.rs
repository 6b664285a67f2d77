//! The group commit: one task that turns all queued appends into one call.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Weak};
use std::time::Duration;

use hip_commands::port::log::{Appended, LogError};
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::activity::WriterActivity;
use super::batch::{self, AppendResult, Command, Ended, Queued};
use super::ends::{Ends, EndsAnswer};
use super::handover::Handover;
use super::head::Head;
use super::own_positions::OwnPositions;
use super::unavailable;
use crate::postgres::deadline::{InTime, is_lost};

/// Maximum number of commands in one call; the body of a call stays about a megabyte.
const COMMAND_COUNT_MAX: usize = 256;
const BODY_BYTES_MAX: usize = 1 << 20;

/// Maximum number of queued callers; further ones wait for a place.
const QUEUE_LENGTH: usize = 4096;

/// Maximum number of retries if the result of a call is unknown. Its append keys make that idempotent.
const RECONNECT_COUNT_MAX: u32 = 5;

/// Maximum number of retries after another transaction was faster.
const RACE_COUNT_MAX: u32 = 5;

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
    pub(super) async fn append(&self, command: Command) -> Result<Appended, LogError> {
        let (answer, outcome) = oneshot::channel();
        let gone = || LogError::Unavailable("the log's writer has stopped".into());
        let request = Request::Append(Queued { command, answer });
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
    /// until the failing command is alone. Tasks are ended with the batch, or alone if it fails.
    async fn store(&mut self, batch: Vec<Queued>) {
        let mut ends = std::mem::take(&mut self.ends);
        ends.sort();
        let mut called_at = Instant::now();
        let whole = self.call(&batch, &ends.tasks).await;
        if whole.is_err() && !batch.is_empty() && !ends.tasks.is_empty() {
            let alone = self.call(&[], &ends.tasks).await;
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
                self.call(&part, &[]).await
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
                        tracing::error!(
                            stream.id = %queued.command.stream,
                            error = %Sqlstate(&error),
                            "an append failed"
                        );
                        let _ = queued.answer.send(Err(unavailable(copy(&error))));
                    }
                }
            }
        }
    }

    fn answer(&self, part: Vec<Queued>, outcomes: Vec<AppendResult>, called_at: Instant) {
        let mut head = 0;
        let mut has_free = false;
        let mut own = vec![];
        for (Queued { command, answer }, outcome) in part.into_iter().zip(outcomes) {
            if let AppendResult::Ok { position, .. } = outcome {
                head = head.max(position);
                own.extend(command.stretch(position));
                for at in command.tasks.iter().filter_map(|task| task.wake_at) {
                    self.handover.wake_times().add_at(at);
                }
                let (handed, has_others) = command.stored_tasks(position, called_at);
                self.handover.give(handed);
                has_free |= has_others;
            }
            // The caller is gone: the result is durable all the same.
            let _ = answer.send(outcome.into());
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

    /// Makes one call, with retries where they may help.
    async fn call(
        &mut self,
        part: &[Queued],
        ended: &[Ended],
    ) -> Result<Vec<AppendResult>, sqlx::Error> {
        let mut races = 0;
        let mut reconnects = 0;
        loop {
            let activity = Arc::clone(&self.activity);
            let call = activity.call();
            let outcome = self.call_once(part, ended).in_time().await;
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
        part: &[Queued],
        ended: &[Ended],
    ) -> Result<Vec<AppendResult>, sqlx::Error> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.pool.acquire().await?,
        };
        let outcomes = batch::append(&mut connection, part, ended).await?;
        self.connection = Some(connection);
        Ok(outcomes)
    }
}

/// Drops the commands whose callers are gone: these got no result and may have retried elsewhere.
fn forget_abandoned(backlog: &mut VecDeque<Queued>) {
    backlog.retain(|queued| !queued.answer.is_closed());
}

/// At most one command per stream and per key, sorted by stream: the locks are then always taken
/// in one order.
fn next_batch(backlog: &mut VecDeque<Queued>) -> Vec<Queued> {
    let (mut streams, mut keys) = (HashSet::new(), HashSet::new());
    let (mut batch, mut later) = (Vec::new(), VecDeque::new());
    let mut bytes = 0;
    while let Some(queued) = backlog.pop_front() {
        let size = queued.command.size_bytes();
        let full = batch.len() >= COMMAND_COUNT_MAX
            || (!batch.is_empty() && bytes + size > BODY_BYTES_MAX);
        if full {
            later.push_back(queued);
            break;
        }
        // A stream that was postponed once stays postponed: its commands keep their order.
        let first_of_stream = streams.insert(queued.command.stream.clone());
        let first_of_key = keys.insert(queued.command.key.clone());
        if first_of_stream && first_of_key {
            bytes += size;
            batch.push(queued);
        } else {
            later.push_back(queued);
        }
    }
    later.append(backlog);
    *backlog = later;
    batch.sort_by(|a: &Queued, b| a.command.stream.cmp(&b.command.stream));
    batch
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

#[cfg(test)]
mod tests {
    use hip_domain::stream::StreamId;

    use super::*;

    fn queued(stream: &str, key: &str) -> Queued {
        let (answer, _) = oneshot::channel();
        let command = Command {
            stream: StreamId::stored(stream),
            stream_type: "test",
            expected: -1,
            key: key.to_owned(),
            events: vec![],
            tasks: vec![],
            new_key: None,
        };
        Queued { command, answer }
    }

    #[test]
    fn a_command_leaves_the_queue_with_its_caller() {
        let (answer, waiting) = oneshot::channel();
        let awaited = Queued { answer, ..queued("a", "1") };
        let mut backlog = VecDeque::from([queued("a", "0"), awaited, queued("b", "2")]);
        forget_abandoned(&mut backlog);
        assert_eq!(names(&next_batch(&mut backlog)), [("a".into(), "1".into())]);
        drop(waiting);
    }

    fn names(batch: &[Queued]) -> Vec<(String, String)> {
        let name = |q: &Queued| (q.command.stream.to_string(), q.command.key.clone());
        batch.iter().map(name).collect()
    }

    #[test]
    fn a_call_holds_one_command_per_stream_and_per_key_and_keeps_their_order() {
        let mut backlog = VecDeque::from([
            queued("b", "1"),
            queued("a", "2"),
            queued("b", "3"),
            queued("c", "2"),
        ]);
        let first = next_batch(&mut backlog);
        assert_eq!(names(&first), [("a".into(), "2".into()), ("b".into(), "1".into())]);
        let second = next_batch(&mut backlog);
        assert_eq!(names(&second), [("b".into(), "3".into()), ("c".into(), "2".into())]);
        assert!(backlog.is_empty());
    }

    #[test]
    fn a_call_is_bounded() {
        let mut backlog = (0..300).map(|n| queued(&format!("s{n}"), &format!("k{n}"))).collect();
        assert_eq!(next_batch(&mut backlog).len(), COMMAND_COUNT_MAX);
        assert_eq!(backlog.len(), 300 - COMMAND_COUNT_MAX);
    }
}
