//! `hip events partitions`, `archive`, `move`: old partitions of the log.

use std::fs::File;
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use hip_domain::access::{Filter, Listing};
use hip_infra::postgres::event_store::{Partition, partitions, relocate};
use hip_infra::postgres::seals;
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::{Connection, PgConnection, PgPool};

use crate::cli::common::access_log::AccessLog;
use crate::database::{Database, OpenLog, is_made};
use crate::output::{ExitStatus, print_json_line, print_line};

/// Options of `hip events archive`.
#[derive(clap::Args)]
pub(crate) struct ArchiveOptions {
    /// Name of a full partition; `hip events partitions` lists them.
    partition: String,
    /// The file; it must not exist.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Options of `hip events move`.
#[derive(clap::Args)]
pub(crate) struct MoveOptions {
    /// Name of a full partition; `hip events partitions` lists them.
    partition: String,
    /// An existing tablespace of the server.
    #[arg(long, value_name = "NAME")]
    tablespace: String,
}

pub(super) async fn list(json: bool, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let log = OpenLog::open(data_dir, 2).await?;
    let all = all(&log.pool).await;
    log.close().await;
    let all = all?;
    if json {
        all.iter().for_each(print_json_line);
        return Ok(ExitStatus::Success);
    }
    for Partition { name, from, to, is_full, size_bytes, tablespace } in &all {
        let state = if *is_full { "full" } else { "open" };
        let mib = size_bytes >> 20;
        print_line(&format!(
            "{name}  positions {from} to {to}  {state}  {mib} MiB  tablespace {tablespace}"
        ));
    }
    Ok(ExitStatus::Success)
}

pub(super) async fn archive(
    options: &ArchiveOptions,
    data_dir: &Path,
) -> anyhow::Result<ExitStatus> {
    let log = OpenLog::open(data_dir, 2).await?;
    let archived = write(&log.pool, options).await;
    log.close().await;
    archived.map(|()| ExitStatus::Success)
}

pub(super) async fn relocate_to(
    options: &MoveOptions,
    data_dir: &Path,
) -> anyhow::Result<ExitStatus> {
    let MoveOptions { partition, tablespace } = options;
    if !is_made(data_dir) {
        bail!("there is no log in {}", data_dir.display());
    }
    let database = Database::open(data_dir).await?;
    let moved = async {
        let mut owner = PgConnection::connect(database.owner_url()).await?;
        relocate(&mut owner, partition, tablespace).await?;
        owner.close().await?;
        anyhow::Ok(())
    };
    let moved = moved.await;
    database.close().await;
    moved.with_context(|| format!("{partition} was not moved"))?;
    print_line(&format!("{partition} is in the tablespace {tablespace}"));
    Ok(ExitStatus::Success)
}

async fn all(pool: &PgPool) -> anyhow::Result<Vec<Partition>> {
    Ok(partitions(&mut *pool.acquire().await?).await?)
}

async fn write(pool: &PgPool, options: &ArchiveOptions) -> anyhow::Result<()> {
    let ArchiveOptions { partition, to: path, json } = options;
    let all = all(pool).await?;
    let found = all.into_iter().find(|one| one.name == *partition);
    let Partition { from, to, is_full, .. } = found.with_context(|| {
        format!("there is no partition {partition}; `hip events partitions` lists them")
    })?;
    if !is_full {
        bail!("{partition} is not full yet: an archive of it would not be whole");
    }
    let looks = AccessLog::in_log_of(pool);
    looks.at_list(Listing::Events, &[(Filter::Period, true)]).await?;
    let file = File::options().write(true).create_new(true).mode(0o600).open(path);
    let file = file.with_context(|| format!("{} cannot be made", path.display()))?;
    let bar = ProgressBar::new(to.unsigned_abs())
        .with_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} events, {eta} left")?);
    let progress = |position: i64| bar.set_position(position.unsigned_abs());
    let content = seals::archive(pool, (from, to), BufWriter::new(&file), progress).await;
    bar.finish_and_clear();
    let content = match content.map_err(anyhow::Error::from).and_then(|it| whole(&file, it)) {
        Ok(content) => content,
        Err(error) => {
            // Half an archive is of no use, and its name would be taken.
            let _ = std::fs::remove_file(path);
            return Err(error);
        }
    };
    if *json {
        print_json_line(&content);
    } else {
        let (file, from, to) = (path.display(), content.from, content.to);
        print_line(&format!("{file} has the events at positions {from} to {to}"));
        print_line(&format!(
            "  check it anywhere: hip audit check-archive {file} --public-key FILE"
        ));
    }
    Ok(())
}

/// The file is on the disk, not in memory only.
fn whole<T>(file: &File, content: T) -> anyhow::Result<T> {
    file.sync_all()?;
    Ok(content)
}
