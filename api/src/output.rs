//! What the command line says.

use std::io::Write;

/// How a command ended well or not so well.
pub(crate) enum ExitStatus {
    /// The answer is yes, or the work is done.
    Success,
    /// The answer is no: invalid, not found, chain broken.
    Negative,
}

/// Standard output was closed: its reader, such as `head`, has seen enough.
pub(crate) struct OutputClosed;

/// Prints a line on standard output. When nobody reads it, the command ends there: the stack is unwound, so that what
/// the command has started (a private PostgreSQL) is stopped, and `cli::run` ends the program with exit code 0.
pub(crate) fn print_line(line: &str) {
    if writeln!(std::io::stdout(), "{line}").is_err() {
        std::panic::resume_unwind(Box::new(OutputClosed));
    }
}

/// A line for the user, on standard error.
#[expect(clippy::print_stderr, reason = "the command line's complaints are made here")]
pub(crate) fn print_error(line: &str) {
    eprintln!("{line}");
}

/// Data for a script.
pub(crate) fn print_json_line(value: &impl serde::Serialize) {
    print_line(&serde_json::to_string(value).expect("our own types serialise"));
}
