//! Finds the checkout of this project.

use std::env;
use std::path::{Path, PathBuf};

/// Returns the checkout around the current directory, else the one around the running program.
///
/// `None` if an installed program is called outside of a checkout.
pub(crate) fn checkout() -> Option<PathBuf> {
    [env::current_dir(), env::current_exe()]
        .into_iter()
        .find_map(|start| checkout_around(&start.ok()?))
}

/// Returns the nearest directory, from `start` upwards, that contains `Cargo.lock` and this crate.
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
