//! Read models as they were.

/// Has the read models stand where the log stood at a moment.
pub trait ReadModelCursor: Send + Sync {
    /// From now on they show the log up to `position`, which is never before the one they were told last.
    fn advance_to(&self, position: i64);
}
