//! Finding a word in a table of codes.

use crate::terminology::normal;

/// The code in whose list `word` stands, in any letter case, with blanks, dashes or underscores.
pub(super) fn code<C: Copy>(table: &[(C, &[&str])], word: &str) -> Option<C> {
    let word = normal(&word.replace(['-', '_'], " "));
    let word = word.trim_end_matches('.');
    table.iter().find(|(_, words)| words.contains(&word)).map(|(code, _)| *code)
}
