//! What the command line says.

use std::io::Write;

/// How a command ended well or not so well.
pub(crate) enum Answer {
    /// The answer is yes, or the work is done.
    Yes,
    /// The answer is no: invalid, not found, chain broken.
    No,
}

/// A line for the user, on standard output. A reader that has seen enough, such as `head`, ends the
/// program without a word.
pub(crate) fn say(line: &str) {
    if writeln!(std::io::stdout(), "{line}").is_err() {
        std::process::exit(0);
    }
}

/// A line for the user, on standard error.
#[expect(clippy::print_stderr, reason = "the command line's complaints are made here")]
pub(crate) fn complain(line: &str) {
    eprintln!("{line}");
}

/// Data for a script.
pub(crate) fn say_json(value: &impl serde::Serialize) {
    say(&serde_json::to_string(value).expect("our own types serialise"));
}
