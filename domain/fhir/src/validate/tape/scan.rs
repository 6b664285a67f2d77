//! Reads JSON, strictly and within limits: nothing is kept of input that is refused.

mod text;

use self::text::Quoted;
use super::{Buffers, Kind, Node};
use crate::rules::Rules;
use crate::rules::name::Name;
use crate::validate::limits::Limits;

/// Why input was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    TooLarge,
    TooDeep,
    TooManyValues,
    TooManyEntries,
    TooManyContained,
    ExtensionsTooDeep,
    NotUtf8,
    /// What is wrong, and at which byte.
    Syntax(&'static str, usize),
}

/// Reads `json` into `buffers`; gives it back as text.
pub(crate) fn scan<'j>(
    json: &'j [u8],
    rules: &Rules,
    limits: &Limits,
    buffers: &mut Buffers,
) -> Result<&'j str, Refusal> {
    buffers.nodes.clear();
    buffers.written_out.clear();
    // Places are 32 bits wide.
    if json.len() > limits.bytes.min(u32::MAX as usize) {
        return Err(Refusal::TooLarge);
    }
    let text = std::str::from_utf8(json).map_err(|_| Refusal::NotUtf8)?;
    let mut scanner = Scanner { text, bytes: json, at: 0, extensions: 0, rules, limits, buffers };
    scanner.space();
    scanner.value(Key::NONE, limits.depth())?;
    scanner.space();
    match scanner.peek() {
        None => Ok(text),
        Some(_) => Err(scanner.wrong("text after the end")),
    }
}

/// The name that a value goes by.
#[derive(Clone, Copy)]
struct Key {
    start: u32,
    len: u8,
    name: Name,
    is_sidecar: bool,
}

impl Key {
    const NONE: Self = Self { start: 0, len: 0, name: Name::NONE, is_sidecar: false };
}

struct Scanner<'j, 's> {
    text: &'j str,
    bytes: &'j [u8],
    at: usize,
    /// How many extensions are open.
    extensions: usize,
    rules: &'s Rules,
    limits: &'s Limits,
    buffers: &'s mut Buffers,
}

impl Scanner<'_, '_> {
    fn wrong(&self, what: &'static str) -> Refusal {
        Refusal::Syntax(what, self.at)
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self, key: Key, depth_left: usize) -> Result<(), Refusal> {
        if self.buffers.nodes.len() >= self.limits.values {
            return Err(Refusal::TooManyValues);
        }
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                let Quoted { start, len, is_written_out } = self.quoted()?;
                let kind = if is_written_out { Kind::WrittenOut } else { Kind::Text };
                self.leaf(key, kind, start, len);
                Ok(())
            }
            Some(b'{') => self.container(key, Kind::Object, depth_left, Self::object),
            Some(b'[') => self.container(key, Kind::List, depth_left, Self::list),
            Some(b'-' | b'0'..=b'9') => self.number(key),
            Some(b't') => self.word(key, "true", Kind::Boolean),
            Some(b'f') => self.word(key, "false", Kind::Boolean),
            Some(b'n') => self.word(key, "null", Kind::Null),
            Some(_) => Err(self.wrong("a character that begins no value")),
            None => Err(self.wrong("the end of the text instead of a value")),
        }
    }

    fn leaf(&mut self, key: Key, kind: Kind, start: usize, len: usize) {
        let end = self.buffers.nodes.len() + 1;
        self.buffers.nodes.push(node(key, kind, start, len, end));
    }

    fn container(
        &mut self,
        key: Key,
        kind: Kind,
        depth_left: usize,
        read: fn(&mut Self, usize) -> Result<usize, Refusal>,
    ) -> Result<(), Refusal> {
        let depth_left = depth_left.checked_sub(1).ok_or(Refusal::TooDeep)?;
        let is_extension = key.name == Name::EXTENSION;
        self.extensions += usize::from(is_extension);
        if self.extensions > Limits::EXTENSION_DEPTH_MAX {
            return Err(Refusal::ExtensionsTooDeep);
        }
        let place = self.buffers.nodes.len();
        self.leaf(key, kind, self.at, 0);
        self.at += 1;
        self.space();
        let count = read(self, depth_left)?;
        self.extensions -= usize::from(is_extension);
        if key.name == Name::ENTRY && count > Limits::ENTRIES_MAX {
            return Err(Refusal::TooManyEntries);
        }
        if key.name == Name::CONTAINED && count > Limits::CONTAINED_MAX {
            return Err(Refusal::TooManyContained);
        }
        let end = self.buffers.nodes.len();
        let start = self.buffers.nodes[place].start as usize;
        self.buffers.nodes[place] = node(key, kind, start, count, end);
        Ok(())
    }

    fn object(&mut self, depth_left: usize) -> Result<usize, Refusal> {
        let mut count = 0;
        if self.closes(b'}') {
            return Ok(count);
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.wrong("something else than a member name in quotes"));
            }
            self.at += 1;
            let key = self.key()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.wrong("a member name without colon"));
            }
            self.at += 1;
            self.space();
            self.value(key, depth_left)?;
            count += 1;
            if self.ends(b'}')? {
                return Ok(count);
            }
        }
    }

    fn list(&mut self, depth_left: usize) -> Result<usize, Refusal> {
        let mut count = 0;
        if self.closes(b']') {
            return Ok(count);
        }
        loop {
            self.value(Key::NONE, depth_left)?;
            count += 1;
            if self.ends(b']')? {
                return Ok(count);
            }
        }
    }

    fn closes(&mut self, bracket: u8) -> bool {
        let is_closed = self.peek() == Some(bracket);
        self.at += usize::from(is_closed);
        is_closed
    }

    /// After a value: a comma and another one, or the end.
    #[inline]
    fn ends(&mut self, bracket: u8) -> Result<bool, Refusal> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(false)
            }
            Some(end) if end == bracket => {
                self.at += 1;
                Ok(true)
            }
            Some(_) | None => Err(self.wrong("neither a comma nor the closing bracket")),
        }
    }

    #[inline]
    fn key(&mut self) -> Result<Key, Refusal> {
        let raw = self.at;
        let Quoted { start, len, is_written_out } = self.quoted()?;
        let whole = if is_written_out {
            &self.buffers.written_out.as_bytes()[start..start + len]
        } else {
            &self.bytes[start..start + len]
        };
        let plain = whole.strip_prefix(b"_");
        let name = self.rules.name(plain.unwrap_or(whole));
        // For messages the name is shown as it was written.
        let shown = self.at - 1 - raw;
        Ok(Key {
            start: narrow(raw),
            len: u8::try_from(shown).unwrap_or(u8::MAX),
            name,
            is_sidecar: plain.is_some(),
        })
    }

    fn number(&mut self, key: Key) -> Result<(), Refusal> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            Some(_) | None => return Err(self.wrong("a number without digits")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        self.leaf(key, Kind::Number, start, self.at - start);
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.wrong("a number without digits")) } else { Ok(()) }
    }

    fn word(&mut self, key: Key, word: &str, kind: Kind) -> Result<(), Refusal> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.wrong("a character that begins no value"));
        }
        self.leaf(key, kind, self.at, word.len());
        self.at += word.len();
        Ok(())
    }
}

#[inline]
fn node(key: Key, kind: Kind, start: usize, len: usize, end: usize) -> Node {
    let Key { start: key, len: key_len, name, is_sidecar } = key;
    let (start, len, end) = (narrow(start), narrow(len), narrow(end));
    Node { start, len, end, key, name, key_len, is_sidecar, kind }
}

/// Places and counts: the input was refused when they could be larger.
#[inline]
fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
