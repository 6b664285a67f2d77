//! How tables become bytes and come back: little-endian, fixed size, in the order of the fields.

use thiserror::Error;

/// Why bytes are not a rule file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LoadError {
    /// The first bytes are not those of a rule file, or of another version of the format.
    #[error("this is not a rule file of format {}", super::FORMAT)]
    Format,
    /// The bytes end before the tables do.
    #[error("the rule file is cut off")]
    Truncated,
    /// A table points outside of another.
    #[error("the rule file is damaged: {0} point at nothing")]
    Damaged(&'static str),
    /// The rules need an invariant that this version has no function for.
    #[error("the rule file was compiled by another version: it needs an unknown invariant")]
    UnknownInvariant,
}

/// Reads a rule file from its start.
pub(crate) struct Reader<'b>(pub(crate) &'b [u8]);

impl<'b> Reader<'b> {
    pub(crate) fn take(&mut self, count: usize) -> Result<&'b [u8], LoadError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(LoadError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }
}

/// A thing with a form in bytes.
pub(crate) trait Record: Sized {
    fn write(&self, out: &mut Vec<u8>);
    fn read(from: &mut Reader<'_>) -> Result<Self, LoadError>;
}

macro_rules! number {
    ($($number:ty),+) => {
        $(impl Record for $number {
            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            #[inline]
            fn read(from: &mut Reader<'_>) -> Result<Self, LoadError> {
                let (bytes, rest) = from.0.split_first_chunk().ok_or(LoadError::Truncated)?;
                from.0 = rest;
                Ok(Self::from_le_bytes(*bytes))
            }
        })+
    };
}

number!(u8, u16, u32, u128);

impl Record for bool {
    fn write(&self, out: &mut Vec<u8>) {
        u8::from(*self).write(out);
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, LoadError> {
        Ok(u8::read(from)? != 0)
    }
}

impl<R: Record> Record for Option<R> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        if let Some(record) = self {
            record.write(out);
        }
    }

    #[inline]
    fn read(from: &mut Reader<'_>) -> Result<Self, LoadError> {
        if bool::read(from)? { R::read(from).map(Some) } else { Ok(None) }
    }
}

impl<R: Record> Record for Vec<R> {
    fn write(&self, out: &mut Vec<u8>) {
        let count = u32::try_from(self.len()).expect("tables are far smaller than that");
        count.write(out);
        for record in self {
            record.write(out);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, LoadError> {
        let count = u32::read(from)? as usize;
        // Every record has a byte at least, so a damaged count cannot ask for much memory.
        let mut records = Self::with_capacity(count.min(from.0.len()));
        for _ in 0..count {
            records.push(R::read(from)?);
        }
        Ok(records)
    }
}

impl Record for String {
    fn write(&self, out: &mut Vec<u8>) {
        let count = u32::try_from(self.len()).expect("texts are far shorter than that");
        count.write(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, LoadError> {
        let count = u32::read(from)? as usize;
        let text = std::str::from_utf8(from.take(count)?);
        text.map(Self::from).map_err(|_| LoadError::Damaged("texts"))
    }
}

/// Defines a struct and its form in bytes in one place.
macro_rules! records {
    ($($(#[$about:meta])* struct $name:ident {
        $($(#[$field_about:meta])* $field:ident: $kind:ty),+ $(,)?
    })+) => {
        $(
            $(#[$about])*
            #[derive(Debug, Clone, PartialEq, Eq, Hash)]
            pub(crate) struct $name {
                $($(#[$field_about])* pub(crate) $field: $kind),+
            }

            impl $crate::rules::codec::Record for $name {
                fn write(&self, out: &mut Vec<u8>) {
                    $(self.$field.write(out);)+
                }

                #[inline]
                fn read(
                    from: &mut $crate::rules::codec::Reader<'_>,
                ) -> Result<Self, $crate::rules::codec::LoadError> {
                    Ok(Self { $($field: <$kind>::read(from)?),+ })
                }
            }
        )+
    };
}

/// Defines numbers that point into a table, each of a type of its own.
macro_rules! ids {
    ($($(#[$about:meta])* $name:ident: $number:ty),+ $(,)?) => {
        $(
            $(#[$about])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub(crate) struct $name(pub(crate) $number);

            impl $name {
                #[inline]
                pub(crate) fn index(self) -> usize {
                    self.0 as usize
                }

                pub(crate) fn at(index: usize) -> Option<Self> {
                    <$number>::try_from(index).ok().map(Self)
                }
            }

            impl $crate::rules::codec::Record for $name {
                fn write(&self, out: &mut Vec<u8>) {
                    self.0.write(out);
                }

                #[inline]
                fn read(
                    from: &mut $crate::rules::codec::Reader<'_>,
                ) -> Result<Self, $crate::rules::codec::LoadError> {
                    Ok(Self(<$number>::read(from)?))
                }
            }
        )+
    };
}

/// Defines an enum without content and its form: one byte, the place in the list. With `spelled`, FHIR
/// has a word for each.
macro_rules! choices {
    ($($(#[$about:meta])* spelled enum $name:ident {
        $($(#[$variant_about:meta])* $variant:ident = $text:literal),+ $(,)?
    })+) => {
        $(
            choices! { $(#[$about])* enum $name { $($(#[$variant_about])* $variant),+ } }

            impl $name {
                /// How FHIR spells it.
                pub(crate) fn as_str(self) -> &'static str {
                    match self { $(Self::$variant => $text),+ }
                }

                pub(crate) fn parse(text: &str) -> Option<Self> {
                    Self::ALL.iter().copied().find(|known| known.as_str() == text)
                }
            }
        )+
    };
    ($($(#[$about:meta])* enum $name:ident {
        $($(#[$variant_about:meta])* $variant:ident),+ $(,)?
    })+) => {
        $(
            $(#[$about])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub(crate) enum $name { $($(#[$variant_about])* $variant),+ }

            impl $name {
                const ALL: &[Self] = &[$(Self::$variant),+];
            }

            impl $crate::rules::codec::Record for $name {
                fn write(&self, out: &mut Vec<u8>) {
                    (*self as u8).write(out);
                }

                #[inline]
                fn read(
                    from: &mut $crate::rules::codec::Reader<'_>,
                ) -> Result<Self, $crate::rules::codec::LoadError> {
                    let place = usize::from(u8::read(from)?);
                    let known = Self::ALL.get(place).copied();
                    known.ok_or($crate::rules::codec::LoadError::Damaged(stringify!($name)))
                }
            }
        )+
    };
}

pub(crate) use {choices, ids, records};
