//! Interprets status texts. The network publishes a few and sends others: `Successfully Linked care context`, `These
//! care contexts have been already linked`, `{"status":"ACKNOWLEDGED"}`, `OK`.

/// The result of a call, as the status of its callback reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusMeaning {
    /// The call succeeded.
    Done,
    /// It had already been done before.
    AlreadyDone,
    /// The call failed, or the status could not be interpreted.
    NotDone,
}

/// Words that report a failure: `Failed to link`, `not linked`, `UNSUCCESSFUL`.
const NO: [&str; 13] = [
    "fail",
    "error",
    "invalid",
    "not",
    "no",
    "reject",
    "refus",
    "unsuccess",
    "unable",
    "cannot",
    "denied",
    "decline",
    "expired",
];

const YES: [&str; 8] =
    ["success", "linked", "ok", "acknowledged", "accepted", "delivered", "sent", "completed"];

impl StatusMeaning {
    /// A status reports success if it contains a success word and no failure word.
    pub(crate) fn of(status: Option<&str>) -> Self {
        let status = status.unwrap_or_default().to_lowercase();
        let mut words = status.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let is_denied = |word: &str| {
            NO.iter().any(|no| if no.len() <= 3 { word == *no } else { word.starts_with(no) })
        };
        if words.clone().any(is_denied) {
            return Self::NotDone;
        }
        let is_yes = words.clone().any(|word| {
            YES.iter().any(|yes| word == *yes || *yes == "success" && word.starts_with(yes))
        });
        match (is_yes, words.any(|word| word == "already")) {
            (true, true) => Self::AlreadyDone,
            (true, false) => Self::Done,
            (false, _) => Self::NotDone,
        }
    }
}

/// The known words of a status that could not be interpreted, for an operator. Unknown words are left out, because
/// they may be personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StatusWords(String);

const KNOWN_WORDS: [&str; 48] = [
    "a",
    "abha",
    "accepted",
    "again",
    "already",
    "and",
    "at",
    "be",
    "been",
    "being",
    "by",
    "care",
    "consent",
    "context",
    "contexts",
    "could",
    "error",
    "errored",
    "failed",
    "for",
    "gateway",
    "has",
    "have",
    "hip",
    "in",
    "initiated",
    "invalid",
    "is",
    "later",
    "link",
    "linked",
    "linking",
    "not",
    "of",
    "patient",
    "pending",
    "processed",
    "processing",
    "progress",
    "queued",
    "received",
    "request",
    "requested",
    "submitted",
    "the",
    "to",
    "try",
    "was",
];

impl StatusWords {
    const COUNT_MAX: usize = 20;

    /// `None` if the status contains no known word.
    pub(crate) fn of(status: Option<&str>) -> Option<Self> {
        let words = status?.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase);
        let known = words.filter(|word| KNOWN_WORDS.contains(&word.as_str()));
        let text = known.take(Self::COUNT_MAX).collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then_some(Self(text))
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_by_its_meaning() {
        for status in [
            "Successfully Linked care context",
            "SUCCESS",
            "success",
            "Care context linked",
            "OK",
            "ok",
            "ACKNOWLEDGED",
            "Accepted",
        ] {
            assert_eq!(StatusMeaning::of(Some(status)), StatusMeaning::Done, "{status}");
        }
        for status in [
            "These care contexts have been already linked",
            "Already linked",
            "ALREADY_LINKED",
            "Care context is already successfully linked",
        ] {
            assert_eq!(StatusMeaning::of(Some(status)), StatusMeaning::AlreadyDone, "{status}");
        }
        for status in [
            "Failed to link care context",
            "invalid   [invalid request]",
            "ERRORED",
            "Not linked",
            "No care context linked",
            "Unsuccessful",
            "Could not be linked",
            "already requested",
            "pending",
            "",
        ] {
            assert_eq!(StatusMeaning::of(Some(status)), StatusMeaning::NotDone, "{status}");
        }
        assert_eq!(StatusMeaning::of(None), StatusMeaning::NotDone);
    }

    #[test]
    fn only_words_that_name_nobody_are_shown() {
        let shown = |status| StatusWords::of(Some(status)).map(StatusWords::into_string);
        let status = "Request queued for Asha Rani asha@sbx 9800000101, try again later";
        assert_eq!(shown(status).as_deref(), Some("request queued for try again later"));
        assert_eq!(shown("9800000101"), None);
        assert_eq!(StatusWords::of(None), None);
    }
}
