//! The journal file: read and written in complete lines, by several processes.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The complete lines; `None` if there is no file. An incomplete last line was cut off by a crash
/// before its keys were destroyed.
pub(super) fn read(path: &Path) -> io::Result<Option<String>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    file.lock_shared()?; // until it is closed
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    text.truncate(whole);
    Ok(Some(text))
}

/// The file, opened for appending. It is locked until this is dropped.
pub(super) struct Opened {
    file: File,
    is_new: bool,
}

impl Opened {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let is_new = !path.exists();
        let file = File::options().create(true).read(true).append(true).mode(0o600).open(path)?;
        file.lock()?;
        Ok(Self { file, is_new })
    }

    /// The complete lines. Removes an incomplete last line, which would spoil the next one.
    pub(super) fn lines(&mut self) -> io::Result<String> {
        let mut text = String::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_string(&mut text)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            text.truncate(whole);
            self.file.set_len(whole as u64)?;
        }
        Ok(text)
    }

    /// Appends a line with its line end, durably.
    pub(super) fn add(&mut self, path: &Path, line: &str) -> io::Result<()> {
        self.file.write_all(line.as_bytes())?;
        self.file.sync_all()?;
        if self.is_new { sync_directory_of(path) } else { Ok(()) }
    }
}

/// Without this a power loss could lose a new file name.
pub(super) fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}
