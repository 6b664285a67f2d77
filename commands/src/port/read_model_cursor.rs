//! Read models at an earlier position.

/// Sets read models to the state at an earlier position of the log.
pub trait ReadModelCursor: Send + Sync {
    /// Applies the events up to `position`. It is never before the previous position.
    fn advance_to(&self, position: i64);
}
