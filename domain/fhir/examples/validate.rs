//! Validates FHIR documents and prints one finding for each line.
//!
//! `cargo run -p abdm-fhir --example validate -- BUNDLE.json…`
//!
//! Exit status: 0 if every document is valid, 1 if one is not.

#![expect(clippy::print_stdout, reason = "it is a command line")]

use std::error::Error;
use std::process::ExitCode;
use std::{env, fs};

use abdm_fhir::validate::ValidateOptions;
use abdm_fhir::{Rules, validate};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut are_valid = true;
    for file in env::args().skip(1) {
        let report = validate(&fs::read(&file)?, Rules::nrces(), &ValidateOptions::default());
        for finding in &report.findings {
            println!("{file}: {finding}");
        }
        are_valid &= report.is_valid();
    }
    Ok(if are_valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
