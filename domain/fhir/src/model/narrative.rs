//! The text a person reads when an app cannot show the structure.

use serde::Serialize;

use crate::markup::escape;

/// XHTML made from the resource itself (`status` generated) or with more (`additional`), in the scripts of the visit.
#[derive(Serialize)]
pub(crate) struct Narrative {
    status: &'static str,
    div: String,
}

const OPEN: &str = r#"<div xmlns="http://www.w3.org/1999/xhtml">"#;
const CLOSE: &str = "</div>";

impl Narrative {
    pub(crate) fn paragraph(text: &str) -> Self {
        Self::wrap("<p>", [text], "</p>")
    }

    pub(crate) fn paragraphs<'t>(lines: impl IntoIterator<Item = &'t str>) -> Self {
        Self::wrap("<p>", lines, "</p>")
    }

    pub(crate) fn list<'t>(lines: impl IntoIterator<Item = &'t str>) -> Self {
        let mut list = Self::wrap("<li>", lines, "</li>");
        list.div.insert_str(OPEN.len(), "<ul>");
        list.div.insert_str(list.div.len() - CLOSE.len(), "</ul>");
        list
    }

    /// Says that the words tell something that the structure does not.
    pub(crate) fn with_more_than_structure(mut self) -> Self {
        self.status = "additional";
        self
    }

    fn wrap<'t>(before: &str, lines: impl IntoIterator<Item = &'t str>, after: &str) -> Self {
        let mut div = String::with_capacity(256);
        div.push_str(OPEN);
        for line in lines {
            div.push_str(before);
            escape(line, &mut div);
            div.push_str(after);
        }
        div.push_str(CLOSE);
        Self { status: "generated", div }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_stays_text_and_other_scripts_stay_as_they_are() {
        let narrative = Narrative::list([r#"<b onclick="x">दर्द & more</b>"#]);
        assert_eq!(
            narrative.div,
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"><ul><li>&lt;b onclick=&quot;x&quot;&gt;\
             दर्द &amp; more&lt;/b&gt;</li></ul></div>"
        );
    }
}
