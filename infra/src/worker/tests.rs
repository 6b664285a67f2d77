use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::*;

const TIME_MAX: Duration = Duration::from_secs(60);

/// Behaviour of a row in the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Succeed,
    Panic,
    Hang,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Done,
    Panicked,
    Late,
    GivenBack,
}

/// A queue in memory, with the rows of each lane.
struct Rows {
    lanes: Vec<Mutex<Vec<Row>>>,
    ended: mpsc::UnboundedSender<(Row, End)>,
    renewed: Arc<AtomicUsize>,
    handed: Arc<Handed>,
}

/// Rows of the first lane that the worker gets without asking, and how often it asked.
#[derive(Default)]
struct Handed {
    rows: Mutex<Vec<Row>>,
    some: Notify,
    asked_count: AtomicUsize,
    is_closed: AtomicBool,
}

impl Handed {
    fn give(&self, rows: &[Row]) {
        self.rows.lock().extend(rows);
        self.some.notify_one();
    }
}

impl Queue for Rows {
    type Claim = Row;
    type Settlement = End;

    const ROWS: &'static str = "rows of a test";

    fn lane_count(&self) -> usize {
        self.lanes.len()
    }

    async fn take(&self, lane: usize, limit: i64, _: &[Arc<Row>]) -> Result<Vec<Row>, sqlx::Error> {
        self.handed.asked_count.fetch_add(1, Ordering::SeqCst);
        let mut rows = self.lanes[lane].lock();
        let count = rows.len().min(usize::try_from(limit).unwrap());
        Ok(rows.drain(..count).collect())
    }

    fn span(&self, _: &Row) -> Span {
        Span::none()
    }

    async fn perform(&self, row: &Row) -> End {
        match row {
            Row::Succeed => End::Done,
            Row::Panic => panic!("a row of the test panics"),
            Row::Hang => std::future::pending().await,
        }
    }

    fn time_max(&self, _: &Row) -> Duration {
        TIME_MAX
    }

    fn broken_off(&self, _: &Row, reason: String) -> End {
        if reason == PANICKED { End::Panicked } else { End::Late }
    }

    fn given_back(&self) -> End {
        End::GivenBack
    }

    async fn settle(&self, row: &Row, end: &End) -> Result<(), sqlx::Error> {
        self.ended.send((*row, *end)).unwrap();
        Ok(())
    }

    async fn renew(&self, claims: &[Arc<Row>]) -> Result<(), sqlx::Error> {
        self.renewed.store(claims.len(), Ordering::SeqCst);
        Ok(())
    }

    fn handed(&self) -> Vec<(usize, Row)> {
        self.handed.rows.lock().drain(..).map(|row| (0, row)).collect()
    }

    async fn until_handed(&self) {
        self.handed.some.notified().await;
    }

    fn stopping(&self) {
        self.handed.is_closed.store(true, Ordering::SeqCst);
    }

    /// Hanging rows go last.
    fn rank(&self, row: &Row) -> Rank {
        (i16::from(*row == Row::Hang), 0)
    }

    fn frees_others(&self, _: usize) -> bool {
        false
    }

    fn due_after(&self, end: &End) -> Option<Duration> {
        (*end == End::Panicked).then_some(Duration::from_millis(30))
    }
}

struct Running {
    ended: mpsc::UnboundedReceiver<(Row, End)>,
    renewed: Arc<AtomicUsize>,
    handed: Arc<Handed>,
    stop: watch::Sender<bool>,
    worker: tokio::task::JoinHandle<()>,
}

fn run(lanes: Vec<Vec<Row>>) -> Running {
    let (ending, ended) = mpsc::unbounded_channel();
    let renewed = Arc::<AtomicUsize>::default();
    let lanes = lanes.into_iter().map(Mutex::new).collect();
    let handed = Arc::<Handed>::default();
    let rows =
        Rows { lanes, ended: ending, renewed: Arc::clone(&renewed), handed: Arc::clone(&handed) };
    let (lease, poll) = (Duration::from_secs(9), Duration::from_millis(100));
    let worker = Worker::new(rows, WorkerConfig { concurrency: 2, lease, poll }, Arc::default());
    let (stop, stopped) = watch::channel(false);
    Running { ended, renewed, handed, stop, worker: tokio::spawn(worker.run(stopped)) }
}

#[tokio::test(start_paused = true)]
async fn a_row_that_panics_has_failed_and_is_renewed_no_more() {
    let mut running = run(vec![vec![Row::Panic, Row::Succeed, Row::Hang]]);
    assert_eq!(running.ended.recv().await, Some((Row::Panic, End::Panicked)));
    assert_eq!(running.ended.recv().await, Some((Row::Succeed, End::Done)));
    // Only the row that hangs is still claimed.
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(running.renewed.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn rows_that_hang_keep_no_slot_of_another_lane() {
    let mut running = run(vec![vec![Row::Hang; 16], vec![Row::Succeed]]);
    assert_eq!(running.ended.recv().await, Some((Row::Succeed, End::Done)));
}

#[tokio::test(start_paused = true)]
async fn a_worker_without_a_free_slot_stops_in_time_and_gives_back_what_hangs() {
    let mut running = run(vec![vec![Row::Hang; 3]]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    running.stop.send_replace(true);
    let stopped = tokio::time::timeout(SHUTDOWN_GRACE + GIVE_BACK_MAX, running.worker).await;
    stopped.expect("it stops in time").unwrap();
    for _ in 0..2 {
        assert_eq!(running.ended.recv().await, Some((Row::Hang, End::GivenBack)));
    }
    assert_eq!(running.ended.recv().await, None, "the third row was never taken");
}

#[tokio::test(start_paused = true)]
async fn a_row_that_never_ends_is_broken_off() {
    let mut running = run(vec![vec![Row::Hang]]);
    assert_eq!(running.ended.recv().await, Some((Row::Hang, End::Late)));
}

#[tokio::test(start_paused = true)]
async fn a_part_that_panics_is_started_again() {
    let starts = AtomicUsize::new(0);
    restart_after_panic("a part of the test", || async {
        assert!(starts.fetch_add(1, Ordering::SeqCst) == 2, "the part panics twice");
    })
    .await;
    assert_eq!(starts.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn handed_tasks_start_by_rank_without_a_query() {
    let mut running = run(vec![vec![]]);
    tokio::time::sleep(Duration::from_millis(10)).await;
    let asked = running.handed.asked_count.load(Ordering::SeqCst);
    running.handed.give(&[Row::Hang, Row::Hang, Row::Hang, Row::Succeed]);
    assert_eq!(running.ended.recv().await, Some((Row::Succeed, End::Done)));
    assert_eq!(running.handed.asked_count.load(Ordering::SeqCst), asked);
}

#[tokio::test(start_paused = true)]
async fn handed_tasks_are_released_when_the_process_stops() {
    let mut running = run(vec![vec![]]);
    running.handed.give(&[Row::Hang; 5]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    running.stop.send_replace(true);
    while !running.handed.is_closed.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    // On its way when the worker stopped.
    running.handed.give(&[Row::Succeed]);
    running.worker.await.unwrap();
    let mut given_back = vec![];
    while let Some(row) = running.ended.recv().await {
        given_back.push(row);
    }
    given_back.sort_by_key(|(row, _)| *row == Row::Succeed);
    assert_eq!(given_back[..5], [(Row::Hang, End::GivenBack); 5]);
    assert_eq!(given_back[5..], [(Row::Succeed, End::GivenBack)]);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_is_due_again_soon_is_looked_for_then() {
    let mut running = run(vec![vec![Row::Panic]]);
    assert_eq!(running.ended.recv().await, Some((Row::Panic, End::Panicked)));
    let asked = running.handed.asked_count.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(31)).await;
    assert_eq!(
        running.handed.asked_count.load(Ordering::SeqCst),
        asked + 1,
        "before the next poll"
    );
}
