//! Output of the command line.

use std::io::Write;

/// Result of a command.
pub(crate) enum ExitStatus {
    /// Positive result, or the work is done.
    Success,
    /// Negative result: invalid, not found, chain broken.
    Negative,
}

/// Standard output was closed by its reader, such as `head`.
pub(crate) struct OutputClosed;

/// Prints a line on standard output. If the output was closed, the command ends there: the stack is unwound, so that
/// what the command started (a private PostgreSQL) is stopped, and `cli::run` exits with code 0.
pub(crate) fn print_line(line: &str) {
    if writeln!(std::io::stdout(), "{line}").is_err() {
        std::panic::resume_unwind(Box::new(OutputClosed));
    }
}

/// Prints a line for the user on standard error.
#[expect(clippy::print_stderr, reason = "the command line's complaints are made here")]
pub(crate) fn print_error(line: &str) {
    eprintln!("{line}");
}

/// Prints data for a script.
pub(crate) fn print_json_line(value: &impl serde::Serialize) {
    print_line(&serde_json::to_string(value).expect("our own types serialise"));
}
