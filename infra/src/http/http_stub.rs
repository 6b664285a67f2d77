//! A small HTTP peer for tests: the test supplies the answers, and requests are recorded.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// One request: method and path in one text, bearer and body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StubRequest {
    pub(crate) what: String,
    pub(crate) bearer: String,
    pub(crate) body: String,
}

/// Status and body for a request; the number counts the requests.
type Answers = dyn Fn(&StubRequest, usize) -> (u16, String) + Send + Sync;

/// A running peer.
pub(crate) struct Stub {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<StubRequest>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Stub {
    pub(crate) async fn start(
        answers: impl Fn(&StubRequest, usize) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers: Arc<Answers> = Arc::new(answers);
        let log = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answers) = (Arc::clone(&log), Arc::clone(&answers));
                tokio::spawn(serve(stream, log, answers));
            }
        });
        Self { url, asked, task }
    }

    /// Number of requests with this method and path.
    pub(crate) fn count(&self, what: &str) -> usize {
        self.asked.lock().iter().filter(|asked| asked.what == what).count()
    }

    pub(crate) fn last(&self) -> StubRequest {
        self.asked.lock().last().cloned().unwrap_or_default()
    }

    pub(crate) fn stop(&self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, log: Arc<Mutex<Vec<StubRequest>>>, answers: Arc<Answers>) {
    let mut stream = BufReader::new(stream);
    let mut asked = StubRequest::default();
    let (mut line, mut length) = (String::new(), 0);
    while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
        let text = line.trim().to_owned();
        line.clear();
        if asked.what.is_empty() {
            asked.what = text.split(' ').take(2).collect::<Vec<_>>().join(" ");
        }
        let header = text.split_once(": ").map(|(name, value)| (name.to_lowercase(), value));
        match header {
            Some((name, value)) if name == "authorization" => {
                asked.bearer = value.trim_start_matches("Bearer ").to_owned();
            }
            Some((name, value)) if name == "content-length" => length = value.parse().unwrap(),
            _ if text.is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    asked.body = String::from_utf8(body).unwrap();
    let number = {
        let mut log = log.lock();
        log.push(asked.clone());
        log.len()
    };
    let (status, body) = answers(&asked, number);
    let answer = format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\ndate: Mon, 14 Sep 2026 07:00:30 GMT\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}
