//! Changes JSON as JSON: bytes changed at random would be refused by the reader nearly always, and
//! what lies behind it would never be met.

use serde_json::Value;

/// Texts that have hurt others: markup, ends of ranges, blanks that are not blanks, wrong directions.
const TEXTS: [&str; 22] = [
    "",
    " ",
    "\u{a0}",
    "\u{feff}x",
    "\t",
    "a\r\nb",
    "\u{7f}",
    "\u{202e}x",
    "<script>",
    "]]>&amp;\"'",
    "a  b",
    " a ",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "2026-02-29",
    "2026-06-30T23:59:60Z",
    "2026-05-04T24:00:00+14:00",
    "2026-05-04T09:40:00.123456789-12:00",
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "#",
    "http://a b",
];
const NUMBERS: [&str; 12] = [
    "0",
    "-1",
    "-0.0",
    "1e-9",
    "0.1",
    "1e15",
    "1e300",
    "2147483648",
    "9007199254740993",
    "9223372036854775807",
    "18446744073709551615",
    "0.30000000000000004",
];

/// One change of `data`, as libFuzzer asks for it; the new size.
pub(crate) fn json(data: &mut [u8], size: usize, size_max: usize, seed: u32) -> usize {
    let mut dice = Dice(u64::from(seed));
    let value = serde_json::from_slice::<Value>(&data[..size]).ok();
    let Some(mut value) = value.filter(|_| dice.below(8) > 0) else {
        return libfuzzer_sys::fuzzer_mutate(data, size, size_max);
    };
    for _ in 0..=dice.below(3) {
        let (from, to) = (dice.below(count(&value)), dice.below(count(&value)));
        let other = nth(&mut value, &mut { from }).map(|other| other.clone());
        if let (Some(place), Some(other)) = (nth(&mut value, &mut { to }), other) {
            change(place, other, &mut dice);
        }
    }
    let text = value.to_string();
    if text.len() > size_max {
        return libfuzzer_sys::fuzzer_mutate(data, size, size_max);
    }
    data[..text.len()].copy_from_slice(text.as_bytes());
    text.len()
}

fn change(place: &mut Value, other: Value, dice: &mut Dice) {
    match (place, dice.below(6)) {
        (place, 0) => *place = other,
        (Value::String(text), 1) => text.push_str(TEXTS[dice.below(TEXTS.len())]),
        (Value::String(text), 2) => bytes(text),
        (Value::String(text), _) => TEXTS[dice.below(TEXTS.len())].clone_into(text),
        (place @ Value::Number(_), _) => {
            let number = NUMBERS[dice.below(NUMBERS.len())];
            *place = serde_json::from_str(number).expect("a number");
        }
        (Value::Array(items), 1) if !items.is_empty() => {
            items.remove(dice.below(items.len()));
        }
        (Value::Array(items), _) => {
            items.push(items.first().cloned().filter(|_| dice.below(2) > 0).unwrap_or(other));
        }
        (Value::Object(members), _) if !members.is_empty() => {
            let names: Vec<String> = members.keys().cloned().collect();
            let name = &names[dice.below(names.len())];
            let taken = members.remove(name);
            if dice.below(4) == 0 {
                members.extend(taken.map(|taken| (names[dice.below(names.len())].clone(), taken)));
            }
        }
        (place, _) => *place = other,
    }
}

/// As libFuzzer would change the text; it knows what comparisons the code under test has made.
fn bytes(text: &mut String) {
    let size = text.len();
    let mut data = std::mem::take(text).into_bytes();
    data.resize(size + 16, 0);
    let size = libfuzzer_sys::fuzzer_mutate(&mut data, size, size + 16);
    *text = String::from_utf8_lossy(&data[..size]).into_owned();
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn nth<'v>(value: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, left)),
        Value::Object(members) => members.values_mut().find_map(|member| nth(member, left)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The same throws for the same seed, so that a run can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).expect("below a usize")
    }
}
