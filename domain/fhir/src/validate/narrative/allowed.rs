//! The elements and attributes that R4 lets into a narrative: those of HTML 4.0 for text, lists,
//! tables, links and images (chapters 7 to 11 and 15).

pub(super) fn is_element(name: &str) -> bool {
    ELEMENTS.binary_search(&name).is_ok()
}

/// Whether the element may have an attribute of that name.
pub(super) fn is_attribute(element: &str, name: &str) -> bool {
    if EVERYWHERE.binary_search(&name).is_ok() {
        return true;
    }
    let of_element = OF_ELEMENT.binary_search_by_key(&element, |(element, _)| *element);
    of_element.is_ok_and(|place| OF_ELEMENT[place].1.contains(&name))
}

const ELEMENTS: [&str; 53] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "area",
    "b",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "kbd",
    "li",
    "map",
    "ol",
    "p",
    "pre",
    "q",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "ul",
    "var",
];

const EVERYWHERE: [&str; 10] =
    ["accesskey", "class", "dir", "id", "lang", "style", "tabindex", "title", "xml:id", "xml:lang"];

const CELL: &[&str] = &[
    "abbr", "align", "axis", "bgcolor", "char", "charoff", "colspan", "headers", "height",
    "nowrap", "rowspan", "scope", "valign", "width",
];
const COLUMN: &[&str] = &["align", "char", "charoff", "span", "valign", "width"];
const ROWS: &[&str] = &["align", "char", "charoff", "valign"];

const OF_ELEMENT: [(&str, &[&str]); 23] = [
    ("a", &["charset", "coords", "href", "hreflang", "name", "rel", "rev", "shape", "type"]),
    ("area", &["alt", "coords", "href", "nohref", "shape"]),
    ("blockquote", &["cite"]),
    ("caption", &["align"]),
    ("col", COLUMN),
    ("colgroup", COLUMN),
    ("div", &["align"]),
    ("hr", &["align", "noshade", "size", "width"]),
    ("img", &["align", "alt", "border", "height", "ismap", "longdesc", "src", "usemap", "width"]),
    ("li", &["type", "value"]),
    ("map", &["name"]),
    ("ol", &["start", "type"]),
    ("p", &["align"]),
    ("pre", &["xml:space"]),
    ("q", &["cite"]),
    (
        "table",
        &[
            "align",
            "bgcolor",
            "border",
            "cellpadding",
            "cellspacing",
            "frame",
            "rules",
            "summary",
            "width",
        ],
    ),
    ("tbody", ROWS),
    ("td", CELL),
    ("tfoot", ROWS),
    ("th", CELL),
    ("thead", ROWS),
    ("tr", &["align", "bgcolor", "char", "charoff", "valign"]),
    ("ul", &["type"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(ELEMENTS.is_sorted() && EVERYWHERE.is_sorted());
        assert!(OF_ELEMENT.is_sorted_by_key(|(element, _)| *element));
    }

    #[test]
    fn attributes_belong_to_their_elements() {
        assert!(is_attribute("a", "href") && is_attribute("td", "colspan"));
        assert!(is_attribute("p", "style") && is_attribute("bdo", "dir"));
        assert!(!is_attribute("p", "href") && !is_attribute("a", "onclick"));
    }
}
