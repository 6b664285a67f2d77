#![doc = include_str!("../README.md")]

pub mod check;
pub mod document;
mod hi_type;
mod markup;
mod model;
pub mod render;
pub mod rules;
mod terminology;
pub mod validate;
pub mod visit;
pub mod warning;

pub use self::document::{BuildContext, BuildPolicy, Confidentiality, DischargeRule, Earlier};
pub use self::document::{Document, Documents, documents, documents_by, documents_of};
pub use self::document::{SkipReason, Skipped};
pub use self::hi_type::HiType;
pub use self::rules::Rules;
pub use self::terminology::code_map::{Code, CodeMap, Coded, NoCodes};
pub use self::terminology::code_table::{CodeTable, CodeTableError};
pub use self::validate::validate;
pub use self::visit::{VISIT_SCHEMA, VisitDocument, VisitError, VisitErrors};
pub use self::warning::{VisitWarning, WarningRule, warnings};
