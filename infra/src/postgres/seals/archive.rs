//! Writes an archive: the events of a stretch of the log, with the seals that cover them.

use std::io::{self, Write};

use hip_commands::port::log::LogError;
use hip_proof::{ARCHIVE_VERSION, ArchiveContent, ArchiveLine, ArchivedEvent, Hash, Seal};
use sqlx::PgPool;
use thiserror::Error;

use super::proof::{EventRow, proven};
use super::table;
use crate::postgres::deadline::InTime;
use crate::postgres::event_store::{SHARD, unavailable};

/// Seals that are read in one query.
const SEALS_AT_ONCE: i64 = 1_000;

/// Why no archive was written.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Not all events are sealed yet, or there are none.
    #[error("the events up to position {0} are not all sealed yet")]
    NotSealed(i64),
    /// Positions are missing, or events are not those that were sealed.
    #[error(
        "the events at positions {from} to {to} do not agree with their seal: run `hip audit verify`"
    )]
    Altered {
        /// The first position of the seal.
        from: i64,
        /// Its last.
        to: i64,
    },
    /// The file cannot be written.
    #[error("the archive cannot be written: {0}")]
    File(#[from] io::Error),
}

/// Writes all events whose seal begins at a position from `from` to `to`. Archives of stretches that follow
/// each other follow each other, too: none lacks an event, none has one twice. Reports the position to
/// `progress` after each seal.
///
/// # Errors
///
/// The log cannot be read, is not sealed so far, or does not agree with its seals; the file cannot be written.
pub async fn archive(
    pool: &PgPool,
    (from, to): (i64, i64),
    mut file: impl Write,
    progress: impl Fn(i64),
) -> Result<ArchiveContent, ArchiveError> {
    let content = content(pool, from, to).await?;
    write(&mut file, &ArchiveLine::Archive(content.clone()))?;
    let mut after = content.from - 1;
    while after < content.to {
        let seals = table::kept(pool, after, SEALS_AT_ONCE).await?;
        for seal in seals.into_iter().filter(|seal| seal.statement.from <= content.to) {
            after = sealed(pool, seal, &mut file).await?;
            progress(after);
        }
    }
    file.flush()?;
    Ok(content)
}

/// What the archive will hold.
async fn content(pool: &PgPool, from: i64, to: i64) -> Result<ArchiveContent, ArchiveError> {
    let bounds = async |query: &'static str| -> Result<Option<i64>, LogError> {
        sqlx::query_scalar(query)
            .bind(SHARD)
            .bind(from)
            .bind(to)
            .fetch_one(pool)
            .in_time()
            .await
            .map_err(unavailable)
    };
    let first = bounds(
        "SELECT min(from_position) FROM es.seal WHERE shard = $1 AND from_position BETWEEN $2 AND $3",
    );
    let last = bounds(
        "SELECT max(to_position) FROM es.seal WHERE shard = $1 AND from_position BETWEEN $2 AND $3",
    );
    let not_sealed = || ArchiveError::NotSealed(to);
    let (first, last) = (first.await?.ok_or_else(not_sealed)?, last.await?.ok_or_else(not_sealed)?);
    if last < to {
        return Err(not_sealed());
    }
    let first_seal = table::kept(pool, first - 1, 1).await?.pop().ok_or_else(not_sealed)?;
    let previous = first_seal.statement.previous;
    Ok(ArchiveContent { version: ARCHIVE_VERSION, shard: SHARD, from: first, to: last, previous })
}

/// Writes the events of a seal, then the seal. Returns its last position.
async fn sealed(pool: &PgPool, seal: Seal, file: &mut impl Write) -> Result<i64, ArchiveError> {
    #[derive(sqlx::FromRow)]
    struct Row {
        #[sqlx(flatten)]
        event: EventRow,
        previous: Option<Hash>,
    }
    let (from, to) = (seal.statement.from, seal.statement.to);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT e.*, CASE WHEN e.version = 1 THEN sha256(convert_to(e.stream_id, 'UTF8')) ELSE p.hash END AS previous \
           FROM es.event e \
           LEFT JOIN es.event p ON p.shard = e.shard AND p.stream_id = e.stream_id AND p.version = e.version - 1 \
          WHERE e.shard = $1 AND e.position BETWEEN $2 AND $3 ORDER BY e.position",
    )
    .bind(SHARD)
    .bind(from)
    .bind(to)
    .fetch_all(pool)
    .in_time()
    .await
    .map_err(unavailable)?;
    let altered = || ArchiveError::Altered { from, to };
    let mut tree = hip_proof::Tree::default();
    for row in rows {
        let previous = row.previous.ok_or_else(altered)?;
        let (body, meta) = (row.event.body.clone(), row.event.meta.clone());
        let event = proven(row.event, previous);
        tree.push(&event.hash());
        write(file, &ArchiveLine::Event(Box::new(ArchivedEvent { event, body, meta })))?;
    }
    if tree.root() != Some(seal.statement.root) {
        return Err(altered());
    }
    write(file, &ArchiveLine::Seal(seal))?;
    Ok(to)
}

fn write(file: &mut impl Write, line: &ArchiveLine) -> io::Result<()> {
    serde_json::to_writer(&mut *file, line)?;
    file.write_all(b"\n")
}
