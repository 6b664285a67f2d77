//! The write model: as much of FHIR R4 as the documents need, and no more.
//!
//! What a profile requires is not an `Option` here, and a coding cannot lack its display, so most
//! of the guide's rules cannot be broken by a builder that compiles. Reading FHIR is another
//! matter and happens on JSON values, in [`crate::check`].

pub(crate) mod datatype;
pub(crate) mod narrative;
pub(crate) mod profile;
pub(crate) mod resource;

use std::borrow::Cow;

/// Text of the visit, borrowed from it unless it had to be put together.
pub(crate) type Text<'a> = Cow<'a, str>;
