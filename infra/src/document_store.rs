//! Where documents are kept.

mod batch;
mod digest;
mod mongo;
mod postgres;

pub use mongo::MongoDocumentStore;
pub use postgres::PgDocumentStore;
