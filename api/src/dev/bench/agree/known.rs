//! False errors of HAPI: the first table of `docs/validator-beside-hapi.md`.

/// A kind of error: its name in the table, and whether a text is of this kind.
type Known = (&'static str, fn(&str) -> bool);

const KNOWN: [Known; 3] = [
    ("gave-up", |text| text.starts_with("HAPI gave up: ")),
    ("coding-without-code", |text| text.contains("Unknown code '") && text.contains("#null'")),
    ("profile-version", |text| {
        text.contains("Failed to retrieve profile with url=") && text.contains('|')
    }),
];

/// Errors that follow from another one: the target of a reference has an error.
const FOLLOWS: [&str; 2] = ["Unable to find a profile match for", "Unable to find a match for"];

/// Returns the kind that explains all of these errors. `None` if no kind does.
pub(super) fn kind(errors: &[String]) -> Option<&'static str> {
    let mut own = errors.iter().filter(|text| !FOLLOWS.iter().any(|start| text.contains(start)));
    let first = own.next()?;
    let (name, is_it) = KNOWN.iter().find(|(_, is_it)| is_it(message(first)))?;
    own.all(|text| is_it(message(text))).then_some(*name)
}

/// Returns the message without the location before it.
fn message(error: &str) -> &str {
    error.split_once(" | ").map_or(error, |(_, message)| message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_errors_must_be_of_the_kind() {
        let texts =
            |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let code = "Bundle.entry[1] | Unknown code 'http://a.example#null'";
        let follows =
            "Bundle.entry[0] | Unable to find a profile match for urn:uuid:1 among choices: a";
        assert_eq!(kind(&texts(&[follows, code])), Some("coding-without-code"));
        assert_eq!(kind(&texts(&[code, "Bundle | Something else"])), None);
        assert_eq!(kind(&texts(&[follows])), None);
        assert_eq!(kind(&texts(&["HAPI gave up: a"])), Some("gave-up"));
        let version =
            "null | Invalid profile. Failed to retrieve profile with url=https://a.example/B|1.0";
        assert_eq!(kind(&texts(&[version])), Some("profile-version"));
        assert_eq!(kind(&texts(&[version.strip_suffix("|1.0").unwrap()])), None);
    }
}
