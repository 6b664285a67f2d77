//! What operators ask for: replays, explanations, certification, the meaning of errors.

pub mod abdm_error;
pub mod certification;
pub mod explain;
pub mod replay;
