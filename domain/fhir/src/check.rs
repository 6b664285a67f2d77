//! The check of this crate: the [validator](mod@crate::validate) with the rules of the national guide.

pub use crate::validate::{FINDINGS_MAX, Finding, Layer, Report, Severity};

use crate::hi_type::HiType;
use crate::rules::Rules;
use crate::validate::{ValidateOptions, validate};

/// Checks a bundle that should be a document of any kind.
pub fn bundle(json: &[u8]) -> Report {
    validate(json, Rules::nrces(), &ValidateOptions::default())
}

/// Checks a bundle that should be a document of kind `hi_type`.
pub fn document(json: &[u8], hi_type: HiType) -> Report {
    document_by(Rules::nrces(), json, hi_type)
}

/// As [`document`], by the rules of another version of the guide.
pub fn document_by(rules: &Rules, json: &[u8], hi_type: HiType) -> Report {
    let options = ValidateOptions { hi_type: Some(hi_type), ..ValidateOptions::default() };
    validate(json, rules, &options)
}
