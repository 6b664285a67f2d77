//! `hip key`: keys of clients, and the key-encryption keys that wrap the vault's keys.

pub(super) mod list;
mod rewrap;

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hip_infra::config::{Config, KEY_PREFIX, key_sha256};
use hip_infra::postgres::vault::LocalKey;
use rand::TryRng;
use rand::rngs::SysRng;
use serde_json::json;

use crate::database::erasures_file;
use crate::output::{ExitStatus, print_error, print_json_line, print_line};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Create a key for a client. It is shown once and not stored.
    New {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Create a key-encryption key in a new file, which only its owner may read.
    MakeKek {
        /// The file. It must not exist yet.
        file: PathBuf,
    },
    /// Show how many keys each key-encryption key wraps, and whether an older one can be removed. Exit 1 if
    /// keys are wrapped by one that is not configured.
    List(KeyArgs),
    /// Rewrap every key with the current key-encryption key, so that older ones can be removed. The service
    /// may run meanwhile; after an interruption, run it again. Exit 1 if keys are left.
    Rewrap(KeyArgs),
}

/// Options of the commands that read the vault.
#[derive(clap::Args)]
pub(crate) struct KeyArgs {
    /// The configuration of `hip serve`.
    #[arg(long, env = "HIP_CONFIG")]
    config: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Random bytes of a key, before encoding.
const KEY_BYTES: usize = 32;

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    match command {
        Command::New { json } => new(json),
        Command::MakeKek { file } => make_kek(&file),
        Command::List(options) => list::run(&options, data_dir).await,
        Command::Rewrap(options) => rewrap::run(&options, data_dir).await,
    }
}

fn new(json: bool) -> anyhow::Result<ExitStatus> {
    let mut bytes = [0; KEY_BYTES];
    SysRng.try_fill_bytes(&mut bytes)?;
    let key = format!("{KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
    let digest = key_sha256(&key);
    if json {
        print_json_line(&json!({ "key": key, "keySha256": digest }));
    } else {
        print_line(&format!("key, for the client:             {key}"));
        print_line(&format!("key_sha256, for its [[client]]:  {digest}"));
    }
    Ok(ExitStatus::Success)
}

fn make_kek(file: &Path) -> anyhow::Result<ExitStatus> {
    let (_, is_new) = LocalKey::read_or_create(file)?;
    if !is_new {
        print_error(&format!("{} is there already", file.display()));
        return Ok(ExitStatus::Negative);
    }
    print_line(&format!("a key-encryption key was made in {}; keep a copy", file.display()));
    Ok(ExitStatus::Success)
}

/// Reads the configuration, with the defaults of `hip serve`.
fn configuration(path: &Path, data_dir: &Path) -> anyhow::Result<Config> {
    let mut config = Config::read(path)?;
    config.erasure.journal.get_or_insert_with(|| erasures_file(data_dir));
    Ok(config)
}
