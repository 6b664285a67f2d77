//! What may stand in what: the content of elements, as far as it makes a narrative unreadable.

/// Whether words may stand straight in an element.
pub(super) fn has_words(element: &str) -> bool {
    !matches!(
        element,
        "ul" | "ol" | "dl" | "table" | "thead" | "tbody" | "tfoot" | "tr" | "colgroup" | "map"
    ) && !is_void(element)
}

/// Whether an element may stand straight in another.
pub(super) fn has_element(around: &str, inner: &str) -> bool {
    match around {
        "ul" | "ol" => inner == "li",
        "dl" => matches!(inner, "dt" | "dd"),
        "table" => {
            matches!(inner, "caption" | "col" | "colgroup" | "thead" | "tbody" | "tfoot" | "tr")
        }
        "thead" | "tbody" | "tfoot" => inner == "tr",
        "tr" => matches!(inner, "td" | "th"),
        "colgroup" => inner == "col",
        "map" => inner == "area" || is_block(inner),
        around if is_void(around) => false,
        _ => !matches!(
            inner,
            "li" | "dt"
                | "dd"
                | "caption"
                | "col"
                | "colgroup"
                | "thead"
                | "tbody"
                | "tfoot"
                | "tr"
                | "td"
                | "th"
                | "area"
        ),
    }
}

/// Elements without content.
fn is_void(element: &str) -> bool {
    matches!(element, "br" | "hr" | "img" | "col" | "area")
}

/// Elements that make a line of their own; none may stand in a paragraph.
pub(super) fn is_block(element: &str) -> bool {
    matches!(
        element,
        "address"
            | "blockquote"
            | "div"
            | "dl"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "ol"
            | "p"
            | "pre"
            | "table"
            | "ul"
    )
}
