//! Writes every document that visits yield into a folder, one file each, and says what is not there.
//!
//! `cargo run -p abdm-fhir --example documents -- FOLDER VISIT.json…`

#![expect(clippy::print_stdout, reason = "it is a command line")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use abdm_fhir::{BuildContext, Confidentiality, VisitDocument, documents};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("usage: documents FOLDER VISIT.json…")?;
    fs::create_dir_all(&folder)?;
    for file in arguments {
        match VisitDocument::parse(&fs::read(&file)?) {
            Ok(visit) => write(&visit, &file, &folder)?,
            Err(errors) => println!("{}: {errors}", file.display()),
        }
    }
    Ok(())
}

fn write(visit: &VisitDocument, file: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let context = BuildContext {
        revision: 1,
        built_at: visit.visit.visit_date.at().to_utc(),
        hip_url: "https://hip.example.org".to_owned(),
        deployment_url: "https://emr.example.org".to_owned(),
        confidentiality: Confidentiality::default(),
    };
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let documents = documents(visit, &context);
    for (nth, document) in documents.built.iter().enumerate() {
        let path = folder.join(format!("{name}.{nth}-{}.json", document.hi_type));
        fs::write(&path, &document.json)?;
        println!("{}", path.display());
        for finding in &document.findings {
            println!("  {finding}");
        }
    }
    for skipped in documents.skipped {
        println!("{name}: no {}: {}", skipped.hi_type, skipped.reason);
    }
    Ok(())
}
