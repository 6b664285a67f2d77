//! Primitive values: whether JSON writes them as it should, and whether they exist.

mod attachment;
mod date;
mod number;
mod text;

pub(super) use self::date::Order;

use super::report::Note;
use super::tape::{Kind, View};
use crate::rules::table::Primitive;

/// What is wrong with a primitive, if anything.
#[inline]
pub(super) fn fault(at: View<'_>, primitive: Primitive) -> Option<Note> {
    let is_sound = match primitive {
        Primitive::Boolean => at.kind() == Kind::Boolean,
        Primitive::Decimal => at.kind() == Kind::Number,
        Primitive::Integer => at.kind() == Kind::Number && number::is_integer(at.literal()),
        Primitive::UnsignedInt => at.kind() == Kind::Number && number::is_unsigned(at.literal()),
        Primitive::PositiveInt => at.kind() == Kind::Number && number::is_positive(at.literal()),
        Primitive::AbsoluteUri
        | Primitive::Base64Binary
        | Primitive::Canonical
        | Primitive::Code
        | Primitive::Date
        | Primitive::DateTime
        | Primitive::Id
        | Primitive::Instant
        | Primitive::Markdown
        | Primitive::Oid
        | Primitive::String
        | Primitive::Time
        | Primitive::Uri
        | Primitive::Url
        | Primitive::Uuid
        | Primitive::Xhtml => at.text().is_some_and(|text| is_written_well(text, primitive, at)),
    };
    if is_sound { None } else { Some(describe(at, primitive)) }
}

#[inline]
fn is_written_well(text: &str, primitive: Primitive, at: View<'_>) -> bool {
    match primitive {
        Primitive::Base64Binary => attachment::is_base64(text),
        Primitive::Code => text::is_code(text),
        Primitive::Date => date::is_date(text),
        Primitive::DateTime => date::is_date_time(text),
        Primitive::Id => text::is_id(text),
        Primitive::Instant => date::is_instant(text),
        Primitive::Oid => text::is_oid(text),
        Primitive::Time => date::is_time(text),
        Primitive::AbsoluteUri => text::is_system(text),
        // `#id` is a contained definition.
        Primitive::Canonical => {
            text::is_absolute_uri(text) || (text.starts_with('#') && text::is_uri(text))
        }
        Primitive::Uri | Primitive::Url => text::is_uri(text),
        Primitive::Uuid => text.strip_prefix("urn:uuid:").is_some_and(text::is_uuid),
        // JSON itself forbids control characters, so only escapes can have brought one in.
        Primitive::Markdown | Primitive::String => {
            text::has_good_length(text) && (at.kind() == Kind::Text || text::is_printable(text))
        }
        // Its form is a matter of its own: see `narrative`.
        Primitive::Xhtml => !text.is_empty(),
        Primitive::Boolean
        | Primitive::Decimal
        | Primitive::Integer
        | Primitive::PositiveInt
        | Primitive::UnsignedInt => false,
    }
}

pub(super) use self::attachment::decoded_len;
pub(super) use self::text::{is_absolute_uri, is_id, is_uuid};

#[cold]
fn describe(at: View<'_>, primitive: Primitive) -> Note {
    let (wanted, example) = form(primitive);
    if at.text().is_some_and(str::is_empty) {
        let mend = "leave the element out when there is nothing to say";
        return Note::new("primitive", "an empty text has no meaning in FHIR", mend);
    }
    let found = match at.kind() {
        Kind::Null => "null",
        Kind::Boolean => "true or false",
        Kind::Number => "a number",
        Kind::Text | Kind::WrittenOut => "a text",
        Kind::List => "a list",
        Kind::Object => "an object",
    };
    let is_number = matches!(
        primitive,
        Primitive::Decimal | Primitive::Integer | Primitive::PositiveInt | Primitive::UnsignedInt
    );
    let is_boolean = primitive == Primitive::Boolean;
    let is_right_kind = match at.kind() {
        Kind::Number => is_number,
        Kind::Boolean => is_boolean,
        Kind::Text | Kind::WrittenOut => !is_number && !is_boolean,
        Kind::Null | Kind::List | Kind::Object => false,
    };
    if is_right_kind {
        let message = format!("is not {wanted}");
        Note::new("primitive-format", message, format!("write it like {example}"))
    } else {
        let message = format!("must be {wanted}, and is {found}");
        Note::new("type", message, format!("write it like {example}"))
    }
}

/// What a primitive is, and what one looks like.
fn form(primitive: Primitive) -> (&'static str, &'static str) {
    match primitive {
        Primitive::Base64Binary => {
            ("bytes in base64, padded to a multiple of four", "\"SGVsbG8=\"")
        }
        Primitive::Boolean => ("a truth value", "true, without quotes"),
        Primitive::AbsoluteUri => (
            "an absolute address: http, https or urn, in small letters",
            "\"http://snomed.info/sct\"",
        ),
        Primitive::Canonical => {
            ("the absolute address of a definition", "\"https://example.org/Profile|1.0\"")
        }
        Primitive::Code => ("a code: no blanks at its ends, no two in a row", "\"final\""),
        Primitive::Date => ("a date that exists: a year, a month or a day", "\"2026-05-04\""),
        Primitive::DateTime => {
            ("a date that exists, with a zone when it has a time", "\"2026-05-04T10:30:00+05:30\"")
        }
        Primitive::Decimal => ("a number", "81.5, without quotes"),
        Primitive::Id => ("an id: at most 64 letters, digits, dashes and dots", "\"visit-17\""),
        Primitive::Instant => {
            ("a moment that exists, with seconds and zone", "\"2026-05-04T10:30:00+05:30\"")
        }
        Primitive::Integer => ("a whole number of 32 bits", "12, without quotes"),
        Primitive::Markdown | Primitive::String => {
            ("a text without control characters, at most 1 MiB long", "\"Fever\"")
        }
        Primitive::Oid => ("an OID", "\"urn:oid:1.2.3\""),
        Primitive::PositiveInt => ("a whole number above zero", "1, without quotes"),
        Primitive::Time => ("a time of day with seconds and without zone", "\"10:30:00\""),
        Primitive::UnsignedInt => ("a whole number, zero or above", "0, without quotes"),
        Primitive::Uri | Primitive::Url => ("an address without blanks", "\"https://example.org\""),
        Primitive::Uuid => {
            ("a UUID in small letters", "\"urn:uuid:305fecc2-4ba2-46cc-9ccd-efa755aff51d\"")
        }
        Primitive::Xhtml => {
            ("a piece of XHTML", "\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">…</div>\"")
        }
    }
}
