//! When a peer's key material stops being good.
//!
//! RFC 3339, and what HIUs send besides: no zone (meaning UTC), a space for the `T`, up to nine
//! fraction digits, a date alone (meaning the end of that day in UTC).

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::Error;

/// The longest expiry text that is looked at, in characters.
const TEXT_LENGTH_MAX: usize = 64;

/// How far a peer's clock may lag behind ours.
const SKEW: TimeDelta = TimeDelta::seconds(60);

/// Read an expiry.
pub(crate) fn parse(text: &str) -> Result<DateTime<Utc>, Error> {
    if text.len() > TEXT_LENGTH_MAX {
        return Err(Error::BadExpiry);
    }
    moment(&mut Cursor(text.as_bytes())).ok_or(Error::BadExpiry)
}

/// Refuse an expiry that lies a minute or more before `now`.
pub(crate) fn check(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Error> {
    if now.signed_duration_since(expires_at) >= SKEW { Err(Error::Expired) } else { Ok(()) }
}

fn moment(text: &mut Cursor<'_>) -> Option<DateTime<Utc>> {
    let date = text.date()?;
    if text.is_empty() {
        return Some(date.and_hms_nano_opt(23, 59, 59, 999_999_999)?.and_utc());
    }
    text.one_of(b"Tt ")?;
    let (time, leap) = text.time()?;
    let offset = if text.is_empty() { TimeDelta::zero() } else { text.offset()? };
    if !text.is_empty() {
        return None;
    }
    date.and_time(time).and_utc().checked_add_signed(leap)?.checked_sub_signed(offset)
}

/// What is left of the text.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        wanted.contains(first).then(|| self.0 = rest)?;
        Some(*first)
    }

    fn digit(&mut self) -> Option<u32> {
        self.one_of(b"0123456789").map(|digit| u32::from(digit - b'0'))
    }

    fn number(&mut self, digit_count: usize) -> Option<u32> {
        (0..digit_count).try_fold(0, |number, _| Some(number * 10 + self.digit()?))
    }

    fn date(&mut self) -> Option<NaiveDate> {
        let year = self.number(4)?;
        self.one_of(b"-")?;
        let month = self.number(2)?;
        self.one_of(b"-")?;
        let day = self.number(2)?;
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    }

    /// The time of day, and one second more if it is a leap second.
    fn time(&mut self) -> Option<(NaiveTime, TimeDelta)> {
        let hour = self.number(2)?;
        self.one_of(b":")?;
        let minute = self.number(2)?;
        self.one_of(b":")?;
        let second = self.number(2)?;
        let nanosecond = if self.one_of(b".").is_some() { self.fraction()? } else { 0 };
        let leap = TimeDelta::seconds(i64::from(second == 60));
        let second = if second == 60 { 59 } else { second };
        Some((NaiveTime::from_hms_nano_opt(hour, minute, second, nanosecond)?, leap))
    }

    /// One to nine digits, as nanoseconds.
    fn fraction(&mut self) -> Option<u32> {
        let mut nanosecond = self.digit()?;
        let mut digit_count = 1;
        while let Some(digit) = self.digit() {
            digit_count += 1;
            if digit_count > 9 {
                return None;
            }
            nanosecond = nanosecond * 10 + digit;
        }
        Some(nanosecond * 10_u32.pow(9 - digit_count))
    }

    /// `Z`, `+hh:mm` or `-hh:mm`, as the distance from UTC.
    fn offset(&mut self) -> Option<TimeDelta> {
        let sign = match self.one_of(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(TimeDelta::zero()),
        };
        let hour = self.number(2).filter(|hour| *hour < 24)?;
        self.one_of(b":")?;
        let minute = self.number(2).filter(|minute| *minute < 60)?;
        Some(TimeDelta::minutes(sign * i64::from(hour * 60 + minute)))
    }
}

#[cfg(test)]
mod tests;
