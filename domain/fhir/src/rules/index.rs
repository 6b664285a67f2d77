//! From the bytes of a text to its number.
//!
//! Texts of a document are looked up once; what rules say about them is then compared as numbers.

use super::codec::LoadError;
use super::name::{Name, WELL_KNOWN};
use super::table::{Span, Tables, TextId};

/// An open hash table. It is filled once from the rules, so what a document holds can only miss.
#[derive(Debug)]
struct Index {
    /// A power of two of places.
    places: Vec<Place>,
}

/// Where a text is, once more, so that a look-up needs no other table.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    start: u32,
    /// Zero when the place is free: the empty text is not in the index.
    len: u16,
    number: u32,
}

impl Index {
    /// Gives each text its place in `texts`.
    fn of(tables: &Tables, texts: &[TextId]) -> Self {
        let mut places = vec![Place::default(); (texts.len() * 3).next_power_of_two().max(2)];
        let mask = places.len() - 1;
        for (number, text) in (0..).zip(texts) {
            let Span { start, count: len } = tables.texts[text.index()];
            let mut place = hash(tables.text(*text).as_bytes()) & mask;
            while places[place].len != 0 {
                place = (place + 1) & mask;
            }
            places[place] = Place { start, len, number };
        }
        Self { places }
    }

    #[inline]
    fn find(&self, tables: &Tables, text: &[u8]) -> Option<u32> {
        let mask = self.places.len() - 1;
        let mut place = hash(text) & mask;
        loop {
            let Place { start, len, number } = self.places[place];
            if len == 0 {
                return None;
            }
            let start = start as usize;
            let known = tables.blob.as_bytes().get(start..start + usize::from(len));
            if known.is_some_and(|known| is_same(known, text)) {
                return Some(number);
            }
            place = (place + 1) & mask;
        }
    }
}

/// As `==`, without a call for the short ones, which nearly all are.
#[inline]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        0..4 => one.iter().eq(other),
        4..8 => ends::<4>(one) == ends::<4>(other),
        8..=16 => ends::<8>(one) == ends::<8>(other),
        _ => one == other,
    }
}

/// The first and the last bytes; they overlap in a text shorter than both.
#[inline]
fn ends<const N: usize>(text: &[u8]) -> Option<([u8; N], [u8; N])> {
    Some((*text.first_chunk()?, *text.last_chunk()?))
}

/// The numbers of names and of all texts.
#[derive(Debug)]
pub(super) struct Indexes {
    names: Index,
    texts: Index,
}

impl Indexes {
    /// # Errors
    ///
    /// When the first names are not those that the hand-written rules speak of.
    pub(super) fn of(tables: &Tables) -> Result<Self, LoadError> {
        let known = tables.names.iter().map(|id| tables.text(*id));
        let is_known = WELL_KNOWN.iter().copied().eq(known.take(WELL_KNOWN.len()));
        if !is_known || tables.names.len() >= usize::from(Name::NONE.0) {
            return Err(LoadError::Damaged("names"));
        }
        let texts: Vec<TextId> = (0..).map(TextId).take(tables.texts.len()).collect();
        Ok(Self { names: Index::of(tables, &tables.names), texts: Index::of(tables, &texts) })
    }

    #[inline]
    pub(super) fn name(&self, tables: &Tables, text: &[u8]) -> Name {
        let number = self.names.find(tables, text).and_then(|number| u16::try_from(number).ok());
        number.map_or(Name::UNKNOWN, Name)
    }

    #[inline]
    pub(super) fn text(&self, tables: &Tables, text: &str) -> Option<TextId> {
        self.texts.find(tables, text.as_bytes()).map(TextId)
    }
}

/// Eight bytes at a time. Not for tables that others fill: it is easily made to collide.
#[inline]
fn hash(text: &[u8]) -> usize {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |sum: u64, word: u64| (sum.rotate_left(23) ^ word).wrapping_mul(FACTOR);
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let mut sum = text.len() as u64;
    let (words, rest) = text.as_chunks();
    for bytes in words {
        sum = mix(sum, word(bytes));
    }
    // The last bytes once more as a whole word, or what there is.
    sum = match text.last_chunk() {
        Some(last) if !rest.is_empty() => mix(sum, word(last)),
        Some(_) => sum,
        None => mix(sum, rest.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))),
    };
    usize::try_from(sum >> 32).expect("32 bits fit")
}
