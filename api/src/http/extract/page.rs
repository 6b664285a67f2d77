//! Lists in pages: newest first, each page continues after the previous one.
//!
//! A cursor names the last item that was returned, so an item that is added or removed between two pages
//! causes no duplicates and no gaps.

use std::fmt;

use chrono::{DateTime, Utc};
use hip_infra::postgres::queries::lists::{self, Filters, List, Placed};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool};
use utoipa::ToSchema;

use crate::http::middleware::problem::Problem;

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// Newest first.
    pub(crate) items: Vec<T>,
    /// Send it as `cursor` to get the next page; `null` on the last.
    #[schema(example = "063924975000000000care-context-in0610099001-0")]
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// Builds a page from one more item than it shows; the extra item means that another page follows.
    pub(crate) fn cut(
        mut items: Vec<T>,
        limit: Limit,
        place: impl Fn(&T) -> (DateTime<Utc>, String),
    ) -> Self {
        let is_last = items.len() <= limit.count();
        items.truncate(limit.count());
        let last = items.last().filter(|_| !is_last).map(place);
        Self { items, next: last.map(|(at, id)| Cursor { at, id }.text()) }
    }
}

/// Number of items in a page, from 1 to 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit(u16);

/// In a query it is written in digits; in JSON `50.0` equals `50`.
impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl Visitor<'_> for Whole {
            type Value = Limit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number from 1 to 200")
            }

            fn visit_u64<E: de::Error>(self, count: u64) -> Result<Limit, E> {
                let count = u16::try_from(count).map_err(E::custom)?;
                Limit::try_from(count).map_err(E::custom)
            }

            fn visit_u16<E: de::Error>(self, count: u16) -> Result<Limit, E> {
                Limit::try_from(count).map_err(E::custom)
            }

            fn visit_f64<E: de::Error>(self, count: f64) -> Result<Limit, E> {
                let whole = (1..=200).find(|whole| f64::from(*whole).total_cmp(&count).is_eq());
                whole.map(Limit).ok_or_else(|| E::custom("must be whole, from 1 to 200"))
            }
        }
        deserializer.deserialize_u16(Whole)
    }
}

impl TryFrom<u16> for Limit {
    type Error = &'static str;

    fn try_from(count: u16) -> Result<Self, &'static str> {
        if (1..=200).contains(&count) { Ok(Self(count)) } else { Err("must be from 1 to 200") }
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl Limit {
    pub(crate) fn count(self) -> usize {
        self.0.into()
    }

    /// Number of items to read: one more than is shown, to know whether there is another page.
    pub(crate) fn and_one_more(self) -> i64 {
        i64::from(self.0) + 1
    }
}

/// Position in a list: after the item with this time and id.
///
/// Written as 18 digits, the microseconds since the year 1, and the id. Callers should treat it as opaque;
/// the form is described only so that it can be validated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Cursor {
    at: DateTime<Utc>,
    id: String,
}

/// Number of digits of the time.
const TIME_DIGITS: usize = 18;

/// Maximum length; longer than any of our ids.
const ID_LENGTH_MAX: usize = 400;

/// 1970 in microseconds since the year 1. Visits may be older.
const EPOCH: i64 = 62_135_596_800_000_000;

impl TryFrom<String> for Cursor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        const EXPECTED: &str = "must be the `next` of a page";
        let is_time = |time: &str| {
            time.starts_with(['0', '1', '2']) && time.bytes().all(|b| b.is_ascii_digit())
        };
        let is_id = |id: &str| {
            let fits = |b: u8| b.is_ascii_alphanumeric() || b"._@:-".contains(&b);
            (1..=ID_LENGTH_MAX).contains(&id.len()) && id.bytes().all(fits)
        };
        let parts = text.split_at_checked(TIME_DIGITS);
        let parts = parts.filter(|(time, id)| is_time(time) && is_id(id));
        let (time, id) = parts.ok_or(EXPECTED)?;
        let micros: i64 = time.parse().map_err(|_| EXPECTED)?;
        let at = DateTime::from_timestamp_micros(micros - EPOCH).ok_or(EXPECTED)?;
        Ok(Self { at, id: id.to_owned() })
    }
}

impl Cursor {
    /// The item after which a list continues.
    pub(crate) fn place(&self) -> (DateTime<Utc>, &str) {
        (self.at, &self.id)
    }

    fn text(&self) -> String {
        let micros = self.at.timestamp_micros().saturating_add(EPOCH).max(0);
        format!("{micros:0TIME_DIGITS$}{}", self.id)
    }
}

/// The requested page of a list.
pub(crate) struct PageRequest {
    pub(crate) facilities: Option<Vec<String>>,
    pub(crate) limit: Option<Limit>,
    pub(crate) cursor: Option<Cursor>,
}

impl PageRequest {
    /// Reads the page: items of the list that have all of these values in these columns.
    pub(crate) async fn read<T>(
        self,
        pool: &PgPool,
        list: &List,
        filters: Filters<'_>,
    ) -> Result<Page<T>, Problem>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let limit = self.limit.unwrap_or_default();
        let request = lists::Request {
            facilities: self.facilities.as_deref(),
            count: limit.and_one_more(),
            after: self.cursor.as_ref().map(Cursor::place),
        };
        let rows = list.read(pool, request, filters).await;
        let rows: Vec<Placed<T>> = rows.map_err(|error| Problem::database_unavailable(&error))?;
        let page = Page::cut(rows, limit, |row| (row.page_at, row.page_id.clone()));
        Ok(Page { items: page.items.into_iter().map(|row| row.item).collect(), next: page.next })
    }
}

/// Reads the newest item of a list with all of these values, if there is one.
pub(crate) async fn newest<T>(
    pool: &PgPool,
    list: &List,
    facilities: Option<Vec<String>>,
    filters: Filters<'_>,
) -> Result<Option<T>, Problem>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let page_request = PageRequest { facilities, limit: Some(Limit(1)), cursor: None };
    Ok(page_request.read(pool, list, filters).await?.items.pop())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_whole_number_from_1_to_200() {
        let read = |text: &str| serde_json::from_str::<Limit>(text).ok();
        assert_eq!(read("196.0"), read("196"));
        assert_eq!((read("1"), read("200.0")), (Some(Limit(1)), Some(Limit(200))));
        for text in ["0", "201", "1.5", "-1", "1e9", "\"50\"", "NaN"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is_one() {
        for micros in [1_789_378_500_123_456, -1_789_378_500_123_456] {
            let at = DateTime::from_timestamp_micros(micros).unwrap();
            let cursor = Cursor { at, id: "care-context-in1-0:0".to_owned() };
            assert_eq!(Cursor::try_from(cursor.text()).unwrap(), cursor);
        }
        let digits = "0".repeat(TIME_DIGITS);
        let no_cursors = ["", "a", &digits, &format!("3{digits}a"), &format!("{digits}a\0b")];
        for text in no_cursors.into_iter().chain(["é".repeat(20).as_str(), &"0".repeat(500)]) {
            assert!(Cursor::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
