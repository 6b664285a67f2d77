//! The XHTML of narratives: well formed, one `div`, and nothing in it that acts or loads.
//!
//! It is read once from left to right. What is allowed follows R4: formatting, lists, tables, links
//! and images; no scripts, forms, frames, styles from elsewhere or event attributes.

mod allowed;

use self::allowed::{is_attribute, is_element};

const NAMESPACE: &str = "http://www.w3.org/1999/xhtml";

/// The scheme of an address that acts.
const SCRIPT: &str = "javascript:";

/// Narratives of documents are flat; the guide's own need eight.
const DEPTH_MAX: usize = 48;

/// What is wrong with a narrative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not one well-formed `div`.
    Form,
    /// Not in the namespace of XHTML.
    Namespace,
    /// An element or attribute that a narrative may not have.
    Forbidden,
    /// Nothing to read.
    Empty,
}

/// The first fault of `xhtml`, if any.
pub(super) fn fault(xhtml: &str) -> Option<Fault> {
    let mut reader =
        Reader { rest: xhtml.trim(), open: [""; DEPTH_MAX], depth: 0, has_content: false };
    reader.all().err()
}

struct Reader<'x> {
    rest: &'x str,
    open: [&'x str; DEPTH_MAX],
    depth: usize,
    has_content: bool,
}

impl<'x> Reader<'x> {
    fn all(&mut self) -> Result<(), Fault> {
        if !self.rest.starts_with("<div") {
            return Err(Fault::Form);
        }
        loop {
            self.markup()?;
            if self.depth == 0 {
                break;
            }
            self.words()?;
        }
        match (self.rest.is_empty(), self.has_content) {
            (false, _) => Err(Fault::Form),
            (true, false) => Err(Fault::Empty),
            (true, true) => Ok(()),
        }
    }

    /// Up to the next `<`.
    fn words(&mut self) -> Result<(), Fault> {
        let end = self.rest.find('<').ok_or(Fault::Form)?;
        let (words, rest) = self.rest.split_at(end);
        self.has_content |= words.bytes().any(|byte| !byte.is_ascii_whitespace());
        self.rest = rest;
        are_entities_sound(words).then_some(()).ok_or(Fault::Form)
    }

    /// One tag or comment.
    fn markup(&mut self) -> Result<(), Fault> {
        if let Some(comment) = self.rest.strip_prefix("<!--") {
            let (_, rest) = comment.split_once("-->").ok_or(Fault::Form)?;
            self.rest = rest;
            return Ok(());
        }
        if let Some(tag) = self.rest.strip_prefix("</") {
            let (name, rest) = tag.split_once('>').ok_or(Fault::Form)?;
            self.rest = rest;
            self.depth = self.depth.checked_sub(1).ok_or(Fault::Form)?;
            return if self.open[self.depth] == name.trim_end() {
                Ok(())
            } else {
                Err(Fault::Form)
            };
        }
        self.rest = self.rest.strip_prefix('<').ok_or(Fault::Form)?;
        self.opening_tag()
    }

    fn opening_tag(&mut self) -> Result<(), Fault> {
        let name = self.take_name();
        if name.is_empty() {
            return Err(Fault::Form);
        }
        if !is_element(name) {
            return Err(Fault::Forbidden);
        }
        self.has_content |= name == "img";
        let is_root = self.depth == 0;
        let has_namespace = self.attributes()?;
        if is_root && !has_namespace {
            return Err(Fault::Namespace);
        }
        if let Some(rest) = self.rest.strip_prefix("/>") {
            self.rest = rest;
            return if is_root { Err(Fault::Empty) } else { Ok(()) };
        }
        self.rest = self.rest.strip_prefix('>').ok_or(Fault::Form)?;
        *self.open.get_mut(self.depth).ok_or(Fault::Form)? = name;
        self.depth += 1;
        Ok(())
    }

    /// Whether one of them gives the namespace.
    fn attributes(&mut self) -> Result<bool, Fault> {
        let mut has_namespace = false;
        loop {
            let blanks = self.rest.len();
            self.rest = self.rest.trim_start();
            if self.rest.starts_with(['>', '/']) {
                return Ok(has_namespace);
            }
            if self.rest.len() == blanks {
                return Err(Fault::Form);
            }
            let (name, value) = self.attribute()?;
            if !is_attribute(name) {
                return Err(Fault::Forbidden);
            }
            if name == "xmlns" {
                has_namespace = value == NAMESPACE;
            }
            let is_link = name == "href" || name == "src";
            let scheme = value.trim_start().get(..SCRIPT.len());
            if is_link && scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCRIPT)) {
                return Err(Fault::Forbidden);
            }
        }
    }

    fn attribute(&mut self) -> Result<(&'x str, &'x str), Fault> {
        let name = self.take_name();
        let after = self.rest.trim_start().strip_prefix('=').ok_or(Fault::Form)?.trim_start();
        let quote = after.chars().next().filter(|quote| *quote == '"' || *quote == '\'');
        let quote = quote.ok_or(Fault::Form)?;
        let (value, rest) = after[1..].split_once(quote).ok_or(Fault::Form)?;
        self.rest = rest;
        let is_sound = !name.is_empty() && !value.contains('<') && are_entities_sound(value);
        is_sound.then_some((name, value)).ok_or(Fault::Form)
    }

    fn take_name(&mut self) -> &'x str {
        let is_part =
            |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, ':' | '-' | '_');
        let end = self.rest.find(|letter| !is_part(letter)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        name
    }
}

/// Every `&` begins an entity: `&amp;`, `&#160;`, `&#xA0;`.
fn are_entities_sound(text: &str) -> bool {
    text.split('&').skip(1).all(|after| {
        let Some((entity, _)) = after.split_once(';') else {
            return false;
        };
        let (digits, is_digit): (_, fn(&u8) -> bool) =
            match (entity.strip_prefix("#x"), entity.strip_prefix('#')) {
                (Some(digits), _) => (digits, u8::is_ascii_hexdigit),
                (None, Some(digits)) => (digits, u8::is_ascii_digit),
                (None, None) => (entity, u8::is_ascii_alphanumeric),
            };
        !digits.is_empty() && digits.bytes().all(|digit| is_digit(&digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(content: &str) -> Option<Fault> {
        fault(&format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{content}</div>"))
    }

    #[test]
    fn plain_formatting_passes() {
        for sound in [
            "Fever",
            "<p>a &lt; b &#160; &#xA0; &nbsp;</p>",
            "<b>a</b><br/>c",
            "<img src=\"#photo\" alt='x'/>",
            "<!-- seen --> a",
            "<table class=\"grid\"><tr><td colspan='2'>1</td></tr></table>",
            "बुखार",
        ] {
            assert_eq!(inside(sound), None, "{sound}");
        }
    }

    #[test]
    fn what_is_broken_acts_or_says_nothing_is_refused() {
        for (content, wanted) in [
            ("", Fault::Empty),
            (" <p> </p>", Fault::Empty),
            ("<p>a", Fault::Form),
            ("a</p>", Fault::Form),
            ("<b><i>a</b></i>", Fault::Form),
            ("a & b", Fault::Form),
            ("<p class=x>a</p>", Fault::Form),
            ("<script>a</script>", Fault::Forbidden),
            ("<p onclick=\"a()\">a</p>", Fault::Forbidden),
            ("<a href=\" JavaScript:a()\">a</a>", Fault::Forbidden),
            ("<iframe/>a", Fault::Forbidden),
            ("< p>a</p>", Fault::Form),
            ("a<", Fault::Form),
        ] {
            assert_eq!(inside(content), Some(wanted), "{content}");
        }
        assert_eq!(fault("<div>a</div>"), Some(Fault::Namespace));
        assert_eq!(fault("Fever"), Some(Fault::Form));
        assert_eq!(fault(&format!("{}x", "<div>".repeat(4000))), Some(Fault::Namespace));
        assert_eq!(inside(&"<div>".repeat(4000)), Some(Fault::Form));
    }
}
