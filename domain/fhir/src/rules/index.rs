//! From the bytes of a name to its number.

use super::codec::LoadError;
use super::name::{Name, WELL_KNOWN};
use super::table::Tables;

/// An open hash table. It is filled once from the rules, so what a document holds can only miss.
#[derive(Debug)]
pub(super) struct NameIndex {
    /// A power of two of places; free ones hold [`Name::UNKNOWN`].
    places: Vec<Name>,
}

impl NameIndex {
    /// # Errors
    ///
    /// When the first names are not those that the hand-written rules speak of.
    pub(super) fn of(tables: &Tables) -> Result<Self, LoadError> {
        let known = tables.names.iter().map(|id| tables.text(*id));
        if !WELL_KNOWN.iter().copied().eq(known.clone().take(WELL_KNOWN.len())) {
            return Err(LoadError::Damaged("names"));
        }
        let mut places = vec![Name::UNKNOWN; (tables.names.len() * 4).next_power_of_two()];
        let mask = places.len() - 1;
        for (number, text) in known.enumerate() {
            let name = u16::try_from(number).map(Name).map_err(|_| LoadError::Damaged("names"))?;
            let mut place = hash(text.as_bytes()) & mask;
            while places[place] != Name::UNKNOWN {
                place = (place + 1) & mask;
            }
            places[place] = name;
        }
        Ok(Self { places })
    }

    #[inline]
    pub(super) fn find(&self, tables: &Tables, text: &[u8]) -> Name {
        let mask = self.places.len() - 1;
        let mut place = hash(text) & mask;
        loop {
            let name = self.places[place];
            let is_it = name == Name::UNKNOWN
                || tables.text(tables.names[usize::from(name.0)]).as_bytes() == text;
            if is_it {
                return name;
            }
            place = (place + 1) & mask;
        }
    }
}

/// Mixes the first and last bytes with the length: the names of FHIR differ there.
#[inline]
fn hash(text: &[u8]) -> usize {
    let word = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    let ends = match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => word(first) << 32 | word(last),
        _ => text.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    };
    let middle = u64::from(text.get(text.len() / 2).copied().unwrap_or_default());
    let mixed =
        (ends ^ middle << 24 ^ (text.len() as u64) << 20).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from(mixed >> 40).expect("24 bits fit")
}
