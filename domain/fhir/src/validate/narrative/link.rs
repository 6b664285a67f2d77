//! Where links lead, read as a browser reads them.

use super::entity::characters;

/// Schemes that run what they hold.
const ACTIVE: [&str; 3] = ["javascript", "vbscript", "livescript"];

/// Whether following the link runs something.
pub(super) fn acts(address: &str) -> bool {
    ACTIVE.iter().any(|scheme| is_of_scheme(address, scheme))
}

/// Whether the link holds its target itself.
pub(super) fn holds_data(address: &str) -> bool {
    is_of_scheme(address, "data")
}

/// Whether a style asks for something from elsewhere.
pub(super) fn style_loads(style: &str) -> bool {
    let style: String = characters(style).map(|letter| letter.to_ascii_lowercase()).collect();
    // A backslash can hide any letter.
    style.contains("url(") || style.contains("@import") || style.contains('\\')
}

/// Browsers pass over control characters and blanks before the scheme, and over tabs and line ends
/// inside of it.
fn is_of_scheme(address: &str, scheme: &str) -> bool {
    let mut letters = characters(address)
        .skip_while(|letter| *letter <= ' ')
        .filter(|letter| !matches!(letter, '\t' | '\n' | '\r'));
    scheme
        .chars()
        .all(|wanted| letters.next().is_some_and(|letter| letter.to_ascii_lowercase() == wanted))
        && letters.next() == Some(':')
}
