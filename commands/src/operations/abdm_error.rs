//! The meaning of the network's error codes: one table for the whole program.
//!
//! One code has different meanings in different places (1056 is "already linked" after a link request, and "no such
//! link" in a confirmation), so a meaning is looked up by code and [`Context`]. Gateway client, process managers, API
//! and command line all use this table.
//!
//! Sources: NHA's list of codes for M2, and observed responses of peers and of the sandbox.

pub mod context;
pub mod entry;
mod own_code;
mod table;
mod unlisted;

use hip_domain::id::ErrorCode;

pub use context::Context;
pub use entry::{Entry, Mark, Retry};
pub use own_code::OwnCode;

use table::Row;

/// The entry of a code in a context. An unlisted code gets a generic entry.
pub fn lookup(code: &ErrorCode, context: Context) -> Entry {
    listed(code, context).unwrap_or_else(|| unlisted::code(code, context))
}

/// The entry of a refusal: by its code if listed, else by its HTTP status. Without a status, the peer was not reached
/// or did not respond.
pub fn of_refusal(status: Option<u16>, code: Option<&ErrorCode>, context: Context) -> Entry {
    code.and_then(|code| listed(code, context)).unwrap_or_else(|| unlisted::status(status, context))
}

/// The text that describes a refusal to operators, the same in all places.
pub fn refused_words(status: Option<u16>, code: Option<&ErrorCode>, what: &str) -> String {
    match (code, status) {
        (Some(code), _) => format!("the peer refused it with {code}: {what}"),
        (None, Some(status)) => format!("the peer refused it with status {status}: {what}"),
        (None, None) => format!("the peer refused it: {what}"),
    }
}

/// The `error.message` that is sent with a code: at most 255 characters that the gateway accepts, without personal
/// data.
pub fn message(code: &ErrorCode, context: Context) -> &'static str {
    listed(code, context).map_or("Request could not be processed", |entry| entry.meaning)
}

/// All meanings of a code, each with its contexts. An empty list of contexts means all others. Empty if the code is
/// not listed.
pub fn meanings(code: &str) -> Vec<(&'static [Context], Entry)> {
    let code = spelled(code);
    table::rows()
        .filter(|row| row.code.eq_ignore_ascii_case(&code))
        .map(|row| (row.contexts, row.entry))
        .collect()
}

/// The row for this context, else the row for all other contexts.
fn listed(code: &ErrorCode, context: Context) -> Option<Entry> {
    let code = spelled(code.as_str());
    let rows = || table::rows().filter(|row| row.code.eq_ignore_ascii_case(&code));
    let here = rows().find(|row| row.contexts.contains(&context));
    here.or_else(|| rows().find(|row: &&Row| row.contexts.is_empty())).map(|row| row.entry)
}

/// Normalizes a code to the table's form: some peers send only the number, and some append `": "`.
fn spelled(code: &str) -> String {
    let code = code.trim_end_matches([':', ' ', '\t']).trim_start();
    if code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit()) && !code.starts_with('3') {
        return format!("ABDM-{code}");
    }
    code.to_owned()
}

#[cfg(test)]
mod tests;
