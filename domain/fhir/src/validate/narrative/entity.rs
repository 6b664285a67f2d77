//! References to characters: `&amp;`, `&#160;`, `&#xA0;`.

/// XML knows no others by name; those of HTML, such as `&nbsp;`, would need its document type.
const NAMES: [(&str, char); 5] =
    [("amp", '&'), ("apos", '\''), ("gt", '>'), ("lt", '<'), ("quot", '"')];

/// Whether every `&` begins a character that XML allows.
pub(super) fn are_sound(text: &str) -> bool {
    text.split('&').skip(1).all(|after| first(after).is_some())
}

/// The characters that a text stands for. What is no reference stays as it is.
pub(super) fn characters(text: &str) -> impl Iterator<Item = char> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let referred = rest.strip_prefix('&').and_then(first);
        let (letter, after) = if let Some(found) = referred {
            found
        } else {
            let letter = rest.chars().next()?;
            (letter, &rest[letter.len_utf8()..])
        };
        rest = after;
        Some(letter)
    })
}

/// The character that a text behind `&` names, and what follows it.
fn first(after: &str) -> Option<(char, &str)> {
    let (entity, rest) = after.split_once(';')?;
    let digits = |digits: &str, radix| {
        let is_number = digits.bytes().all(|digit| char::from(digit).is_digit(radix));
        is_number.then(|| u32::from_str_radix(digits, radix).ok()).flatten()
    };
    let code = match (entity.strip_prefix("#x"), entity.strip_prefix('#')) {
        (Some(hexadecimal), _) => char::from_u32(digits(hexadecimal, 16)?),
        (None, Some(decimal)) => char::from_u32(digits(decimal, 10)?),
        (None, None) => NAMES.iter().find(|(name, _)| *name == entity).map(|(_, letter)| *letter),
    };
    code.filter(|letter| is_of_xml(*letter)).map(|letter| (letter, rest))
}

fn is_of_xml(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}
