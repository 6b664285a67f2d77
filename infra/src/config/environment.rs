//! Where this process runs.

/// Whether `HIP_ENV` says that patients depend on this process: then what is only fit for development is
/// refused.
pub fn is_production() -> bool {
    std::env::var_os("HIP_ENV").is_some_and(|environment| environment == "production")
}
