//! `hip ig compile|show`.

use std::path::PathBuf;

use abdm_fhir::Rules;
use abdm_fhir::rules::{Manifest, compile_folder};
use hip_infra::config::read_rules;

use crate::output::{ExitStatus, print_error, print_json_line, print_line};

/// The implementation guide that validates documents.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Compile a guide's definitions into a rule file; `[bundle] rules` in the configuration loads it.
    Compile {
        /// The guide, then its dependencies: folders of definitions with snapshots, or packages
        /// (`.tgz`). If two definitions have the same URL, the first counts.
        #[arg(required = true)]
        inputs: Vec<PathBuf>,
        /// Output file of the rules.
        #[arg(long)]
        out: PathBuf,
        /// Print the manifest as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Show the guide of a rule file, and its sources; without a file, of the built-in
    /// rules.
    Show {
        /// A rule file.
        file: Option<PathBuf>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Compile { inputs, out, json } => match compile_folder(inputs, out) {
            Ok(manifest) => print(&manifest, *json),
            Err(error) => {
                print_error(&format!("not compiled: {error}"));
                return Ok(ExitStatus::Negative);
            }
        },
        Command::Show { file: Some(file), json } => print(read_rules(file)?.manifest(), *json),
        Command::Show { file: None, json } => print(Rules::nrces().manifest(), *json),
    }
    Ok(ExitStatus::Success)
}

fn print(manifest: &Manifest, json: bool) {
    if json {
        return print_json_line(manifest);
    }
    print_line(&format!(
        "{} {} on FHIR {}",
        manifest.package, manifest.version, manifest.fhir_version
    ));
    for source in &manifest.sources {
        print_line(&format!(
            "{:>6} files  sha256 {}  {}",
            source.file_count, source.sha256, source.name
        ));
    }
}
