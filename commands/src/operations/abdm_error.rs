//! What an error code of the network means: one table for the whole program.
//!
//! The same number means different things in different places (1056 is "already linked" after a link
//! request, and "no such link" in a confirmation), so a meaning is looked up by code and [`Context`].
//! Gateway, processes, API and command line read only this; none of them keeps a list of its own.
//!
//! Sources: NHA's list of codes for M2, and what peers and the sandbox were seen to answer.

pub mod context;
pub mod entry;
mod table;
mod unlisted;

use hip_domain::id::ErrorCode;

pub use context::Context;
pub use entry::{Entry, Mark, Retry};

use table::Row;

/// What a code means where it was seen. A code that is not in the table gets an entry that says so.
pub fn lookup(code: &ErrorCode, context: Context) -> Entry {
    listed(code, context).unwrap_or_else(|| unlisted::code(code, context))
}

/// What a peer's refusal means: its code when that is listed, else its HTTP status. A refusal
/// without status never reached the peer, or was never answered.
pub fn of_refusal(status: Option<u16>, code: Option<&ErrorCode>, context: Context) -> Entry {
    code.and_then(|code| listed(code, context)).unwrap_or_else(|| unlisted::status(status, context))
}

/// What an operator reads of a peer that refused a message. The same words stand wherever it shows.
pub fn refused_words(status: Option<u16>, code: Option<&ErrorCode>, what: &str) -> String {
    match (code, status) {
        (Some(code), _) => format!("the peer refused it with {code}: {what}"),
        (None, Some(status)) => format!("the peer refused it with status {status}: {what}"),
        (None, None) => format!("the peer refused it: {what}"),
    }
}

/// The text that we send as `error.message` with a code: only characters that the gateway takes in
/// a text, at most 255 of them, nothing personal.
pub fn message(code: &ErrorCode, context: Context) -> &'static str {
    listed(code, context).map_or("Request could not be processed", |entry| entry.meaning)
}

/// Everything that a code can mean, with the places where it means that; no place is "anywhere
/// else". Empty when the code is not listed.
pub fn meanings(code: &str) -> Vec<(&'static [Context], Entry)> {
    let code = spelled(code);
    table::rows()
        .filter(|row| row.code.eq_ignore_ascii_case(&code))
        .map(|row| (row.contexts, row.entry))
        .collect()
}

/// The row for this very context, else the one for all others.
fn listed(code: &ErrorCode, context: Context) -> Option<Entry> {
    let code = spelled(code.as_str());
    let rows = || table::rows().filter(|row| row.code.eq_ignore_ascii_case(&code));
    let here = rows().find(|row| row.contexts.contains(&context));
    here.or_else(|| rows().find(|row: &&Row| row.contexts.is_empty())).map(|row| row.entry)
}

/// A code as the table spells it: some peers send the number alone, and some end it in `": "`.
fn spelled(code: &str) -> String {
    let code = code.trim_end_matches([':', ' ', '\t']).trim_start();
    if code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit()) && !code.starts_with('3') {
        return format!("ABDM-{code}");
    }
    code.to_owned()
}

#[cfg(test)]
mod tests;
