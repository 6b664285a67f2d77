//! The checkout of this project, for what lies in it and not on the machine.

use std::env;
use std::path::{Path, PathBuf};

/// The checkout that the current directory is in, else the one that the running program was built
/// in; nothing for an installed program that is called from anywhere else.
pub(crate) fn checkout() -> Option<PathBuf> {
    [env::current_dir(), env::current_exe()]
        .into_iter()
        .find_map(|start| checkout_around(&start.ok()?))
}

/// The checkout that `start` lies in: the nearest directory with this crate in its place.
fn checkout_around(start: &Path) -> Option<PathBuf> {
    let is_checkout = |directory: &&Path| {
        directory.join("Cargo.lock").is_file()
            && directory.join("infra/launcher/Cargo.toml").is_file()
    };
    start.ancestors().find(is_checkout).map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_crate_is_found_in_its_checkout() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(checkout_around(&own.join("src")).as_deref(), own.ancestors().nth(2));
        assert_eq!(checkout_around(Path::new("/proc")), None);
    }
}
