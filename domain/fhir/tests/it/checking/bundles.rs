//! Bundles of others: examples of the guide, their variants, and what peers really send.

use abdm_fhir::check::{self, Finding, Severity};

use crate::shared::{files, folder, json};

/// Where the index has another word for a rule than we do.
const WORDS: [(&str, &str); 2] =
    [("fullUrl", "full-url"), ("composition-profile", "document-profile")];

fn word(rule: &str) -> &str {
    WORDS.iter().find(|(theirs, _)| *theirs == rule).map_or(rule, |(_, ours)| ours)
}

/// Whether `finding` is what the index speaks of: the rule, at or around the place.
fn is_it(finding: &Finding, rule: &str, path: &str) -> bool {
    let near = finding.path.starts_with(path) || path.starts_with(&finding.path);
    finding.rule == word(rule) && near
}

#[test]
fn every_bundle_is_accepted_or_rejected_for_the_reason_in_its_index() {
    let Some(folder) = folder("bundles") else {
        println!("skipped: no bundles beside the repository");
        return;
    };
    let (mut passed, mut rejected, mut wrong) = (0, 0, vec![]);
    for case in files(&json(folder.join("index.json"))) {
        let name = case["file"].as_str().unwrap();
        let report = check::bundle(&std::fs::read(folder.join(name)).unwrap());
        let errors: Vec<&Finding> = report.errors().collect();
        if case["expected"] == "valid" {
            passed += 1;
            wrong.extend(errors.iter().map(|error| format!("{name}: {error}")));
            continue;
        }
        rejected += 1;
        for reported in case["reported"].as_array().unwrap() {
            let (rule, path) =
                (reported["rule"].as_str().unwrap(), reported["path"].as_str().unwrap());
            if !errors.iter().any(|error| is_it(error, rule, path)) {
                wrong.push(format!("{name}: no {rule} at {path} among {errors:#?}"));
            }
        }
        let rule = word(case["rule"].as_str().unwrap());
        if rule != "several" && !errors.iter().any(|error| error.rule == rule) {
            wrong.push(format!("{name}: no {rule}"));
        }
    }
    println!("{passed} bundles accepted, {rejected} rejected");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(passed >= 16 && rejected >= 40);
}

#[test]
fn warnings_do_not_reject() {
    let Some(folder) = folder("bundles") else {
        return;
    };
    let example = folder.join("valid/ig-OPConsultNote-example-05.json");
    let report = check::bundle(&std::fs::read(example).unwrap());
    let order = report.findings.iter().find(|finding| finding.rule == "slice-order");
    assert_eq!(order.map(|finding| finding.severity), Some(Severity::Warning));
}
