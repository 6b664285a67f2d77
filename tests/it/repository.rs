//! The repository itself.

mod golden;
mod tidy;
mod walkthroughs;

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().expect("the suite is a member of the workspace").to_owned()
}
