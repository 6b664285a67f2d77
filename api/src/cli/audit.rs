//! `hip audit …`: is the log whole, and what proves it?

mod consent;
mod export;
mod patient;
mod prove;
mod seals;
mod trust;
mod verify;

use std::path::Path;

use crate::output::ExitStatus;
pub(crate) use verify::in_words;

/// Commands of the auditor.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Recompute the chain of every stream, look for holes, and hold all of it against the seals.
    Verify(verify::AuditVerifyArgs),
    /// What happened under a consent: who asked for what, what was sent, and where that stands in the log.
    Consent(consent::AuditConsentArgs),
    /// To whom somebody's records went, under which consent, and who has looked at them.
    Patient(patient::AuditPatientArgs),
    /// Who saw what, one JSON object a line: consents, requests, disclosures, looks at documents.
    Export(export::AuditExportArgs),
    /// Print the seals that the database keeps, one JSON object a line: to be kept elsewhere.
    Seals(seals::AuditSealsArgs),
    /// Seal what is not sealed yet, and publish it.
    Seal(seals::SealOptions),
    /// Print the public half of the key that signs seals.
    PublicKey,
    /// Print the proof that an event is what was sealed.
    Prove(prove::ProveOptions),
    /// Check such a proof, with nothing but the public key.
    CheckProof(prove::CheckOptions),
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Verify(options) => verify::run(&options, data_dir).await,
        Command::Consent(options) => consent::run(&options, data_dir).await,
        Command::Patient(options) => patient::run(&options).await,
        Command::Export(options) => export::run(&options, data_dir).await,
        Command::Seals(options) => seals::list(&options, data_dir).await,
        Command::Seal(options) => seals::seal(&options, data_dir).await,
        Command::PublicKey => trust::print_public_key(data_dir),
        Command::Prove(options) => prove::prove(&options, data_dir).await,
        Command::CheckProof(options) => prove::check(&options, data_dir),
    }
}
