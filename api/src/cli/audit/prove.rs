//! `hip audit prove`, `hip audit check-proof`.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use hip_infra::config::text_file::without_mark;
use hip_infra::postgres::event_store::LogReader;
use hip_infra::postgres::seals::{ProofError, prove as prove_at};
use hip_proof::Proof;
use serde_json::json;
use uuid::Uuid;

use super::trust::Trust;
use crate::database::OpenLog;
use crate::output::{ExitStatus, print_error, print_json_line, print_line};

/// Maximum size of a proof, in bytes; a real one has some kilobytes.
const PROOF_LENGTH_MAX: u64 = 1 << 20;

/// Options of `hip audit prove`.
#[derive(clap::Args)]
pub(crate) struct ProveOptions {
    /// Id or position of the event.
    event: String,
}

/// Options of `hip audit check-proof`.
#[derive(clap::Args)]
pub(crate) struct CheckOptions {
    /// File with the proof, as `hip audit prove` prints it; `-` for standard input.
    file: PathBuf,
    #[command(flatten)]
    trust: Trust,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) async fn prove(options: &ProveOptions, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let log = OpenLog::open(data_dir, 2).await?;
    let position = match (options.event.parse::<i64>(), Uuid::parse_str(&options.event)) {
        (Ok(position), _) => Some(position),
        (_, Ok(id)) => LogReader::new(log.pool.clone()).position_of(id).await?,
        _ => bail!("an event is named by its id, a UUID, or by its position"),
    };
    let proof = match position {
        Some(position) => prove_at(&log.pool, position).await,
        None => Err(ProofError::Unknown),
    };
    log.close().await;
    match proof {
        Ok(proof) => {
            print_json_line(&json!(proof));
            Ok(ExitStatus::Success)
        }
        Err(ProofError::Log(error)) => Err(error.into()),
        Err(no) => {
            print_error(&no.to_string());
            Ok(ExitStatus::Negative)
        }
    }
}

pub(super) fn check(options: &CheckOptions, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let keys = options.trust.keys(data_dir)?;
    if keys.is_empty() {
        bail!("whose seal is believed? name the public key with --public-key");
    }
    let checked = match serde_json::from_str::<Proof>(&read(&options.file)?) {
        Ok(proof) => proof.check(&keys).map(|()| proof).map_err(|error| error.to_string()),
        Err(error) => Err(format!("this is no proof: {error}")),
    };
    if options.json {
        let (proof, why) = (checked.as_ref().ok(), checked.as_ref().err());
        print_json_line(&json!({
            "proven": proof.is_some(),
            "position": proof.map(|proof| proof.event.position),
            "event": proof.map(|proof| proof.event.id),
            "sealedAt": proof.map(|proof| proof.seal.statement.sealed_at),
            "why": why,
        }));
    } else {
        match &checked {
            Ok(Proof { event, seal, .. }) => print_line(&format!(
                "proven: event {} ({}) was at position {} when sealed at {} by {}",
                event.id,
                event.event_type,
                event.position,
                seal.statement.sealed_at,
                seal.statement.key_id,
            )),
            Err(why) => print_line(&format!("not proven: {why}")),
        }
    }
    Ok(if checked.is_ok() { ExitStatus::Success } else { ExitStatus::Negative })
}

fn read(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let context = || format!("{} cannot be read", path.display());
    let mut source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(path).with_context(context)?)
    };
    source.by_ref().take(PROOF_LENGTH_MAX).read_to_string(&mut text).with_context(context)?;
    Ok(without_mark(&text).to_owned())
}
