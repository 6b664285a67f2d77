//! Codes, and the words of medical records that stand for them. Tables, nothing else.

pub(crate) mod claim;
pub(crate) mod code_map;
pub(crate) mod code_table;
pub(crate) mod duration;
pub(crate) mod frequency;
pub(crate) mod modality;
pub(crate) mod relation;
pub(crate) mod role;
pub(crate) mod route;
pub(crate) mod status;
pub(crate) mod system;
pub(crate) mod ucum;
pub(crate) mod unit;
pub(crate) mod vital;

/// A word as the tables spell it: lower case, single blanks, none before a bracket.
fn normal(word: &str) -> String {
    let mut normal = String::with_capacity(word.len());
    for part in word.split_whitespace() {
        if !normal.is_empty() && !part.starts_with('(') {
            normal.push(' ');
        }
        normal.extend(part.chars().flat_map(char::to_lowercase));
    }
    normal
}
