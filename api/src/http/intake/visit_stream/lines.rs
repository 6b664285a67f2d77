//! The lines of a request body, each of bounded length.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt, stream};
use hip_infra::config::text_file::bytes_without_mark;
use tokio::sync::watch;

use crate::room::{Room, Taken};

/// A sender that is silent for this long is considered gone.
const SILENCE_MAX: Duration = Duration::from_secs(600);

/// Lines up to this length need no reservation of memory.
const SHORT_LINE_BYTES_MAX: usize = 256 * 1024;

/// A line with its number in the stream, from 1. Empty lines are counted and skipped.
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) what: LineContent,
    /// The memory that a long line reserves until it is recorded.
    pub(super) taken: Option<Taken>,
}

/// Content of a line.
pub(super) enum LineContent {
    /// A possible document.
    Document(String),
    /// Longer than this many bytes; it was discarded.
    TooLong(usize),
    /// A long line without memory for it; it was discarded.
    Busy,
    /// Not UTF-8.
    NoText,
    /// This process stops; this line and all after it were not processed.
    Stopped,
    /// The sender was silent too long before this line.
    Silence,
}

/// Splits a body into lines.
pub(super) struct Lines {
    body: BodyDataStream,
    stop: watch::Receiver<bool>,
    bytes_max: usize,
    chunk: Bytes,
    line: Vec<u8>,
    is_too_long: bool,
    is_busy: bool,
    room: Arc<Room>,
    caller: String,
    taken: Option<Taken>,
    number: u64,
    is_over: bool,
}

/// The next item of the body.
enum Next {
    Chunk(Bytes),
    End,
    /// The connection broke: an incomplete last line is discarded.
    Broken,
    Stopped,
    Silence,
}

impl Lines {
    /// The lines that `caller` sends; long ones wait for memory.
    pub(super) fn new(
        body: Body,
        bytes_max: usize,
        (room, caller): (Arc<Room>, String),
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self {
            body: body.into_data_stream(),
            stop,
            bytes_max,
            chunk: Bytes::new(),
            line: Vec::new(),
            is_too_long: false,
            is_busy: false,
            room,
            caller,
            taken: None,
            number: 0,
            is_over: false,
        }
    }

    pub(super) fn into_stream(self) -> impl Stream<Item = Line> + Send {
        stream::unfold(self, |mut lines| async { Some((lines.next().await?, lines)) })
    }

    async fn next(&mut self) -> Option<Line> {
        while !self.is_over {
            if let Some(end) = self.chunk.iter().position(|byte| *byte == b'\n') {
                let part = self.chunk.split_to(end);
                self.chunk.advance(1);
                self.gather(&part).await;
                match self.complete() {
                    Some(line) => return Some(line),
                    None => continue,
                }
            }
            let part = std::mem::take(&mut self.chunk);
            self.gather(&part).await;
            match self.read().await {
                Next::Chunk(chunk) => self.chunk = chunk,
                Next::End => {
                    self.is_over = true;
                    return self.complete();
                }
                Next::Broken => self.is_over = true,
                Next::Stopped => return Some(self.last(LineContent::Stopped)),
                Next::Silence => return Some(self.last(LineContent::Silence)),
            }
        }
        None
    }

    async fn read(&mut self) -> Next {
        tokio::select! {
            biased;
            // If the channel's sender is gone, stop is never signalled.
            Ok(_) = self.stop.wait_for(|stop| *stop) => Next::Stopped,
            read = tokio::time::timeout(SILENCE_MAX, self.body.next()) => match read {
                Ok(Some(Ok(chunk))) => Next::Chunk(chunk),
                Ok(Some(Err(_))) => Next::Broken,
                Ok(None) => Next::End,
                Err(_) => Next::Silence,
            },
        }
    }

    async fn gather(&mut self, part: &[u8]) {
        let length = self.line.len() + part.len();
        if length > self.bytes_max {
            self.is_too_long = true;
            self.line = Vec::new();
            self.taken = None;
        }
        if self.is_too_long || self.is_busy {
            return;
        }
        if length > SHORT_LINE_BYTES_MAX && self.taken.is_none() {
            let Ok(taken) = self.room.take(&self.caller, self.bytes_max).await else {
                self.is_busy = true;
                self.line = Vec::new();
                return;
            };
            self.taken = Some(taken);
        }
        self.line.extend_from_slice(part);
    }

    /// The collected line, unless it is empty.
    fn complete(&mut self) -> Option<Line> {
        self.number += 1;
        let (mut line, taken) = (std::mem::take(&mut self.line), self.taken.take());
        if self.number == 1 {
            line.drain(..line.len() - bytes_without_mark(&line).len());
        }
        let is_busy = std::mem::take(&mut self.is_busy);
        let what = if std::mem::take(&mut self.is_too_long) {
            LineContent::TooLong(self.bytes_max)
        } else if is_busy {
            LineContent::Busy
        } else if line.trim_ascii().is_empty() {
            return None;
        } else {
            String::from_utf8(line).map_or(LineContent::NoText, LineContent::Document)
        };
        Some(Line { number: self.number, what, taken })
    }

    fn last(&mut self, what: LineContent) -> Line {
        self.is_over = true;
        Line { number: self.number + 1, what, taken: None }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn room() -> (Arc<Room>, String) {
        (Arc::new(Room::new(1)), "emr".to_owned())
    }

    async fn lines(chunks: &'static [&'static [u8]]) -> Vec<(u64, String)> {
        let (_tell, stop) = watch::channel(false);
        let chunks = stream::iter(chunks).map(|chunk| Ok::<_, Infallible>(Bytes::from(*chunk)));
        let lines = Lines::new(Body::from_stream(chunks), 8, room(), stop).into_stream();
        let text = |line: Line| match line.what {
            LineContent::Document(text) => (line.number, text),
            LineContent::TooLong(_) => (line.number, "too long".to_owned()),
            LineContent::NoText => (line.number, "no text".to_owned()),
            LineContent::Stopped | LineContent::Silence | LineContent::Busy => {
                (line.number, "over".to_owned())
            }
        };
        lines.map(text).collect().await
    }

    fn expected(lines: &[(u64, &str)]) -> Vec<(u64, String)> {
        lines.iter().map(|(number, text)| (*number, (*text).to_owned())).collect()
    }

    #[tokio::test]
    async fn lines_do_not_follow_the_pieces_in_which_they_come() {
        let found = lines(&[b"on", b"e\n", b"two\nthr", b"", b"ee\n\n  \r\nsix"]).await;
        assert_eq!(found, expected(&[(1, "one"), (2, "two"), (3, "three"), (6, "six")]));
    }

    #[tokio::test]
    async fn a_byte_order_mark_is_no_part_of_the_first_line() {
        let found = lines(&[b"\xef\xbb", b"\xbfone\ntwo\n"]).await;
        assert_eq!(found, expected(&[(1, "one"), (2, "two")]));
        assert_eq!(lines(&[b"\xef\xbb\xbf\r\ntwo"]).await, expected(&[(2, "two")]));
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_costs_only_itself() {
        let found = lines(&[b"12345678\n1234567", b"89", b"0\nnext\n\xff\n"]).await;
        let all = [(1, "12345678"), (2, "too long"), (3, "next"), (4, "no text")];
        assert_eq!(found, expected(&all));
    }

    #[tokio::test]
    async fn a_line_that_broke_off_is_none() {
        let (_tell, stop) = watch::channel(false);
        let pieces = [Ok(Bytes::from("one\ntw")), Err(std::io::Error::other("gone"))];
        let body = Body::from_stream(stream::iter(pieces));
        let found: Vec<Line> = Lines::new(body, 8, room(), stop).into_stream().collect().await;
        assert_eq!(found.len(), 1);
    }

    #[tokio::test]
    async fn a_process_that_stops_says_where() {
        let (tell, stop) = watch::channel(false);
        tell.send_replace(true);
        let body = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        let found: Vec<Line> = Lines::new(body, 8, room(), stop).into_stream().collect().await;
        assert!(matches!(found.as_slice(), [Line { number: 1, what: LineContent::Stopped, .. }]));
    }
}
