//! Health documents.

use abdm_fhir::HiType;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{STAY, all, all_built, changed};

#[test]
fn every_paper_is_a_document_of_its_own() {
    let papers = all_built(HiType::HealthDocumentRecord, STAY);
    let titles: Vec<_> = papers.iter().map(|(document, _)| &document.title[..]).collect();
    assert_eq!(
        titles,
        ["Referral letter", "Old prescription", "Imaging report: Ultrasound abdomen"]
    );
    let (_, bundle) = &papers[0];
    let attachment = &all(bundle, "DocumentReference")[0]["content"][0]["attachment"];
    assert_eq!(attachment["contentType"], "application/pdf");
    assert_eq!(attachment["data"], "JVBERi0xLjQKJSVFT0YK");
    assert_eq!(attachment["creation"], "2026-05-31T18:00:00+05:30");
    let (_, bundle) = &papers[1];
    let kind = &all(bundle, "DocumentReference")[0]["type"];
    assert_eq!(kind["coding"][0]["display"], "Prescription record");
}

#[test]
fn an_imaging_report_without_a_picture_is_a_paper_in_words() {
    let (_, bundle) = &all_built(HiType::HealthDocumentRecord, STAY)[2];
    let attachment = &all(bundle, "DocumentReference")[0]["content"][0]["attachment"];
    assert_eq!(attachment["contentType"], "text/plain;charset=utf-8");
    let text = STANDARD.decode(attachment["data"].as_str().unwrap()).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with("Ultrasound abdomen\n2026-06-01 08:30 +05:30\n"), "{text}");
    assert!(text.contains("ಯಕೃತ್ತು ಸಾಮಾನ್ಯ; <no> ascites"), "{text}");
}

#[test]
fn a_paper_keeps_its_name_wherever_it_stands_in_the_list() {
    let identifiers = |visit: &str| {
        let papers = all_built(HiType::HealthDocumentRecord, visit);
        let mut names: Vec<_> =
            papers.into_iter().map(|(document, _)| document.identifier).collect();
        names.sort_unstable();
        names
    };
    let turned = changed(STAY, |visit| visit["documents"].as_array_mut().unwrap().reverse());
    assert_eq!(identifiers(&turned), identifiers(STAY));
}
