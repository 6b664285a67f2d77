//! Edits of narratives: malformed, with active content, or only unusual.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::site::Site;

/// Markup that is inserted before the last closing tag. About half of it is allowed.
const INSERTS: [&str; 51] = [
    "<script>a()</script>",
    "<iframe src=\"https://example.org\"/>",
    "<form><input/></form>",
    "<object data=\"a\"/>",
    "<style>p { color: red }</style>",
    "<p onclick=\"a()\">a</p>",
    "<p style=\"color: red\">a</p>",
    "<p style=\"background: url(https://example.org/a)\">a</p>",
    "<p>a",
    "a</p>",
    "<b><i>a</b></i>",
    "a & b",
    "&bogus;",
    "&nbsp;",
    "&amp;",
    "&copy;",
    "&#160;",
    "&#xA0;",
    "&#1234567;",
    "&lt;b&gt;",
    "<!-- seen -->",
    "<p><div>a</div></p>",
    "<p><ul><li>a</li></ul></p>",
    "<p><table><tr><td>a</td></tr></table></p>",
    "<p><b>a</b></p>",
    "<ul>a</ul>",
    "<ul><li>a</li></ul>",
    "<ol><li>a</li>b</ol>",
    "<table><tr><td>a</td></tr></table>",
    "<table>a</table>",
    "<a href=\"https://example.org\">a</a>",
    "<a href=\"javascript:a()\">a</a>",
    "<a href=\"&#106;avascript:a()\">a</a>",
    "<a href=\"java&#9;script:a()\">a</a>",
    "<a href=\"vbscript:a\">a</a>",
    "<a href=\"data:text/html,a\">a</a>",
    "<img src=\"https://example.org/a.png\" alt=\"a\"/>",
    "<img src=\"#photo\" alt=\"a\"/>",
    "<kbd>a</kbd>",
    "<var>a</var>",
    "<address>a</address>",
    "<bdo dir=\"rtl\">a</bdo>",
    "<map name=\"a\"><area href=\"#a\" alt=\"a\"/></map>",
    "<font>a</font>",
    "<u>a</u>",
    "<video/>",
    "<article>a</article>",
    "<P>a</P>",
    "< p>a</p>",
    "<br>",
    "<br/>",
];

pub(super) fn change(site: &Site, document: &mut Value, random: &mut StdRng) {
    /// One in this number of changes replaces the whole `div`.
    const WHOLE_EVERY: u32 = 6;
    let value = site.value_mut(document);
    let div = value.as_str().unwrap_or_default();
    let changed = if rand::RngExt::random_ratio(random, 1, WHOLE_EVERY) {
        let wholes = [
            "Plain words".to_owned(),
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"></div>".to_owned(),
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"> </div>".to_owned(),
            "<div>a</div>".to_owned(),
            "<p xmlns=\"http://www.w3.org/1999/xhtml\">a</p>".to_owned(),
            format!("a{div}"),
            div.replace("xhtml", "html"),
        ];
        wholes.choose(random).expect("there are changes").clone()
    } else {
        let insert = INSERTS.choose(random).expect("there are changes");
        div.rsplit_once("</").map_or_else(
            || format!("{div}{insert}"),
            |(start, end)| format!("{start}{insert}</{end}"),
        )
    };
    *value = json!(changed);
}
