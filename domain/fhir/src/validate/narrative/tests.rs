use super::*;

fn inside(content: &str) -> Result<(), Fault> {
    read(&format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{content}</div>")).map(|_| ())
}

#[test]
fn plain_formatting_passes() {
    for sound in [
        "Fever",
        "<p>a &lt; b &#160; &#xA0; &quot;</p>",
        "<b>a</b><br/>c",
        "<img src=\"#photo\" alt='x'/>",
        "<!-- seen - twice --> a",
        "<table class=\"grid\"><tbody><tr><td colspan='2'>1</td></tr></tbody></table>",
        "<table><caption>a</caption><tr><th>1</th></tr></table>",
        "<ul>\n<li>a<ul><li>b</li></ul></li></ul>",
        "<dl><dt>a</dt><dd>b</dd></dl>",
        "<kbd>a</kbd><var>b</var><address>c</address><bdo dir=\"rtl\">d</bdo>",
        "a<map name=\"m\"><area href=\"#a\" alt=\"a\"/></map>",
        "<p title=\"a\" class=\"a\">a</p >",
        "<a href=\"https://example.org/javascript:\">a</a>",
        "<a name=\"here\">a</a>",
        "बुखार",
    ] {
        assert_eq!(inside(sound), Ok(()), "{sound}");
    }
}

#[test]
fn markup_that_is_not_well_formed_is_refused() {
    for broken in [
        "<p>a",
        "a</p>",
        "<b><i>a</b></i>",
        "a & b",
        "a &amp b",
        "&bogus;",
        "&nbsp;",
        "&copy;",
        "&#0;",
        "&#1;",
        "&#xFFFF;",
        "&#xD800;",
        "&#1234567;",
        "&#;",
        "&#+9;",
        "&;",
        "<p title=\"&nbsp;\">a</p>",
        "<p title=\"a\" title=\"b\">a</p>",
        "<p title=\"a\" class=\"a\" title=\"a\">a</p>",
        "<!-- a -- b -->a",
        "<!-- a --->a",
        "<!-- a",
        "<p class=x>a</p>",
        "< p>a</p>",
        "a<",
        "a ]]> b",
        "<br>",
    ] {
        assert_eq!(inside(broken), Err(Fault::Form), "{broken}");
    }
    assert_eq!(read("Fever"), Err(Fault::Form));
    assert_eq!(inside(&"<div>".repeat(4000)), Err(Fault::Form));
}

#[test]
fn elements_stand_where_they_may() {
    for misplaced in [
        "<p><div>a</div></p>",
        "<p><ul><li>a</li></ul></p>",
        "<p><b><table><tr><td>a</td></tr></table></b></p>",
        "<p><p>a</p></p>",
        "<p><h1>a</h1></p>",
        "<ul>a</ul>",
        "<ul><p>a</p></ul>",
        "<ol><li>a</li>b</ol>",
        "<dl>a</dl>",
        "<table>a</table>",
        "<table><tr>a</tr></table>",
        "<table><td>a</td></table>",
        "<li>a</li>",
        "<td>a</td>",
        "<br>a</br>",
    ] {
        assert_eq!(inside(misplaced), Err(Fault::Misplaced), "{misplaced}");
    }
}

#[test]
fn active_content_is_refused() {
    for (content, wanted) in [
        ("<script>a</script>", Fault::Forbidden),
        ("<p onclick=\"a()\">a</p>", Fault::Forbidden),
        ("<p href=\"https://example.org\">a</p>", Fault::Forbidden),
        ("<iframe/>a", Fault::Forbidden),
        ("<a href=\" JavaScript:a()\">a</a>", Fault::Active),
        ("<a href=\"&#106;avascript:a()\">a</a>", Fault::Active),
        ("<a href=\"&#x6A;AVASCRIPT:a()\">a</a>", Fault::Active),
        ("<a href=\"java&#9;script:a()\">a</a>", Fault::Active),
        ("<a href=\"java\tscript:a()\">a</a>", Fault::Active),
        ("<a href=\"java&#10;script&#13;:a()\">a</a>", Fault::Active),
        ("<a href=\"&#x20;javascript&#58;a()\">a</a>", Fault::Active),
        ("<a href=\"vbscript:a\">a</a>", Fault::Active),
        ("<blockquote cite=\"javascript:a()\">a</blockquote>", Fault::Active),
        ("<map name=\"m\"><area href=\"javascript:a()\" alt=\"a\"/></map>", Fault::Active),
    ] {
        assert_eq!(inside(content), Err(wanted), "{content}");
    }
}

#[test]
fn empty_markup_and_foreign_namespaces_are_refused() {
    assert_eq!(inside(""), Err(Fault::Empty));
    assert_eq!(inside(" <p> </p>"), Err(Fault::Empty));
    assert_eq!(read("<div>a</div>"), Err(Fault::Namespace));
    assert_eq!(inside("<p xmlns=\"http://www.w3.org/2000/svg\">a</p>"), Err(Fault::Namespace));
    assert_eq!(read(&format!("{}x", "<div>".repeat(4000))), Err(Fault::Namespace));
}

#[test]
fn remote_content_is_reported() {
    let seen = |content: &str| {
        let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{content}</div>");
        let seen = read(&div).expect("it is sound");
        (seen.loads, seen.own_image.map(str::to_owned))
    };
    for loads in [
        "<img src=\"https://example.org/a.png\" alt=\"a\"/>",
        "<img src=\"data:image/png;base64,QQ==\" alt=\"a\"/>",
        "<p style=\"background: URL(https://example.org/a)\">a</p>",
        "<p style=\"background: u&#114;l(a)\">a</p>",
        "<p style=\"background: \\75rl(a)\">a</p>",
        "<a href=\"data:text/html,a\">a</a>",
    ] {
        assert_eq!(seen(loads), (true, None), "{loads}");
    }
    assert_eq!(seen("<p style=\"color: red\">a</p>"), (false, None));
    assert_eq!(seen("<a href=\"https://example.org\">a</a>"), (false, None));
    assert_eq!(seen("<img src=\"#photo\" alt=\"a\"/>"), (false, Some("photo".to_owned())));
}
