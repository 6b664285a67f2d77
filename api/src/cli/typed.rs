//! What must not show in the list of processes is typed, or piped in.

use std::io::Read;

/// How long an address or an id may be, in bytes.
const BYTES_MAX: u64 = 400;

/// The text; for `-` what standard input says.
pub(super) fn typed(text: &str) -> anyhow::Result<String> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let mut read = String::new();
    std::io::stdin().take(BYTES_MAX).read_to_string(&mut read)?;
    Ok(read.trim().to_owned())
}
