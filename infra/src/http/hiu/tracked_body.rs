//! A request body that signals when it was sent completely.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::oneshot;

/// A body of known length. It is handed over in pieces, so that the last one is taken only after the
/// others were written.
pub(super) struct TrackedBody {
    rest: Bytes,
    left: Option<oneshot::Sender<()>>,
}

/// Resolves when the body was sent.
pub(super) struct BodySent(oneshot::Receiver<()>);

const PIECE_BYTES: usize = 64 * 1024;

impl TrackedBody {
    pub(super) fn new(body: String) -> (Self, BodySent) {
        let (sender, receiver) = oneshot::channel();
        (Self { rest: Bytes::from(body), left: Some(sender) }, BodySent(receiver))
    }
}

impl BodySent {
    /// Never resolves if the request is dropped before its body was sent.
    pub(super) async fn wait(self) {
        if self.0.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Body for TrackedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.rest.len().min(PIECE_BYTES);
        let piece = self.rest.split_to(length);
        if self.rest.is_empty()
            && let Some(left) = self.left.take()
        {
            // The receiver is gone if the answer came first.
            let _ = left.send(());
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
