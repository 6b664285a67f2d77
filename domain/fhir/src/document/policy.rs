//! What an operator decides about the documents of their visits.

/// Which visits yield a discharge summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DischargeRule {
    /// Every visit with clinical content, as record systems do today; their readers expect it.
    #[default]
    EveryVisit,
    /// Visits with an admission only, which is what the document is for.
    StaysOnly,
}

/// The choices that are not facts of a build. The default is what record systems do today.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuildPolicy {
    /// Which visits yield a discharge summary.
    pub discharge: DischargeRule,
}
