//! Read models in the document store: a view says what an event changes, and the collection
//! follows the log.

mod change;
mod collection;
mod link_token_responses;
mod patient_care_contexts;
mod resources;
mod responses;
mod sealing;
mod write_buffer;

pub use change::{DocumentChange, Edit};
pub use collection::{CollectionProjection, DocumentView, forget};
pub use link_token_responses::LinkTokenResponses;
pub use patient_care_contexts::PatientCareContexts;
pub use resources::Resources;
pub use responses::Responses;
