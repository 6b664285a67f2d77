//! `hip bench agree`: our validator and HAPI's judge documents with one edit each.
//!
//! `docs/validator-beside-hapi.md` lists where the two differ, and which one is right.

mod base;
mod known;
mod mutate;
mod referee;
mod report;

use std::path::PathBuf;

use abdm_fhir::Rules;
use abdm_fhir::validate::{self, Validator};
use clap::value_parser;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;

use self::mutate::Mutant;
use self::referee::Referee;
use self::report::{Disagreement, Report};
use super::goal;
use crate::output::{ExitStatus, print_json_line, print_line};

/// Options of `hip bench agree`.
#[derive(clap::Args)]
pub(crate) struct BenchAgreeArgs {
    /// Class path of the program in `tests/tools/hapi`, with its libraries.
    #[arg(long, value_name = "CLASSPATH")]
    hapi: String,
    /// Folder with the definitions of the guide; documents among its examples are edited too.
    #[arg(long, value_name = "DIR")]
    guide: PathBuf,
    /// Folder with more documents to edit.
    #[arg(long, value_name = "DIR")]
    documents: Option<PathBuf>,
    /// The same seed gives the same edits of the same documents.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of edits.
    #[arg(long, default_value_t = 3000, value_parser = value_parser!(u32).range(1..))]
    count: u32,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Returns `Negative` if the verdicts differ by more than the goals allow.
pub(crate) fn run(options: &BenchAgreeArgs) -> anyhow::Result<ExitStatus> {
    let mut judges = Judges::new(options)?;
    let folders = std::iter::once(&options.guide).chain(&options.documents);
    let mut bases = vec![];
    let mut passed_over = 0;
    for (name, document) in base::documents(folders)? {
        // A document with an error is skipped: another error in it would change no verdict.
        if judges.accept(&document)? {
            bases.push((name, document));
        } else {
            passed_over += 1;
        }
    }
    anyhow::ensure!(!bases.is_empty(), "there is no document that both validators accept");
    let mut random = StdRng::seed_from_u64(options.seed);
    let mut report = Report::new(options.seed, options.count, bases.len(), passed_over);
    for _ in 0..options.count {
        let mutant = mutate::mutant(&bases, &mut random);
        report.disagreements.extend(judges.disagree(mutant)?);
    }
    judges.referee.close()?;
    let goals = report.goals();
    if options.json {
        print_json_line(&report);
    } else {
        report.print();
        print_line("");
        goal::print(&goals);
    }
    Ok(if goals.iter().all(goal::Goal::is_met) {
        ExitStatus::Success
    } else {
        ExitStatus::Negative
    })
}

/// The two validators whose verdicts are compared.
struct Judges {
    own: Validator<'static>,
    options: validate::ValidateOptions,
    referee: Referee,
}

impl Judges {
    fn new(options: &BenchAgreeArgs) -> anyhow::Result<Self> {
        let own = Validator::new(Rules::nrces());
        // HAPI does not check our policy.
        let fhir_only =
            validate::ValidateOptions { fhir_only: true, ..validate::ValidateOptions::default() };
        let referee = Referee::start(&options.hapi, &options.guide)?;
        Ok(Self { own, options: fhir_only, referee })
    }

    fn accept(&mut self, document: &Value) -> anyhow::Result<bool> {
        let json = document.to_string();
        let is_sound = self.own.validate(json.as_bytes(), &self.options).is_valid();
        Ok(is_sound && self.referee.errors(&json)?.is_empty())
    }

    fn disagree(&mut self, mutant: Mutant) -> anyhow::Result<Option<Disagreement>> {
        let findings = self.own.validate(mutant.json.as_bytes(), &self.options);
        let own: Vec<String> = findings.errors().map(ToString::to_string).collect();
        let hapi = self.referee.errors(&mutant.json)?;
        let differ = own.is_empty() != hapi.is_empty();
        Ok(differ.then(|| Disagreement::new(mutant, own, hapi)))
    }
}
