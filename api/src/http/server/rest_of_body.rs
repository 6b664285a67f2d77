//! Reads what a client still sends after it got its answer.
//!
//! A request may be answered before its body is read: too large, unknown key. If the connection were then closed, the
//! client could be told of a broken connection instead of the answer.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use axum::http::Request;
use axum::http::header::EXPECT;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::time::timeout;

/// How much is read and dropped, for how long, and how long the next part is waited for. Then the connection is closed.
const BYTES_MAX: usize = 64 << 20;
const TIME_MAX: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// A body whose rest is read when it is dropped.
pub(super) struct DrainedBody<B>
where
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
{
    /// `None` once it is at its end.
    body: Option<B>,
    /// The client sends nothing before it is asked to.
    waits: bool,
}

impl<B> DrainedBody<B>
where
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
{
    /// The same request, of which the whole body is read.
    pub(super) fn of(request: Request<B>) -> Request<Self> {
        let waits = request.headers().contains_key(EXPECT);
        request.map(|body| Self { body: Some(body), waits })
    }
}

impl<B> HttpBody for DrainedBody<B>
where
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        self.waits = false;
        let Some(body) = self.body.as_mut() else { return Poll::Ready(None) };
        let frame = Pin::new(body).poll_frame(context);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl<B> Drop for DrainedBody<B>
where
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
{
    fn drop(&mut self) {
        let Some(body) = self.body.take().filter(|body| !self.waits && !body.is_end_stream())
        else {
            return;
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(timeout(TIME_MAX, drain(body)));
        }
    }
}

async fn drain<B: HttpBody<Data = Bytes> + Unpin>(mut body: B) {
    let mut left = BYTES_MAX;
    while let Ok(Some(Ok(frame))) = timeout(PAUSE_MAX, body.frame()).await {
        match left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}
