//! Migrations never change.

use std::collections::BTreeMap;

use hip_domain::id::Digest;

use super::{assert_none, files_with_extension, read, root};

/// A database remembers the digest of each migration that it has applied, comments included, and a program whose
/// migration differs does not start on it.
#[test]
fn a_migration_never_changes_once_it_is_listed() {
    let list = read(&root().join("tests/fixtures/migrations.sha256"));
    let listed: BTreeMap<&str, &str> = list
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, name)| (name, sum))
        .collect();
    let mut wrong = vec![];
    let mut seen = 0;
    for path in files_with_extension("sql").filter(|path| path.starts_with("migrations")) {
        let name = path.to_str().expect("names are ASCII");
        let digest = Digest::of(read(&root().join(&path)).as_bytes());
        seen += 1;
        match listed.get(name) {
            None => wrong.push(format!("{name} is new: add its line, `sha256sum {name}`")),
            Some(known) if *known != digest.as_str() => {
                wrong.push(format!("{name} was changed: restore it, and write another migration"));
            }
            Some(_) => {}
        }
    }
    assert_eq!(seen, listed.len(), "a migration was removed");
    assert_none("migrations and tests/fixtures/migrations.sha256 differ", &wrong);
}
