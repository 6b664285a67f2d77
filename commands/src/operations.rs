//! Commands for operators: replay, explanations, certification and the error table.

pub mod abdm_error;
pub mod certification;
pub mod explain;
pub mod replay;
