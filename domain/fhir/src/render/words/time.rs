//! Dates, times and periods.

use serde_json::Value;

use super::{quantity, range, text};

/// A date or a time, to the minute, with the zone in which it was written.
pub(in crate::render) fn date(value: &Value) -> Option<String> {
    let text = text(value)?;
    let (Some(day), Some("T"), Some(time)) = (text.get(..10), text.get(10..11), text.get(11..16))
    else {
        return Some(text);
    };
    let rest = text.get(16..).unwrap_or_default();
    let zone = rest.find(['+', '-', 'Z']).and_then(|start| rest.get(start..));
    Some(match zone {
        Some("Z") => format!("{day} {time} UTC"),
        Some(zone) => format!("{day} {time} {zone}"),
        None => format!("{day} {time}"),
    })
}

pub(in crate::render) fn period(value: &Value) -> Option<String> {
    match (date(&value["start"]), date(&value["end"])) {
        (Some(start), Some(end)) => Some(format!("{start} to {end}")),
        (Some(start), None) => Some(format!("from {start}")),
        (None, Some(end)) => Some(format!("until {end}")),
        (None, None) => None,
    }
}

/// An element of many types, as `onset[x]`: a time, an age, a period or words.
pub(in crate::render) fn any_time(holder: &Value, name: &str) -> Option<String> {
    let at = |kind: &str| &holder[format!("{name}{kind}")];
    date(at("DateTime"))
        .or_else(|| date(at("Date")))
        .or_else(|| text(at("String")))
        .or_else(|| period(at("Period")))
        .or_else(|| quantity(at("Age")).map(|age| format!("at the age of {age}")))
        .or_else(|| range(at("Range")))
        .or_else(|| date(at("Instant")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_told_to_the_minute_with_their_zone_and_dates_as_they_are() {
        assert_eq!(date(&json!("2026-05-04T09:40:12+05:30")).unwrap(), "2026-05-04 09:40 +05:30");
        assert_eq!(date(&json!("2026-05-04T09:40:12.5-03:00")).unwrap(), "2026-05-04 09:40 -03:00");
        assert_eq!(date(&json!("2026-05-04T09:40:12Z")).unwrap(), "2026-05-04 09:40 UTC");
        assert_eq!(date(&json!("2026-05-04T09:40:12")).unwrap(), "2026-05-04 09:40");
        assert_eq!(date(&json!("2026-05")).unwrap(), "2026-05");
        assert_eq!(date(&json!("मंगलवार को आना")).unwrap(), "मंगलवार को आना");
    }

    #[test]
    fn an_onset_may_be_of_any_type() {
        let onset = |value: Value| any_time(&value, "onset");
        assert_eq!(onset(json!({ "onsetString": "in childhood" })).unwrap(), "in childhood");
        let age = json!({ "onsetAge": { "value": 12, "unit": "years" } });
        assert_eq!(onset(age).unwrap(), "at the age of 12 years");
        assert_eq!(onset(json!({})), None);
    }
}
