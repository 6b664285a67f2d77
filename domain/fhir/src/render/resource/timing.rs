//! When something is to be taken or done.

use serde_json::Value;

use crate::render::words::{concept, date, each, joined, period, plain, quantity, range, text};

/// Moments of the day, R4 `event-timing`.
const MOMENTS: [(&str, &str); 26] = [
    ("MORN", "in the morning"),
    ("MORN.early", "early in the morning"),
    ("MORN.late", "late in the morning"),
    ("NOON", "at noon"),
    ("AFT", "in the afternoon"),
    ("AFT.early", "early in the afternoon"),
    ("AFT.late", "late in the afternoon"),
    ("EVE", "in the evening"),
    ("EVE.early", "early in the evening"),
    ("EVE.late", "late in the evening"),
    ("NIGHT", "at night"),
    ("PHS", "after going to sleep"),
    ("HS", "before sleep"),
    ("WAKE", "on waking"),
    ("C", "with a meal"),
    ("CM", "with breakfast"),
    ("CD", "with lunch"),
    ("CV", "with dinner"),
    ("AC", "before a meal"),
    ("ACM", "before breakfast"),
    ("ACD", "before lunch"),
    ("ACV", "before dinner"),
    ("PC", "after a meal"),
    ("PCM", "after breakfast"),
    ("PCD", "after lunch"),
    ("PCV", "after dinner"),
];

/// `3 times in 1 d, before sleep (HS), for 5 Day(s)`: a `Timing` in words.
pub(super) fn words(timing: &Value) -> Option<String> {
    let repeat = &timing["repeat"];
    let parts = [
        concept(&timing["code"]),
        rhythm(repeat),
        each(&repeat["when"], moment).map(|when| match plain(&repeat["offset"]) {
            Some(minutes) => format!("{minutes} minutes {when}"),
            None => when,
        }),
        each(&repeat["dayOfWeek"], text).map(|days| format!("on {days}")),
        each(&repeat["timeOfDay"], text).map(|times| format!("at {times}")),
        lasting(repeat),
        count(repeat),
        each(&timing["event"], date).map(|times| format!("on {times}")),
        bounds(repeat),
    ];
    joined(parts.into_iter().flatten(), ", ")
}

fn rhythm(repeat: &Value) -> Option<String> {
    let unit = text(&repeat["periodUnit"]);
    let every = up_to(repeat, "period").map(|period| match unit {
        Some(unit) => format!("{period} {unit}"),
        None => period,
    });
    match (up_to(repeat, "frequency"), every) {
        (Some(times), Some(every)) => Some(format!("{times} times in {every}")),
        (Some(times), None) => Some(format!("{times} times")),
        (None, Some(every)) => Some(format!("every {every}")),
        (None, None) => None,
    }
}

/// `2`, or `2 to 3` with the member that ends in `Max`.
fn up_to(repeat: &Value, name: &str) -> Option<String> {
    let least = plain(&repeat[name])?;
    Some(match plain(&repeat[format!("{name}Max")]) {
        Some(most) => format!("{least} to {most}"),
        None => least,
    })
}

fn moment(code: &Value) -> Option<String> {
    let code = text(code)?;
    let words = MOMENTS.iter().find(|(known, _)| *known == code).map(|(_, words)| *words);
    Some(words.map_or_else(|| code.clone(), |words| format!("{words} ({code})")))
}

fn lasting(repeat: &Value) -> Option<String> {
    let length = up_to(repeat, "duration")?;
    Some(format!("over {length} {}", text(&repeat["durationUnit"]).unwrap_or_default()))
}

fn count(repeat: &Value) -> Option<String> {
    up_to(repeat, "count").map(|count| format!("{count} times in all"))
}

fn bounds(repeat: &Value) -> Option<String> {
    let length = quantity(&repeat["boundsDuration"]).or_else(|| range(&repeat["boundsRange"]));
    length.map(|length| format!("for {length}")).or_else(|| period(&repeat["boundsPeriod"]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_part_of_a_timing_is_told() {
        for (timing, told) in [
            (
                json!({ "repeat": { "frequency": 3, "period": 1, "periodUnit": "d" } }),
                "3 times in 1 d",
            ),
            (json!({ "code": { "coding": [{ "code": "BID", "display": "BID" }] } }), "BID"),
            (
                json!({ "repeat": {
                    "frequency": 1, "frequencyMax": 2, "period": 4, "periodMax": 6, "periodUnit": "h",
                    "count": 10, "boundsPeriod": { "start": "2026-05-01", "end": "2026-05-04" }
                } }),
                "1 to 2 times in 4 to 6 h, 10 times in all, 2026-05-01 to 2026-05-04",
            ),
            (
                json!({ "repeat": { "when": ["ACM", "HS"], "offset": 30, "dayOfWeek": ["mon"] } }),
                "30 minutes before breakfast (ACM), before sleep (HS), on mon",
            ),
            (
                json!({ "repeat": {
                    "timeOfDay": ["08:00:00"], "duration": 30, "durationUnit": "min",
                    "boundsRange": { "low": { "value": 2 }, "high": { "value": 3, "unit": "wk" } }
                } }),
                "at 08:00:00, over 30 min, for 2 to 3 wk",
            ),
            (json!({ "event": ["2026-05-04"] }), "on 2026-05-04"),
        ] {
            assert_eq!(words(&timing).as_deref(), Some(told), "{timing}");
        }
        assert_eq!(words(&json!({})), None);
    }
}
