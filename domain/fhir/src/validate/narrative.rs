//! The XHTML of narratives: well formed, one `div`, and nothing in it that acts.
//!
//! It is read once from left to right. What is allowed follows R4: formatting, lists, tables, links
//! and images; no scripts, forms, frames, styles from elsewhere or event attributes.

mod allowed;
mod content;
mod entity;
mod link;

use self::allowed::{is_attribute, is_element};

const NAMESPACE: &str = "http://www.w3.org/1999/xhtml";

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
    /// An element where it may not stand, such as a table in a paragraph; a text straight in a list.
    Misplaced,
    /// A link that acts when it is followed.
    Active,
    /// Nothing to read.
    Empty,
}

/// What was read of a narrative without fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Seen<'x> {
    /// It asks for something from elsewhere when it is shown.
    pub(super) loads: bool,
    /// The first image that is one of the resource itself: the id behind `#`.
    pub(super) own_image: Option<&'x str>,
}

/// Reads `xhtml` up to its first fault, if any.
pub(super) fn read(xhtml: &str) -> Result<Seen<'_>, Fault> {
    let mut reader = Reader {
        rest: xhtml.trim_matches(is_blank),
        open: [""; DEPTH_MAX],
        depth: 0,
        paragraphs: 0,
        has_content: false,
        seen: Seen::default(),
    };
    reader.all()?;
    Ok(reader.seen)
}

/// White space of XML, which has no other.
fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r')
}

struct Reader<'x> {
    rest: &'x str,
    open: [&'x str; DEPTH_MAX],
    depth: usize,
    /// How many of the open elements are paragraphs.
    paragraphs: usize,
    has_content: bool,
    seen: Seen<'x>,
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
        self.rest = rest;
        if !entity::are_sound(words) || words.contains("]]>") {
            return Err(Fault::Form);
        }
        if words.bytes().any(|byte| !byte.is_ascii_whitespace()) {
            self.has_content = true;
            if !content::has_words(self.around()) {
                return Err(Fault::Misplaced);
            }
        }
        Ok(())
    }

    /// The innermost element that is open.
    fn around(&self) -> &'x str {
        self.depth.checked_sub(1).map_or("", |inner| self.open[inner])
    }

    /// One tag or comment.
    fn markup(&mut self) -> Result<(), Fault> {
        if let Some(comment) = self.rest.strip_prefix("<!--") {
            // XML lets `--` only end a comment.
            let (_, rest) = comment.split_once("--").ok_or(Fault::Form)?;
            self.rest = rest.strip_prefix('>').ok_or(Fault::Form)?;
            return Ok(());
        }
        if let Some(tag) = self.rest.strip_prefix("</") {
            let (name, rest) = tag.split_once('>').ok_or(Fault::Form)?;
            self.rest = rest;
            let name = name.trim_end_matches(is_blank);
            self.depth = self.depth.checked_sub(1).ok_or(Fault::Form)?;
            self.paragraphs -= usize::from(self.open[self.depth] == "p");
            return if self.open[self.depth] == name { Ok(()) } else { Err(Fault::Form) };
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
        let has_namespace = self.attributes(name)?;
        if is_root && !has_namespace {
            return Err(Fault::Namespace);
        }
        let is_in_paragraph = self.paragraphs > 0 && content::is_block(name);
        if !is_root && (is_in_paragraph || !content::has_element(self.around(), name)) {
            return Err(Fault::Misplaced);
        }
        if let Some(rest) = self.rest.strip_prefix("/>") {
            self.rest = rest;
            return if is_root { Err(Fault::Empty) } else { Ok(()) };
        }
        self.rest = self.rest.strip_prefix('>').ok_or(Fault::Form)?;
        *self.open.get_mut(self.depth).ok_or(Fault::Form)? = name;
        self.depth += 1;
        self.paragraphs += usize::from(name == "p");
        Ok(())
    }

    /// Whether one of them gives the namespace.
    fn attributes(&mut self, element: &str) -> Result<bool, Fault> {
        let mut has_namespace = false;
        let mut earlier = [""; ATTRIBUTES_MAX];
        for count in 0.. {
            let blanks = self.rest.len();
            self.rest = self.rest.trim_start_matches(is_blank);
            if self.rest.starts_with(['>', '/']) {
                break;
            }
            if self.rest.len() == blanks {
                return Err(Fault::Form);
            }
            let (name, value) = self.attribute()?;
            if earlier.contains(&name) {
                return Err(Fault::Form);
            }
            *earlier.get_mut(count).ok_or(Fault::Form)? = name;
            if name == "xmlns" {
                has_namespace = value == NAMESPACE;
                if !has_namespace {
                    return Err(Fault::Namespace);
                }
            } else if !is_attribute(element, name) {
                return Err(Fault::Forbidden);
            }
            self.address(element, name, value)?;
        }
        Ok(has_namespace)
    }

    /// What an attribute leads to, or loads.
    fn address(&mut self, element: &str, name: &str, value: &'x str) -> Result<(), Fault> {
        match name {
            "href" | "src" | "cite" | "longdesc" | "usemap" => {
                if link::acts(value) {
                    return Err(Fault::Active);
                }
                let own = value.strip_prefix('#');
                if element == "img" && name == "src" {
                    self.seen.own_image = self.seen.own_image.or(own);
                    self.seen.loads |= own.is_none();
                }
                self.seen.loads |= link::holds_data(value);
            }
            "style" => self.seen.loads |= link::style_loads(value),
            _ => {}
        }
        Ok(())
    }

    fn attribute(&mut self) -> Result<(&'x str, &'x str), Fault> {
        let name = self.take_name();
        let after = self.rest.trim_start_matches(is_blank).strip_prefix('=').ok_or(Fault::Form)?;
        let after = after.trim_start_matches(is_blank);
        let quote = after.chars().next().filter(|quote| *quote == '"' || *quote == '\'');
        let quote = quote.ok_or(Fault::Form)?;
        let (value, rest) = after[1..].split_once(quote).ok_or(Fault::Form)?;
        self.rest = rest;
        let is_sound = !name.is_empty() && !value.contains('<') && entity::are_sound(value);
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

/// No element has more.
const ATTRIBUTES_MAX: usize = 24;

#[cfg(test)]
mod tests;
