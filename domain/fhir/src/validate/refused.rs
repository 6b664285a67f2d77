//! What is said of input that was not looked at.

use super::ValidateOptions;
use super::finding::{Finding, Layer, Severity};
use super::limits::Limits;
use super::report::Note;
use super::tape::Refusal;

pub(super) fn finding(refusal: Refusal, options: &ValidateOptions) -> Finding {
    let Note { rule, message, mend } = note(refusal, &options.limits);
    let (severity, layer) = (Severity::Error, Layer::Fhir);
    Finding { severity, path: "Resource".to_owned(), rule, message, mend, layer }
}

fn note(refusal: Refusal, limits: &Limits) -> Note {
    match refusal {
        Refusal::TooLarge => Note::new(
            "limit-bytes",
            format!("is larger than {} bytes", limits.bytes),
            "leave out attachments, or scan them at a lower resolution",
        ),
        Refusal::TooDeep => Note::new(
            "limit-depth",
            format!("is nested deeper than {} levels", limits.depth()),
            "no document needs that: look for a loop in what wrote it",
        ),
        Refusal::TooManyValues => Note::new(
            "limit-values",
            format!("holds more than {} values", limits.values),
            "make several documents of it",
        ),
        Refusal::TooManyEntries => Note::new(
            "limit-entries",
            format!("has a list of more than {} entries", Limits::ENTRIES_MAX),
            "make several documents of it",
        ),
        Refusal::TooManyContained => Note::new(
            "limit-contained",
            format!("has a resource that contains more than {}", Limits::CONTAINED_MAX),
            "make entries of them",
        ),
        Refusal::ExtensionsTooDeep => Note::new(
            "limit-extension",
            format!("has extensions nested deeper than {}", Limits::EXTENSION_DEPTH_MAX),
            "no extension needs that: look for a loop in what wrote it",
        ),
        Refusal::NotUtf8 => {
            Note::new("json-syntax", "is not text in UTF-8", "write it in UTF-8, uncompressed")
        }
        Refusal::Syntax(what, at) => {
            Note::new("json-syntax", format!("is not JSON: at byte {at} there is {what}"), "")
        }
    }
}
