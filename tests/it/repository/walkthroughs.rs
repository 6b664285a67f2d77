//! What the documents tell a newcomer to write still fits the code.

use std::process::Command;

use super::root;

/// `./run check-docs` also builds and tests the patched tree, which takes minutes.
#[test]
fn the_walkthrough_of_a_callback_kind_applies_to_this_tree() {
    let patch = "docs/walkthroughs/add-a-callback-kind.patch";
    let applied =
        Command::new("git").args(["apply", "--check", patch]).current_dir(root()).output();
    let Ok(applied) = applied else {
        eprintln!("skipped: no git on this machine");
        return;
    };
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
}

/// Paths in backquotes that begin with a folder of ours. Patterns, and what a newcomer is told to create, are left out.
fn named(guide: &str) -> Vec<&str> {
    const FOLDERS: [&str; 7] =
        ["api/", "commands/", "domain/", "infra/", "projections/", "src/", "tests/"];
    let quoted = guide.split('`').skip(1).step_by(2);
    quoted
        .filter(|text| FOLDERS.iter().any(|folder| text.starts_with(folder)))
        .filter(|text| !text.contains(['<', '{', '*', ' ', ':']))
        .filter(|text| !text.ends_with("maintenance_notice.rs"))
        .collect()
}

#[test]
fn every_file_that_the_guides_name_exists() {
    for (guide, count_min) in [
        ("docs/ARCHITECTURE.md", 20),
        ("CONTRIBUTING.md", 20),
        ("api/README.md", 5),
        ("commands/README.md", 5),
        ("domain/README.md", 5),
        ("domain/fhir/README.md", 5),
        ("domain/proof/README.md", 5),
        ("infra/README.md", 10),
        ("infra/launcher/README.md", 3),
        ("infra/sandbox/README.md", 3),
        ("projections/README.md", 5),
    ] {
        let path = root().join(guide);
        let text = std::fs::read_to_string(&path).expect(guide);
        let folder = path.parent().expect("a guide lies in a folder");
        let named = named(&text);
        assert!(named.len() >= count_min, "{guide} names only {named:?}");
        for path in named {
            let exists = root().join(path).exists() || folder.join(path).exists();
            assert!(exists, "{guide} names {path}");
        }
    }
}
