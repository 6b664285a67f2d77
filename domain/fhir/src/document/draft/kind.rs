//! What tells documents apart: the kinds, and the several of one kind.

use crate::hi_type::HiType;
use crate::model::datatype::{CodeableConcept, Coding};
use crate::terminology::system;

/// What tells one kind of document from another on its first page.
pub(in crate::document) struct Kind {
    pub(in crate::document) hi_type: HiType,
    pub(in crate::document) profile: &'static str,
    pub(in crate::document) type_concept: TypeConcept,
    pub(in crate::document) title: &'static str,
}

/// `Composition.type`, fixed by the profile; readers tell the kind of a document by it.
pub(in crate::document) enum TypeConcept {
    /// SNOMED CT code and display.
    Coded(&'static str, &'static str),
    /// Two profiles fix a text and no code.
    Text(&'static str),
}

impl TypeConcept {
    pub(super) fn concept(&self) -> CodeableConcept<'static> {
        match *self {
            Self::Coded(code, display) => {
                CodeableConcept::worded(display, [Coding::new(system::SNOMED_CT, code, display)])
            }
            Self::Text(text) => CodeableConcept::text(text),
        }
    }
}

/// Which document it is, where a visit may yield several of a kind.
pub(in crate::document) struct OneOfMany {
    /// The same in every revision of the visit, as `lab-21`; letters, digits and dashes.
    pub(in crate::document) key: String,
    /// For lists of documents: the kind's title would not tell them apart.
    pub(in crate::document) title: String,
}
