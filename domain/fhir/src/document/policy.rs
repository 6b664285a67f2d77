//! What an operator decides about the documents of their visits, and what was told before.

use crate::rules::Rules;
use crate::terminology::code_map::{CodeMap, NoCodes};
use crate::visit::VisitDocument;

/// Which visits yield a discharge summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DischargeRule {
    /// Every visit with clinical content, as record systems do today; their readers expect it.
    #[default]
    EveryVisit,
    /// Visits with an admission only, which is what the document is for.
    StaysOnly,
}

/// The choices that are not facts of a build. The default is what record systems do today: discharge
/// summaries for every visit, no codes but the sender's, nothing replaced, the rules of this crate.
#[derive(Debug, Clone, Copy)]
pub struct BuildPolicy<'p> {
    /// Which visits yield a discharge summary.
    pub discharge: DischargeRule,
    /// Codes for medicines and vaccines that came without.
    pub codes: &'p dyn CodeMap,
    /// What the documents replace, when the visit was amended.
    pub earlier: Option<Earlier<'p>>,
    /// What the documents are checked by: another version of the guide than that of this crate.
    pub rules: &'p Rules,
}

impl Default for BuildPolicy<'_> {
    fn default() -> Self {
        Self {
            discharge: DischargeRule::default(),
            codes: &NoCodes,
            earlier: None,
            rules: Rules::nrces(),
        }
    }
}

/// The visit as it was when its documents were last shared.
///
/// A document that it yielded then, and yields again, says that it replaces the one before
/// (`Composition.relatesTo`). Both have the same `Composition.identifier`, so that a reader who
/// ignores the one can use the other.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'p> {
    /// As it was.
    pub visit: &'p VisitDocument,
    /// The revision under which those documents were built.
    pub revision: u32,
}
