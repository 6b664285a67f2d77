//! The default place of a server's data.

use std::env;
use std::path::PathBuf;

use rustix::process::geteuid;

use crate::checkout::checkout;
use crate::error::LaunchError;

/// Returns the default data directory of the server called `name`.
///
/// | | in a checkout of this project | installed |
/// |---|---|---|
/// | a user | `target/hip/<name>` | `$XDG_DATA_HOME/hip/<name>`, else `~/.local/share/hip/<name>` |
/// | root | `/var/tmp/hip-<hash of the checkout's path>/<name>` | `/var/lib/hip/<name>` |
///
/// The checkout is the one around the current directory, else the one around the running program. So two
/// checkouts never share a server. Root's data is outside of the checkout, because the account that runs
/// the server could not reach a checkout under `/root`. `cargo clean` removes the data in `target`.
///
/// # Errors
///
/// [`LaunchError::NoHome`] if a user is not in a checkout, and neither `XDG_DATA_HOME` nor `HOME` is set.
pub fn default_data_dir(name: &str) -> Result<PathBuf, LaunchError> {
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = Surroundings {
        is_root: geteuid().is_root(),
        checkout: checkout(),
        data_home: variable("XDG_DATA_HOME")
            .or_else(|| variable("HOME").map(|home| home.join(".local/share"))),
    }
    .base()?;
    Ok(base.join(name))
}

/// The facts that decide the place.
struct Surroundings {
    is_root: bool,
    checkout: Option<PathBuf>,
    data_home: Option<PathBuf>,
}

impl Surroundings {
    fn base(&self) -> Result<PathBuf, LaunchError> {
        match (&self.checkout, self.is_root) {
            (Some(checkout), true) => {
                let hash = fnv1a(checkout.as_os_str().as_encoded_bytes());
                Ok(PathBuf::from(format!("/var/tmp/hip-{hash:016x}")))
            }
            (Some(checkout), false) => Ok(checkout.join("target/hip")),
            (None, true) => Ok(PathBuf::from("/var/lib/hip")),
            (None, false) => {
                self.data_home.as_ref().map(|home| home.join("hip")).ok_or(LaunchError::NoHome)
            }
        }
    }
}

/// FNV-1a with 64 bits. Unlike the hash of `std`, it is the same in every release of the compiler.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_directory_follows_from_user_and_checkout() {
        let base = |is_root, checkout: Option<&str>, data_home: Option<&str>| {
            let (checkout, data_home) = (checkout.map(PathBuf::from), data_home.map(PathBuf::from));
            Surroundings { is_root, checkout, data_home }.base().ok()
        };
        let path = |text| Some(PathBuf::from(text));
        assert_eq!(base(false, Some("/src/hip"), Some("/data")), path("/src/hip/target/hip"));
        assert_eq!(base(false, None, Some("/data")), path("/data/hip"));
        assert_eq!(base(false, None, None), None);
        assert_eq!(base(true, None, None), path("/var/lib/hip"));
        let [one, other] = ["/src/hip", "/src/hip2"].map(|at| base(true, Some(at), None));
        assert!(one.as_ref().is_some_and(|path| path.starts_with("/var/tmp")), "{one:?}");
        assert_ne!(one, other);
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }
}
