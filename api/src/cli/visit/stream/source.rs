//! A file or a pipe as a request body: read while it is sent.

use std::os::fd::AsFd;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use anyhow::Context as _;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame};
use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// Source of the documents.
pub(super) struct Source {
    reader: Pin<Box<dyn AsyncRead + Send + Sync>>,
    chunk: Box<[u8]>,
    sent_bytes: Arc<AtomicU64>,
}

impl Source {
    /// Opens a file; returns also its length.
    pub(super) async fn file(path: &Path) -> anyhow::Result<(Self, u64)> {
        let failed = || format!("{} cannot be read", path.display());
        let file = File::open(path).await.with_context(failed)?;
        let length = file.metadata().await.with_context(failed)?.len();
        Ok((Self::new(file), length))
    }

    /// Standard input.
    pub(super) fn stdin() -> anyhow::Result<Self> {
        let stdin = std::io::stdin().as_fd().try_clone_to_owned();
        let stdin = stdin.context("standard input cannot be read")?;
        Ok(Self::new(File::from_std(stdin.into())))
    }

    fn new(reader: impl AsyncRead + Send + Sync + 'static) -> Self {
        let chunk = vec![0; CHUNK_BYTES].into_boxed_slice();
        Self { reader: Box::pin(reader), chunk, sent_bytes: Arc::default() }
    }

    /// The counter of bytes read.
    pub(super) fn sent_bytes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.sent_bytes)
    }
}

impl Body for Source {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        let source = self.get_mut();
        let mut buffer = ReadBuf::new(&mut source.chunk);
        ready!(source.reader.as_mut().poll_read(context, &mut buffer))?;
        let read = BytesMut::from(buffer.filled()).freeze();
        source.sent_bytes.fetch_add(read.len() as u64, Ordering::Relaxed);
        Poll::Ready((!read.is_empty()).then(|| Ok(Frame::data(read))))
    }
}
