//! Keys that callers of the provider show.

/// What the medical record system of the suite shows.
pub const API_KEY: &str = "suite-api-key-Zq7dW2mX9rT4kB8nV1cJ6yHs3pFgLe0u";

/// The key of a client of the suite, by its name.
pub fn key_of(name: &str) -> String {
    hip_infra::config::key_sha256(name)
}
