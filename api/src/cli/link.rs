//! `hip link start|show`, `hip token status`.

use anyhow::bail;
use serde_json::{Value, json};

use super::common::person_args::typed;
use super::common::server::{Server, eprint_problem};
use crate::output::{ExitStatus, print_line};
use crate::path_segment::path_segment;

/// Commands on the links of visits.
#[derive(clap::Subcommand)]
pub(crate) enum LinkCommand {
    /// Start to link a visit, whatever the earlier result.
    Start(VisitArgs),
    /// Show whether a visit is linked, and if not, why and what to do.
    Show(VisitArgs),
}

/// A visit.
#[derive(clap::Args)]
pub(crate) struct VisitArgs {
    /// The visit code.
    code: String,
    /// Id of the facility.
    #[arg(long)]
    facility: Option<String>,
    #[command(flatten)]
    server: Server,
}

/// Commands on link tokens.
#[derive(clap::Subcommand)]
pub(crate) enum TokenCommand {
    /// Show whether there is a token, how many were requested today, and when the next may be.
    Status {
        /// The ABHA address; `-` reads it from standard input, so that it is not visible in the process
        /// list.
        abha_address: String,
        /// Id of the facility.
        #[arg(long)]
        facility: Option<String>,
        #[command(flatten)]
        server: Server,
    },
}

pub(crate) async fn run(command: LinkCommand) -> anyhow::Result<ExitStatus> {
    match command {
        LinkCommand::Start(which) => start(&which).await,
        LinkCommand::Show(which) => show(&which).await,
    }
}

pub(crate) async fn run_token(command: TokenCommand) -> anyhow::Result<ExitStatus> {
    let TokenCommand::Status { abha_address, facility, server } = command;
    let wish = json!({ "abhaAddress": typed(&abha_address)?, "facility": facility });
    server.show(server.post("/v1/link-tokens/status", wish.to_string())?).await
}

async fn start(which: &VisitArgs) -> anyhow::Result<ExitStatus> {
    let wish = json!({ "visitCode": which.code, "facility": which.facility });
    let request = which.server.post("/v1/links", wish.to_string())?;
    let (status, body) = which.server.send(request).await?;
    if status.is_success() {
        print_line("on its way; `hip link show` says what became of it");
        return Ok(ExitStatus::Success);
    }
    if status.is_client_error() {
        eprint_problem(&body);
        return Ok(ExitStatus::Negative);
    }
    bail!("the server answered {status}");
}

/// Shows the link part of a visit.
async fn show(which: &VisitArgs) -> anyhow::Result<ExitStatus> {
    let mut request = which.server.get(&format!("/v1/visits/{}", path_segment(&which.code)))?;
    if let Some(facility) = &which.facility {
        request = request.query(&[("facility", facility)]);
    }
    let (status, body) = which.server.send(request).await?;
    if !status.is_success() {
        eprint_problem(&body);
        return Ok(ExitStatus::Negative);
    }
    let mut shown = serde_json::Map::new();
    for name in ["visitCode", "facilityId", "linkState", "linkedAt", "linkError", "linkRetryAt"] {
        shown.insert(name.to_owned(), body[name].clone());
    }
    print_line(&serde_json::to_string_pretty(&Value::Object(shown))?);
    Ok(if body["linked"] == true { ExitStatus::Success } else { ExitStatus::Negative })
}
