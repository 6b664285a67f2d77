//! An archive: a stretch of the log in a file, with the seals that cover it. One JSON object per line.
//!
//! The first line says what the archive holds. Each seal follows the events that it covers. Events are there
//! as they are stored: what is encrypted stays encrypted, and no key is in the file.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::digest::sha256;
use crate::inclusion::ProvenEvent;
use crate::key::PublicKeys;
use crate::merkle::Tree;
use crate::seal::{Seal, SealError, Statement};
use crate::{HASH_LENGTH, Hash};

/// The version of the format that this program writes and reads.
pub const ARCHIVE_VERSION: u32 = 1;

/// A line of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ArchiveLine {
    /// What the archive holds. The first line, and only that.
    Archive(ArchiveContent),
    /// An event.
    Event(Box<ArchivedEvent>),
    /// The seal over the events since the last seal.
    Seal(Seal),
}

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchiveContent {
    /// [`ARCHIVE_VERSION`].
    pub version: u32,
    /// The shard of the log.
    pub shard: i16,
    /// Position of the first event.
    pub from: i64,
    /// Position of the last.
    pub to: i64,
    /// [Digest](Seal::digest) of the seal before the first one here; zeros if there is none.
    #[serde(with = "hex::serde")]
    pub previous: Hash,
}

/// An event with its content as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchivedEvent {
    /// All but the content.
    pub event: ProvenEvent,
    /// The stored body.
    #[serde(with = "in_base64")]
    pub body: Vec<u8>,
    /// The stored meta.
    #[serde(with = "in_base64")]
    pub meta: Vec<u8>,
}

/// Why an archive is not what was sealed.
#[derive(Debug, Error)]
pub enum ArchiveFault {
    /// A line has another form.
    #[error("this is no line of an archive: {0}")]
    Form(#[from] serde_json::Error),
    /// The file does not begin as an archive does, or it does a second time.
    #[error("an archive begins with one line that says what it holds")]
    Begin,
    /// The format is newer.
    #[error("the archive has version {0}; this program reads version {ARCHIVE_VERSION}")]
    Version(u32),
    /// Files were given in another order, or one is missing between them.
    #[error("the archive does not go on where the one before ended, at position {0}")]
    OutOfLine(i64),
    /// An event is missing, or there is one too many.
    #[error("there is no event at position {0}")]
    Missing(i64),
    /// The content of an event is not the one that its digests name.
    #[error("the content of the event at position {0} was changed")]
    Content(i64),
    /// A seal is not to be believed.
    #[error("the seal up to position {to} cannot be believed: {why}")]
    Seal {
        /// The last position of the seal.
        to: i64,
        /// What is wrong with it.
        why: SealError,
    },
    /// A seal is of other events, or does not follow the one before.
    #[error("the events at positions {from} to {to} are not those that were sealed")]
    Altered {
        /// The first position of the seal.
        from: i64,
        /// Its last.
        to: i64,
    },
    /// The file ends too early.
    #[error("the archive ends at position {end}; its first line names {to}")]
    CutOff {
        /// Position of the last sealed event in the file.
        end: i64,
        /// Position that the first line names.
        to: i64,
    },
}

/// Checks archives line by line, with nothing but public keys. Several archives are checked in the order of
/// their positions, and must follow each other.
#[derive(Debug)]
pub struct ArchiveCheck<'a> {
    keys: &'a PublicKeys,
    content: Option<ArchiveContent>,
    tree: Tree,
    /// Position and digest that the next seal must follow.
    sealed: (i64, Hash),
    position: i64,
    first: Option<i64>,
    event_count: u64,
}

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckedArchive {
    /// Position of the first event.
    pub from: i64,
    /// Position of the last.
    pub to: i64,
    /// Number of events.
    pub event_count: u64,
}

impl<'a> ArchiveCheck<'a> {
    /// A check that believes the seals of these keys.
    pub fn new(keys: &'a PublicKeys) -> Self {
        Self {
            keys,
            content: None,
            tree: Tree::default(),
            sealed: (0, [0; HASH_LENGTH]),
            position: 0,
            first: None,
            event_count: 0,
        }
    }

    /// Takes the next line of a file.
    ///
    /// # Errors
    ///
    /// The line is not what was sealed.
    pub fn line(&mut self, line: &str) -> Result<(), ArchiveFault> {
        match (serde_json::from_str(line)?, self.content.is_some()) {
            (ArchiveLine::Archive(content), false) => self.begin(content),
            (ArchiveLine::Event(event), true) => self.event(&event),
            (ArchiveLine::Seal(seal), true) => self.seal(&seal),
            (ArchiveLine::Archive(_), true)
            | (ArchiveLine::Event(_) | ArchiveLine::Seal(_), false) => Err(ArchiveFault::Begin),
        }
    }

    /// The file ends here.
    ///
    /// # Errors
    ///
    /// It has not all that its first line names.
    pub fn end(&mut self) -> Result<CheckedArchive, ArchiveFault> {
        let content = self.content.take().ok_or(ArchiveFault::Begin)?;
        let (end, to) = (self.sealed.0, content.to);
        if end != to || self.position != to {
            return Err(ArchiveFault::CutOff { end, to });
        }
        let from = self.first.unwrap_or(content.from);
        Ok(CheckedArchive { from, to, event_count: self.event_count })
    }

    fn begin(&mut self, content: ArchiveContent) -> Result<(), ArchiveFault> {
        if content.version != ARCHIVE_VERSION {
            return Err(ArchiveFault::Version(content.version));
        }
        let before = content.from - 1;
        let is_next = match self.first {
            Some(_) => self.sealed == (before, content.previous),
            None => before >= 0 && (before > 0 || content.previous == Statement::NO_PREVIOUS),
        };
        if !is_next {
            return Err(ArchiveFault::OutOfLine(self.sealed.0));
        }
        (self.sealed, self.position) = ((before, content.previous), before);
        self.first = self.first.or(Some(content.from));
        self.content = Some(content);
        Ok(())
    }

    fn event(&mut self, archived: &ArchivedEvent) -> Result<(), ArchiveFault> {
        let ArchivedEvent { event, body, meta } = archived;
        if event.position != self.position + 1 {
            return Err(ArchiveFault::Missing(self.position + 1));
        }
        if sha256(body) != event.body_digest || sha256(meta) != event.meta_digest {
            return Err(ArchiveFault::Content(event.position));
        }
        self.tree.push(&event.hash());
        self.position = event.position;
        self.event_count += 1;
        Ok(())
    }

    fn seal(&mut self, seal: &Seal) -> Result<(), ArchiveFault> {
        let Statement { from, to, root, previous, .. } = seal.statement;
        seal.check(self.keys).map_err(|why| ArchiveFault::Seal { to, why })?;
        let follows = (from - 1, previous) == self.sealed && to == self.position;
        if !follows || std::mem::take(&mut self.tree).root() != Some(root) {
            return Err(ArchiveFault::Altered { from, to });
        }
        self.sealed = (to, seal.digest());
        Ok(())
    }
}

/// Bytes as text in base64.
mod in_base64 {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}
