//! Subscribers that read the log together.
//!
//! Those at the same position that have nothing parked apply a page in one transaction: it is read
//! and decoded once, and one statement moves all checkpoints. Each keeps its row, lease and fence.
//!
//! A subscriber joins when it has come near the end of the log. It leaves, and goes on alone, when it cannot
//! apply a page, when an operator wants its parked events tried again, or when another process has taken its lease.
//! One whose data is in another store takes part only in pages that change nothing for it.

mod pages;

use std::sync::Arc;
use std::time::{Duration, Instant};

use hip_commands::port::Log;
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot, watch};

use super::Subscriber;
use super::cursor::Cursor;
use super::lease::many;

/// How far behind the others a subscriber may be that joins.
pub(super) const GAP_MAX: i64 = 2_000;

/// Minimum time between two pages that are not full: meanwhile more events come.
const PACE: Duration = Duration::from_millis(50);

/// How long one that keeps data in another store takes part before it has to check that store.
const VISIT_MAX: Duration = super::RECALL_INTERVAL;

/// Interval at which the log is read without a hint. The process follows its end by other means, too.
const LOOK_INTERVAL: Duration = Duration::from_secs(30);

/// Pause after an error that is of no single subscriber.
const PAUSE: Duration = Duration::from_millis(200);

/// Lets subscribers join a [`Group`].
#[derive(Clone)]
pub struct GroupDoor(mpsc::Sender<Joining>);

/// A subscriber that wants to join.
struct Joining {
    subscriber: Arc<dyn Subscriber>,
    cursor: Cursor,
    back: oneshot::Sender<Cursor>,
}

/// A subscriber that has joined.
struct Member {
    subscriber: Arc<dyn Subscriber>,
    cursor: Cursor,
    back: oneshot::Sender<Cursor>,
    joined_at: Instant,
}

/// Subscribers that read the log together.
pub struct Group {
    log: Arc<dyn Log>,
    pool: PgPool,
    /// How long it waits for a hint before it renews its leases.
    pause: Duration,
    door: mpsc::Receiver<Joining>,
    /// All at the same position.
    members: Vec<Member>,
    /// Those that are ahead of the others, who come after them.
    ahead: Vec<Member>,
    page_size: i64,
    read_all_at: Option<Instant>,
}

impl GroupDoor {
    /// Takes part until the group gives the cursor back; without one, the lease is left to expire.
    ///
    /// # Errors
    ///
    /// The group has ended: the cursor.
    pub(super) async fn join(
        &self,
        subscriber: Arc<dyn Subscriber>,
        cursor: Cursor,
    ) -> Result<Option<Cursor>, Box<Cursor>> {
        let (back, given_back) = oneshot::channel();
        match self.0.send(Joining { subscriber, cursor, back }).await {
            Ok(()) => Ok(given_back.await.ok()),
            Err(mpsc::error::SendError(joining)) => Err(Box::new(joining.cursor)),
        }
    }
}

impl Member {
    fn leave(self) {
        // If nobody waits any more, the lease expires.
        let _ = self.back.send(self.cursor);
    }
}

impl Group {
    /// A group without members, and the door to it.
    pub fn new(log: Arc<dyn Log>, pool: PgPool, pause: Duration) -> (Self, GroupDoor) {
        let (door, joining) = mpsc::channel(64);
        let group = Self {
            log,
            pool,
            pause,
            door: joining,
            members: vec![],
            ahead: vec![],
            page_size: pages::SIZE,
            read_all_at: None,
        };
        (group, GroupDoor(door))
    }

    /// Runs until `stop` is true; then every subscriber gets its cursor back.
    pub async fn run(mut self, mut head: watch::Receiver<i64>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let begun_at = tokio::time::Instant::now();
            while let Ok(joining) = self.door.try_recv() {
                self.take_in(joining).await;
            }
            let has_more = self.step(&head).await;
            let earliest = if has_more { begun_at } else { begun_at + PACE };
            tokio::select! {
                () = tokio::time::sleep_until(earliest) => {}
                _ = stop.changed() => break,
            }
            // A page may also be short because its events are large.
            let is_behind = self.position().is_some_and(|position| *head.borrow() > position);
            if has_more || is_behind {
                continue;
            }
            let pause = self.pause;
            tokio::select! {
                _ = head.changed() => {}
                Some(joining) = self.door.recv() => self.take_in(joining).await,
                () = tokio::time::sleep(pause) => {}
                _ = stop.changed() => break,
            }
        }
        self.door.close();
        while let Ok(joining) = self.door.try_recv() {
            let _ = joining.back.send(joining.cursor);
        }
        self.dissolve();
    }

    /// Applies one page, if there is one. Returns whether there may be more.
    async fn step(&mut self, newest: &watch::Receiver<i64>) -> bool {
        self.let_some_go();
        let Some(position) = self.position() else { return false };
        let known = *newest.borrow();
        let is_due = self.read_all_at.is_none_or(|at| at.elapsed() > LOOK_INTERVAL);
        if known > position || is_due {
            match self.page(position).await {
                Ok(true) => return true,
                Ok(false) => self.read_all_at = Some(Instant::now()),
                Err(error) => {
                    let cause = error.cause();
                    tracing::warn!(cause, "a page was not applied; its readers go on alone");
                    self.dissolve();
                    tokio::time::sleep(PAUSE).await;
                    return false;
                }
            }
        }
        self.renew(position).await;
        false
    }

    async fn renew(&mut self, position: i64) {
        let mut leases: Vec<_> =
            self.members.iter_mut().map(|member| &mut member.cursor.lease).collect();
        match many::renew(&self.pool, &mut leases, position).await {
            Ok(Some(ours)) => self.keep(&ours),
            Ok(None) => {}
            Err(error) => {
                let cause = error.cause();
                tracing::warn!(cause, "the leases of readers were not renewed");
                self.dissolve();
            }
        }
    }

    fn position(&self) -> Option<i64> {
        self.members.first().map(|member| member.cursor.position())
    }

    /// Takes one in: at once, after the others have come to its position, or after it has come to theirs.
    async fn take_in(&mut self, joining: Joining) {
        let Joining { subscriber, cursor, back } = joining;
        let mut member = Member { subscriber, cursor, back, joined_at: Instant::now() };
        let own = member.cursor.position();
        let position = self.position().unwrap_or(own);
        if own < position - GAP_MAX {
            return member.leave();
        }
        while member.cursor.position() < position {
            if !self.bring_up(&mut member, position).await {
                return member.leave();
            }
        }
        if own > position { self.ahead.push(member) } else { self.members.push(member) }
    }

    /// Lets those go who have to check their store, or to try parked events again.
    fn let_some_go(&mut self) {
        let goes = |member: &mut Member| {
            let is_over =
                member.subscriber.may_lose_data() && member.joined_at.elapsed() > VISIT_MAX;
            is_over || member.cursor.lease.retry_wanted
        };
        for member in self.members.extract_if(.., goes) {
            member.leave();
        }
        if self.members.is_empty()
            && let Some(first) = self.ahead.iter().map(|member| member.cursor.position()).min()
        {
            let is_first = |member: &mut Member| member.cursor.position() == first;
            self.members.extend(self.ahead.extract_if(.., is_first));
        }
    }

    /// Lets those go whose lease is not ours any more.
    fn keep(&mut self, ours: &[String]) {
        let goes = |member: &mut Member| !ours.iter().any(|name| name == member.name());
        for member in self.members.extract_if(.., goes) {
            member.leave();
        }
    }

    /// Lets all go.
    fn dissolve(&mut self) {
        self.page_size = pages::SIZE;
        self.read_all_at = None;
        for member in self.members.drain(..).chain(self.ahead.drain(..)) {
            member.leave();
        }
    }
}

impl Member {
    fn name(&self) -> &'static str {
        self.subscriber.name()
    }

    fn is_visitor(&self) -> bool {
        !self.subscriber.is_in_database()
    }
}
