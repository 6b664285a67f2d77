//! What the documents tell a newcomer to write still fits the code.

use std::process::Command;

use super::root;

/// `./run check-docs` also builds and tests the patched tree, which takes minutes.
#[test]
fn the_walkthrough_of_a_callback_kind_applies_to_this_tree() {
    let root = root();
    let patch = "docs/walkthroughs/add-a-callback-kind.patch";
    let applied = Command::new("git").args(["apply", "--check", patch]).current_dir(&root).output();
    let Ok(applied) = applied else {
        eprintln!("skipped: no git on this machine");
        return;
    };
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
}

/// Files that the walkthroughs name exist.
#[test]
fn every_file_that_the_guides_name_exists() {
    let root = root();
    let planned = ["maintenance_notice.rs", "NNNN_"];
    for guide in ["docs/ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = std::fs::read_to_string(root.join(guide)).expect(guide);
        let named = text.split('`').skip(1).step_by(2).filter(|code| {
            let is_plain = !code.contains(['<', '{', '*', ' ', ':']);
            is_plain && code.contains('/')
        });
        for path in named.filter(|path| !planned.iter().any(|planned| path.contains(planned))) {
            let is_whole = ["api/", "commands/", "domain/", "infra/", "projections/", "tests/"];
            if is_whole.iter().any(|start| path.starts_with(start)) {
                assert!(root.join(path).exists(), "{guide} names {path}");
            }
        }
    }
}
