//! Who is meant by a command, and what a server answers about them.

use std::io::Read;

use anyhow::{Context, bail};
use hip_infra::config::text_file::without_mark;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::server::{Server, eprint_problem};

/// How long an address or an id may be, in bytes.
const BYTES_MAX: u64 = 400;

/// A person: another one at each facility.
#[derive(clap::Args)]
pub(super) struct PersonArgs {
    /// The person's ABHA address; `-` reads it from standard input, so that it does not show in the list
    /// of processes. Who has left ABDM is not found by it any more.
    #[arg(long, value_name = "ADDRESS", required_unless_present = "patient")]
    abha: Option<String>,
    /// The facility's own id of the person; `-` as above.
    #[arg(long, value_name = "REFERENCE", conflicts_with = "abha")]
    patient: Option<String>,
    /// Only at this facility; else at every one that the key is for.
    #[arg(long)]
    facility: Option<String>,
    #[command(flatten)]
    pub(super) server: Server,
}

impl PersonArgs {
    /// Asks a running server, which has the keys that make pseudonyms; that it was asked is in the log. What
    /// it says of each that is meant; nothing, when it refused, and has said why.
    pub(super) async fn ask(
        &self,
        path: &str,
        mut body: Value,
    ) -> anyhow::Result<Option<Vec<Value>>> {
        body["abhaAddress"] = json!(self.abha.as_deref().map(typed).transpose()?);
        body["patientReference"] = json!(self.patient.as_deref().map(typed).transpose()?);
        body["facility"] = json!(self.facility);
        let server = &self.server;
        let (status, answer) = server.send(server.post(path, body.to_string())?).await?;
        if status == StatusCode::NOT_FOUND || status == StatusCode::UNPROCESSABLE_ENTITY {
            eprint_problem(&answer);
            return Ok(None);
        }
        if !status.is_success() {
            bail!("the server answered {status}");
        }
        let items = answer["items"].as_array().context("the server answered something else")?;
        Ok(Some(items.clone()))
    }
}

/// The text; for `-` what standard input says.
pub(super) fn typed(text: &str) -> anyhow::Result<String> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let mut read = String::new();
    std::io::stdin().take(BYTES_MAX).read_to_string(&mut read)?;
    Ok(without_mark(&read).trim().to_owned())
}
