//! The environment in which this process runs.

/// Whether `HIP_ENV` is `production`: settings that are only for development are then rejected.
pub fn is_production() -> bool {
    std::env::var_os("HIP_ENV").is_some_and(|environment| environment == "production")
}
