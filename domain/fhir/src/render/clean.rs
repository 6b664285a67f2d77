//! Text of strangers, fit for a terminal and a page.

/// Without what draws on a terminal or turns the order of letters around. Line breaks and tabs stay.
pub(super) fn lines(text: &str) -> String {
    let kept = text.chars().filter(|letter| !is_hidden(*letter));
    kept.map(|letter| if letter.is_control() && !"\n\t".contains(letter) { ' ' } else { letter })
        .collect()
}

/// The same on one line: a stranger's line breaks must not draw lines of ours.
pub(super) fn line(text: &str) -> String {
    let text = lines(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Letters that show nothing and change what is shown: marks of direction, tags, annotations.
///
/// The joiners U+200C and U+200D stay: scripts of India need them.
fn is_hidden(letter: char) -> bool {
    matches!(
        letter,
        '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_direction_characters_are_removed() {
        assert_eq!(lines("a\u{202e}b\u{2066}c\u{200f}d"), "abcd");
        assert_eq!(lines("a\u{1b}[2Jb\u{9b}c\nd"), "a [2Jb c\nd");
        assert_eq!(line("a\r\n \u{2028} b\u{85}c"), "a b c");
        assert_eq!(line("क्\u{200d}ष, ન\u{200c}મ"), "क्\u{200d}ष, ન\u{200c}મ");
    }
}
