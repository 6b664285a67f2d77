//! `hip audit …`: verification of the log, and proofs.

mod check_archive;
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
    /// Recompute the hash chain of every stream, check for gaps, and compare the log with the seals.
    Verify(verify::AuditVerifyArgs),
    /// Show what happened under a consent: requests, sent records, and their positions in the log.
    Consent(consent::AuditConsentArgs),
    /// Show the recipients of a patient's records, the consents, and the access log.
    Patient(patient::AuditPatientArgs),
    /// Export disclosures and accesses, one JSON object per line: consents, requests, disclosures, access to documents.
    Export(export::AuditExportArgs),
    /// Print the seals in the database, one JSON object per line, to store them elsewhere.
    Seals(seals::AuditSealsArgs),
    /// Seal unsealed events, and publish the seals.
    Seal(seals::SealOptions),
    /// Print the public key of the key that signs seals.
    PublicKey,
    /// Print the proof that an event is unchanged since it was sealed.
    Prove(prove::ProveOptions),
    /// Check such a proof, with the public key only.
    CheckProof(prove::CheckOptions),
    /// Check archives of the log, with the public key only.
    CheckArchive(check_archive::CheckArchiveOptions),
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
        Command::CheckArchive(options) => check_archive::run(&options, data_dir),
    }
}
