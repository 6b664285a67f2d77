//! How often documents ask for memory: `hip bench bundle` runs this and prints what it says.
//!
//! A program of its own, because counting slows every request for memory. Its input is a document and
//! a visit, each as one line of JSON; its output one line of JSON.

use std::alloc::System;
use std::hint::black_box;
use std::io::{self, BufRead, Write};

use abdm_fhir::validate::{ValidateOptions, Validator};
use abdm_fhir::visit::VisitDocument;
use abdm_fhir::{BuildContext, Confidentiality, Rules, documents};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> io::Result<()> {
    let mut lines = io::stdin().lock().lines();
    let mut next = || lines.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()));
    let (document, visit) = (next()?, next()?);

    let mut validator = Validator::new(Rules::nrces());
    let options = ValidateOptions::default();
    // The first document of its size makes room that is used again.
    validator.validate(document.as_bytes(), &options);
    let validate = counted(|| validator.validate(document.as_bytes(), &options));
    let read = counted(|| serde_json::from_str::<serde_json::Value>(&document));

    let parse = || VisitDocument::parse(visit.as_bytes());
    let Ok(parsed) = parse() else {
        return Err(io::Error::other("the second line is no visit document"));
    };
    let facility = &parsed.facility.abdm_facility_id;
    let context = BuildContext {
        revision: 1,
        built_at: chrono::DateTime::UNIX_EPOCH,
        hip_url: format!("https://facility.example/{facility}"),
        deployment_url: format!("https://facility.example/{facility}/records"),
        confidentiality: Confidentiality::default(),
    };
    let build = counted(|| parse().map(|visit| documents(&visit, &context)));
    let counts = serde_json::json!({ "validate": validate, "read": read, "build": build });
    writeln!(io::stdout(), "{counts}")
}

/// How many blocks of memory the work asks for, grown ones too.
fn counted<T>(work: impl FnOnce() -> T) -> usize {
    let region = Region::new(ALLOCATOR);
    let result = black_box(work());
    let change = region.change();
    drop(result);
    change.allocations + change.reallocations
}
