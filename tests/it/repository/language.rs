//! The wording that `docs/STYLE.md` asks for, as far as a test can see it.

use std::fs;
use std::path::{Path, PathBuf};

/// Phrases that a reader stumbles over, in lower case, and what to write instead. A comment of one word says nothing.
const ODD: [(&str, &str); 13] = [
    ("whoever", "anyone who, or name them"),
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

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Migrations are applied and never change; decisions are history; the style guide quotes.
        let is_left_out = name.starts_with('.')
            || ["target", "migrations", "decisions", "fixtures", "STYLE.md", "language.rs"]
                .contains(&name.as_str());
        if is_left_out {
            continue;
        }
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "md") {
            found.push(path);
        }
    }
}

#[test]
fn comments_and_documents_use_plain_phrases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = vec![];
    collect(&root, &mut files);
    assert!(files.len() > 500, "the tree was not found");
    let mut found = vec![];
    for path in files {
        let text = fs::read_to_string(&path).expect("text");
        for (line, odd, instead) in odd_lines(&text) {
            found.push(format!("{}:{line}: \"{odd}\": {instead}", path.display()));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_odd_phrase_is_found_with_its_line() {
    let planted =
        "/// Id of the consent.\n/// Which.\n/// The token; nothing, when there is none.\n";
    let lines: Vec<usize> = odd_lines(planted).iter().map(|(line, ..)| *line).collect();
    assert_eq!(lines, [2, 3]);
}
