//! A client that asks again when it is told to.

use std::time::{Duration, Instant};

use reqwest::{RequestBuilder, Response, StatusCode};

/// Longer than anything takes on a slow machine with other work.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// A request to a provider that may be busy.
pub trait Patient {
    /// The answer. The request is made again for as long as the provider says that it cannot answer yet (503),
    /// as it does on a machine with much other work.
    fn patiently(self) -> impl Future<Output = reqwest::Result<Response>>;
}

impl Patient for RequestBuilder {
    /// # Panics
    ///
    /// When the body can be sent only once.
    async fn patiently(self) -> reqwest::Result<Response> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let request = self.try_clone().expect("a body that can be sent again");
            let answer = request.send().await?;
            if answer.status() != StatusCode::SERVICE_UNAVAILABLE || Instant::now() > deadline {
                return Ok(answer);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
