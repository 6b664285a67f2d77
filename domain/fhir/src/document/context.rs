//! What a document needs to know besides the visit.

use chrono::{DateTime, Utc};

use crate::model::datatype::Coding;
use crate::terminology::system;

/// The circumstances of a build. They are passed in: the crate reads no clock and no settings.
#[derive(Debug, Clone)]
pub struct BuildContext {
    /// Counts the versions of the visit's documents, from 1: `Bundle.meta.versionId`, and the tail
    /// of `Bundle.identifier`, which may never name two different documents.
    pub revision: u32,
    /// `Bundle.timestamp` and `Bundle.meta.lastUpdated`.
    pub built_at: DateTime<Utc>,
    /// Address of the provider: the system of document and visit identifiers.
    pub hip_url: String,
    /// Address of the medical record deployment: the system of its own patient and staff numbers.
    pub deployment_url: String,
    /// The label on the bundle.
    pub confidentiality: Confidentiality,
}

/// `Bundle.meta.security`, in HL7 v3 Confidentiality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Confidentiality {
    /// `N`: as for any health record.
    Normal,
    /// `R`: more than usually sensitive.
    Restricted,
    /// `V`: what the guide's own examples carry.
    #[default]
    VeryRestricted,
}

impl Confidentiality {
    pub(super) fn coding(self) -> Coding<'static> {
        let (code, display) = match self {
            Self::Normal => ("N", "normal"),
            Self::Restricted => ("R", "restricted"),
            Self::VeryRestricted => ("V", "very restricted"),
        };
        Coding::new(system::CONFIDENTIALITY, code, display)
    }
}
