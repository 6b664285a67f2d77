//! Stores of documents.

mod batch;
mod digest;
mod mongo;
mod postgres;

use std::sync::Arc;

use hip_commands::port::DocumentStore;
use hip_commands::port::document_store::DocumentError;
use secrecy::SecretString;
use sqlx::PgPool;

pub use mongo::MongoDocumentStore;
pub use postgres::PgDocumentStore;

/// Returns the configured store: MongoDB at `MONGODB_URL`, else the database of the log. Does not connect yet.
pub async fn from_config(
    mongodb_url: Option<&SecretString>,
    pool: PgPool,
) -> Result<Arc<dyn DocumentStore>, DocumentError> {
    Ok(match mongodb_url {
        Some(url) => Arc::new(MongoDocumentStore::new(url).await?),
        None => Arc::new(PgDocumentStore::new(pool)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_url_that_cannot_be_read_is_not_repeated() {
        let pool = PgPool::connect_lazy("postgres://hip@127.0.0.1:1/x").unwrap();
        let url = SecretString::from("mongodb://hip:made-up@");
        let refused = from_config(Some(&url), pool.clone()).await.map(|_| ()).unwrap_err();
        assert!(!refused.is_transient());
        assert!(!format!("{refused:?}").contains("made-up"), "{refused:?}");
        // Neither connects, so both can be created.
        let url = SecretString::from("mongodb://127.0.0.1:1/x");
        assert!(from_config(Some(&url), pool.clone()).await.is_ok());
        assert!(from_config(None, pool).await.is_ok());
    }
}
