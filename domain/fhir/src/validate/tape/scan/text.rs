//! Texts in quotes: mostly left where they are, written out when they have escapes.

use super::{Refusal, Scanner};

/// Where a text is, quotes left out.
pub(super) struct Quoted {
    pub(super) start: usize,
    pub(super) len: usize,
    pub(super) is_written_out: bool,
}

impl Scanner<'_, '_> {
    /// A text whose opening quote has been read.
    #[inline]
    pub(super) fn quoted(&mut self) -> Result<Quoted, Refusal> {
        let start = self.at;
        self.at += plain_len(&self.bytes[start..]);
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(Quoted { start, len: self.at - 1 - start, is_written_out: false });
        }
        self.write_out(start)
    }

    #[cold]
    fn write_out(&mut self, mut run: usize) -> Result<Quoted, Refusal> {
        let start = self.buffers.written_out.len();
        loop {
            self.buffers.written_out.push_str(&self.text[run..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    let len = self.buffers.written_out.len() - start;
                    return Ok(Quoted { start, len, is_written_out: true });
                }
                Some(b'\\') => {
                    self.at += 1;
                    let letter = self.escape()?;
                    self.buffers.written_out.push(letter);
                }
                Some(_) => return Err(self.wrong("a control character in a text")),
                None => return Err(self.wrong("a text without closing quote")),
            }
            run = self.at;
            self.at += plain_len(&self.bytes[run..]);
        }
    }

    fn escape(&mut self) -> Result<char, Refusal> {
        let sign = self.peek().ok_or_else(|| self.wrong("a text without closing quote"))?;
        self.at += 1;
        match sign {
            b'"' => Ok('"'),
            b'\\' => Ok('\\'),
            b'/' => Ok('/'),
            b'b' => Ok('\u{8}'),
            b'f' => Ok('\u{c}'),
            b'n' => Ok('\n'),
            b'r' => Ok('\r'),
            b't' => Ok('\t'),
            b'u' => self.unicode(),
            _ => Err(self.wrong("an unknown escape")),
        }
    }

    /// Four hexadecimal digits, or two times four for a letter beyond the first 65,536.
    fn unicode(&mut self) -> Result<char, Refusal> {
        let first = self.four_digits()?;
        let code = if (0xD800..0xDC00).contains(&first) {
            let second = if self.bytes[self.at..].starts_with(b"\\u") {
                self.at += 2;
                self.four_digits()?
            } else {
                0
            };
            if !(0xDC00..0xE000).contains(&second) {
                return Err(self.wrong("half of a letter"));
            }
            0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.wrong("half of a letter"))
    }

    fn four_digits(&mut self) -> Result<u32, Refusal> {
        let digits = self.bytes.get(self.at..self.at + 4).unwrap_or_default();
        let mut code = 0;
        for digit in digits {
            let digit = char::from(*digit).to_digit(16);
            code = code * 16 + digit.ok_or_else(|| self.wrong("an unknown escape"))?;
        }
        if digits.is_empty() {
            return Err(self.wrong("an unknown escape"));
        }
        self.at += 4;
        Ok(code)
    }
}

/// How many bytes come before a quote, a backslash or a control character.
///
/// Eight at a time: attachments are long.
#[inline]
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    let mut len = 0;
    let mut words = bytes.chunks_exact(8);
    for word in words.by_ref() {
        let word = u64::from_le_bytes(word.try_into().expect("chunks of eight"));
        let is_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let quote = is_zero(word ^ (ONES * u64::from(b'"')));
        let backslash = is_zero(word ^ (ONES * u64::from(b'\\')));
        let stop = control | quote | backslash;
        if stop != 0 {
            return len + stop.trailing_zeros() as usize / 8;
        }
        len += 8;
    }
    let is_plain = |byte: &&u8| **byte >= 0x20 && **byte != b'"' && **byte != b'\\';
    len + words.remainder().iter().take_while(is_plain).count()
}
