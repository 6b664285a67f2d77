//! `hip ig compile|show`.

use std::path::PathBuf;

use abdm_fhir::Rules;
use abdm_fhir::rules::{Manifest, compile_folder};
use hip_infra::config::read_rules;

use crate::output::{Answer, complain, say, say_json};

/// The implementation guide that documents are checked by.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Compile a guide's definitions into a rule file; `[bundle] rules` in the configuration loads it.
    Compile {
        /// The guide, then what it stands on: folders of definitions with snapshots, or packages
        /// (`.tgz`). Of two definitions of one address the first counts.
        #[arg(required = true)]
        inputs: Vec<PathBuf>,
        /// Where the rules are written.
        #[arg(long)]
        out: PathBuf,
        /// Print the manifest as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Which guide a rule file is of, and from what it was compiled; without a file, the one that is
    /// built in.
    Show {
        /// A rule file.
        file: Option<PathBuf>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Answer> {
    match command {
        Command::Compile { inputs, out, json } => match compile_folder(inputs, out) {
            Ok(manifest) => print(&manifest, *json),
            Err(error) => {
                complain(&format!("not compiled: {error}"));
                return Ok(Answer::No);
            }
        },
        Command::Show { file: Some(file), json } => print(read_rules(file)?.manifest(), *json),
        Command::Show { file: None, json } => print(Rules::nrces().manifest(), *json),
    }
    Ok(Answer::Yes)
}

fn print(manifest: &Manifest, json: bool) {
    if json {
        return say_json(manifest);
    }
    say(&format!("{} {} on FHIR {}", manifest.package, manifest.version, manifest.fhir_version));
    for source in &manifest.sources {
        say(&format!("{:>6} files  sha256 {}  {}", source.file_count, source.sha256, source.name));
    }
}
