//! `hip audit check-archive`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use hip_proof::{ArchiveCheck, CheckedArchive};
use serde_json::json;

use super::trust::Trust;
use crate::output::{ExitStatus, print_json_line, print_line};

/// Maximum length of a line, in bytes: the largest body that is taken, in base64, and more.
const LINE_LENGTH_MAX: u64 = 256 << 20;

/// Options of `hip audit check-archive`.
#[derive(clap::Args)]
pub(crate) struct CheckArchiveOptions {
    /// Archives in the order of their positions, as `hip events archive` writes them. They must follow each other.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    trust: Trust,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &CheckArchiveOptions, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let keys = options.trust.keys(data_dir)?;
    if keys.is_empty() {
        bail!("whose seals are believed? name the public key with --public-key");
    }
    let mut check = ArchiveCheck::new(&keys);
    let mut checked = Err("there is no archive".to_owned());
    for file in &options.files {
        let one = one(&mut check, file)?;
        checked = one.map_err(|why| format!("{}: {why}", file.display()));
        if checked.is_err() {
            break;
        }
    }
    print(checked.as_ref(), options.json);
    Ok(if checked.is_ok() { ExitStatus::Success } else { ExitStatus::Negative })
}

/// Checks a file; the inner error is what is wrong with its content.
fn one(
    check: &mut ArchiveCheck<'_>,
    path: &Path,
) -> anyhow::Result<Result<CheckedArchive, String>> {
    let context = || format!("{} cannot be read", path.display());
    let mut file = BufReader::new(File::open(path).with_context(context)?);
    let (mut line, mut number) = (vec![], 0_u64);
    loop {
        line.clear();
        file.by_ref().take(LINE_LENGTH_MAX).read_until(b'\n', &mut line).with_context(context)?;
        if line.is_empty() {
            return Ok(check.end().map_err(|fault| fault.to_string()));
        }
        number += 1;
        let fault = match std::str::from_utf8(&line) {
            Ok(text) => check.line(text).err().map(|fault| fault.to_string()),
            Err(_) => Some("it is no text".to_owned()),
        };
        if let Some(fault) = fault {
            return Ok(Err(format!("line {number}: {fault}")));
        }
    }
}

fn print(checked: Result<&CheckedArchive, &String>, json: bool) {
    let (archive, why) = (checked.ok(), checked.err());
    if json {
        return print_json_line(&json!({
            "whole": archive.is_some(),
            "from": archive.map(|archive| archive.from),
            "to": archive.map(|archive| archive.to),
            "events": archive.map(|archive| archive.event_count),
            "why": why,
        }));
    }
    match checked {
        Ok(CheckedArchive { from, to, event_count }) => print_line(&format!(
            "archive whole: {event_count} events at positions {from} to {to}, as they were sealed"
        )),
        Err(why) => print_line(&format!("not what was sealed: {why}")),
    }
}
