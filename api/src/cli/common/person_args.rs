//! Selects the patient of a command, and reads the server's answers about them.

use std::io::Read;

use anyhow::{Context, bail};
use hip_infra::config::text_file::without_mark;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::server::{Server, eprint_problem};

/// Maximum length of an address or id, in bytes.
const BYTES_MAX: u64 = 400;

/// Selects a patient, who has a separate record at each facility.
#[derive(clap::Args)]
pub(in crate::cli) struct PersonArgs {
    /// The patient's ABHA address; `-` reads it from standard input, so that it is not visible in the process
    /// list. An address is no longer found after its owner left ABDM.
    #[arg(long, value_name = "ADDRESS", required_unless_present = "patient")]
    abha: Option<String>,
    /// The facility's own id of the patient; `-` as above.
    #[arg(long, value_name = "REFERENCE", conflicts_with = "abha")]
    patient: Option<String>,
    /// Only at this facility; by default at every facility of the key.
    #[arg(long)]
    facility: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) server: Server,
}

impl PersonArgs {
    /// Asks a running server, which has the keys that make pseudonyms; that it was asked is in the log. What
    /// it says of each that is meant; `None` if it refused, and has said why.
    pub(in crate::cli) async fn ask(
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

/// The text; for `-` the content of standard input.
pub(in crate::cli) fn typed(text: &str) -> anyhow::Result<String> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let mut read = String::new();
    std::io::stdin().take(BYTES_MAX).read_to_string(&mut read)?;
    Ok(without_mark(&read).trim().to_owned())
}
