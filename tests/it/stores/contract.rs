//! What every adapter of a port does, on real servers: one suite a port, run on each adapter.

mod document_store;
mod link_token_cache;

/// The cases of a suite as tests of one adapter; none, where the run goes without its server.
macro_rules! cases {
    ($adapter:ident, $open:ident: $($case:ident)*) => {
        mod $adapter {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    if let Some(opened) = super::$open().await {
                        super::$case(opened).await;
                    }
                }
            )*
        }
    };
}
use cases;
