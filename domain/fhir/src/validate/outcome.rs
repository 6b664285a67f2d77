//! A report as FHIR servers answer it.

use serde_json::{Value, json};

use super::finding::{Finding, Severity};
use super::report::Report;

impl Report {
    /// The report as an `OperationOutcome`, for `$validate` and the like.
    pub fn to_operation_outcome(&self) -> Value {
        let mut issues: Vec<Value> = self.findings.iter().map(issue).collect();
        if self.is_truncated {
            issues.push(note(
                Severity::Warning,
                "too-costly",
                "there are more findings than these",
            ));
        }
        if issues.is_empty() {
            issues.push(note(Severity::Information, "informational", "nothing was found"));
        }
        json!({ "resourceType": "OperationOutcome", "issue": issues })
    }
}

fn note(severity: Severity, code: &str, text: &str) -> Value {
    json!({ "severity": severity.as_str(), "code": code, "details": { "text": text } })
}

fn issue(finding: &Finding) -> Value {
    let Finding { severity, path, rule, message, mend, layer: _ } = finding;
    let mut issue = json!({
        "severity": severity.as_str(),
        "code": code(rule),
        "details": { "text": message },
        "diagnostics": format!("rule {rule}"),
        "expression": [path],
    });
    if !mend.is_empty() {
        issue["diagnostics"] = json!(format!("rule {rule}: {mend}"));
    }
    issue
}

/// The nearest of FHIR's `issue-type`.
fn code(rule: &str) -> &'static str {
    match rule {
        "cardinality" => "required",
        "attachment-size" | "extension-url" | "fixed" | "full-url" | "pattern" | "primitive"
        | "primitive-format" | "reference-form" => "value",
        "binding-required" | "binding-extensible" | "code-unknown" | "ucum" => "code-invalid",
        "reference-resolve" => "not-found",
        "bdl-7" | "json-duplicate" | "security-duplicate" => "duplicate",
        "json-syntax" => "structure",
        "limit-bytes" | "limit-depth" | "limit-values" => "too-costly",
        "not-checked" | "profile-unknown" | "unknown-resource" => "not-supported",
        "one-patient" | "bundle-profile" | "document-profile" | "hi-type" | "left-out" => {
            "business-rule"
        }
        rule if super::invariant::find(rule).is_some() => "invariant",
        _ => "structure",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;
    use crate::validate::{ValidateOptions, validate};

    #[test]
    fn a_report_becomes_an_operation_outcome() {
        let report = validate(b"{", Rules::nrces(), &ValidateOptions::default());
        let outcome = report.to_operation_outcome();
        assert_eq!(outcome["issue"][0]["severity"], "error");
        assert_eq!(outcome["issue"][0]["code"], "structure");
        assert_eq!(outcome["issue"][0]["expression"][0], "Resource");
        let nothing = Report::default().to_operation_outcome();
        assert_eq!(nothing["issue"][0]["severity"], "information");
    }

    #[test]
    fn an_operation_outcome_is_valid_itself() {
        let report = validate(
            br#"{"resourceType":"Patient","active":1}"#,
            Rules::nrces(),
            &ValidateOptions::default(),
        );
        let outcome = report.to_operation_outcome().to_string();
        let again = validate(outcome.as_bytes(), Rules::nrces(), &ValidateOptions::default());
        assert!(again.is_valid(), "{:?}", again.findings);
    }
}
