//! The wording that `docs/STYLE.md` asks for, as far as a test can see it.

use std::path::Path;

use super::{assert_none, files_with_extension, read, root};

/// Phrases that a reader stumbles over, in lower case, and what to write instead. A comment of one word says nothing.
const ODD: [(&str, &str); 13] = [
    ("whoever", "name the person or the part"),
    ("the twin", "the simulator"),
    ("; nothing, when", "`None` if"),
    (". nothing, when", "`None` if"),
    ("that which", "name the thing"),
    ("a hand free", "a free worker slot"),
    ("/// which.", "say what the reader cannot see"),
    ("/// why.", "say what the reader cannot see"),
    ("/// what.", "say what the reader cannot see"),
    ("/// who.", "say what the reader cannot see"),
    ("/// whose.", "say what the reader cannot see"),
    ("/// when.", "say what the reader cannot see"),
    ("/// where.", "say what the reader cannot see"),
];

fn odd_lines(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let lines = text.lines().map(str::to_lowercase).enumerate();
    lines
        .flat_map(|(at, line)| {
            let found = ODD.iter().filter(move |(odd, _)| line.contains(odd));
            found.map(move |(odd, instead)| (at + 1, *odd, *instead)).collect::<Vec<_>>()
        })
        .collect()
}

/// Migrations were applied and never change, decisions are history, and the style guide quotes.
fn is_left_out(path: &Path) -> bool {
    path.starts_with("docs/decisions")
        || path.ends_with("docs/STYLE.md")
        || path.ends_with("tidy/language.rs")
}

#[test]
fn comments_and_documents_use_plain_phrases() {
    let files = files_with_extension("rs").chain(files_with_extension("md"));
    let mut found = vec![];
    for path in files.filter(|path| !is_left_out(path)) {
        for (line, odd, instead) in odd_lines(&read(&root().join(&path))) {
            found.push(format!("{}:{line}: \"{odd}\": {instead}", path.display()));
        }
    }
    assert_none("phrases that are hard to read", &found);
}

#[test]
fn an_odd_phrase_is_found_with_its_line() {
    let planted =
        "/// Id of the consent.\n/// Which.\n/// The token; nothing, when there is none.\n";
    let lines: Vec<usize> = odd_lines(planted).iter().map(|(line, ..)| *line).collect();
    assert_eq!(lines, [2, 3]);
}
