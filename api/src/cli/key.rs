//! `hip key`: keys of clients.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hip_infra::config::{KEY_PREFIX, key_sha256};
use rand::TryRng;
use rand::rngs::SysRng;
use serde_json::json;

use crate::output::{Answer, say, say_json};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a key for a client. It is shown once and kept nowhere.
    New {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Of a key, before it is written in letters: nobody finds it by trying.
const KEY_BYTES: usize = 32;

pub(crate) fn run(command: &Command) -> anyhow::Result<Answer> {
    let Command::New { json } = command;
    let mut bytes = [0; KEY_BYTES];
    SysRng.try_fill_bytes(&mut bytes)?;
    let key = format!("{KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
    let digest = key_sha256(&key);
    if *json {
        say_json(&json!({ "key": key, "keySha256": digest }));
    } else {
        say(&format!("key, for the client:             {key}"));
        say(&format!("key_sha256, for its [[client]]:  {digest}"));
    }
    Ok(Answer::Yes)
}
