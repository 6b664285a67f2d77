//! The words of a narrative.

use serde_json::Value;

/// The narrative of a resource or a section without its markup.
pub(in crate::render) fn narrative(holder: &Value) -> Option<String> {
    let mut words = String::new();
    let mut is_markup = false;
    for letter in holder["text"]["div"].as_str()?.chars() {
        match letter {
            '<' => {
                is_markup = true;
                words.push(' ');
            }
            '>' if is_markup => is_markup = false,
            other if !is_markup => words.push(other),
            _ => {}
        }
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    for (entity, letter) in entities {
        words = words.replace(entity, letter);
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_narrative_loses_its_markup_and_keeps_its_words() {
        let div = "<div><p>A &amp;lt; B</p><p>दर्द</p></div>";
        assert_eq!(narrative(&json!({ "text": { "div": div } })).unwrap(), "A &lt; B दर्द");
    }
}
