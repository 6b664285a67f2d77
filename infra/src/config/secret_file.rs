//! A secret in a file, created on first use.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::config::text_file;

/// Reads the text of a file, or creates it. If several processes start at once, one creates it and the
/// others read the result: the file appears complete or not at all.
///
/// Only the owner may read it, from the first byte on. Returns the text and whether it is new.
///
/// # Errors
///
/// The file cannot be read or written.
pub(crate) fn read_or_create(
    path: &Path,
    make: impl FnOnce() -> Zeroizing<String>,
) -> io::Result<(Zeroizing<String>, bool)> {
    match text_file::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        there => return there.map(|text| (Zeroizing::new(text), false)),
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let text = make();
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        Err(lost) if lost.error.kind() == ErrorKind::AlreadyExists => {
            return text_file::read_to_string(path).map(|text| (Zeroizing::new(text), false));
        }
        Err(error) => return Err(error.error),
    }
    // Without the sync a power loss could lose the directory entry, and with it the only copy.
    std::fs::File::open(directory)?.sync_all()?;
    Ok((text, true))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn of_many_at_once_one_makes_it_and_all_read_the_same() {
        const STARTERS: usize = 8;
        let dir = tempfile::tempdir().unwrap();
        for round in 0..50 {
            let path = dir.path().join(format!("key-{round}"));
            let barrier = Barrier::new(STARTERS);
            let results: Vec<_> = std::thread::scope(|scope| {
                let start = |starter: usize| {
                    let (path, barrier) = (&path, &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        read_or_create(path, || Zeroizing::new(format!("made by {starter}")))
                            .unwrap()
                    })
                };
                let started: Vec<_> = (0..STARTERS).map(start).collect();
                started.into_iter().map(|one| one.join().unwrap()).collect()
            });
            assert_eq!(results.iter().filter(|(_, new)| *new).count(), 1);
            assert!(results.iter().all(|(text, _)| *text == results[0].0));
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 50, "nothing else is left behind");
    }
}
