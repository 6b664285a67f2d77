//! A state as people see it: a sign, a word and a colour.

use std::borrow::Cow;

use super::words::Words;

/// A state to show.
pub(crate) struct Badge {
    /// The class that gives the colour: `good`, `bad`, `wait`, `calm`.
    pub(crate) tone: &'static str,
    /// A sign, for those who do not see colours.
    pub(crate) sign: &'static str,
    pub(crate) word: Cow<'static, str>,
}

/// How a state is meant.
#[derive(Clone, Copy)]
pub(crate) enum Tone {
    /// As it should be.
    Good,
    /// Somebody has to look.
    Bad,
    /// It goes on by itself.
    Wait,
    /// Over, and nothing to do.
    Calm,
}

impl Badge {
    pub(crate) fn of(state: &str, words: Words) -> Self {
        Self::new(tone(state), words.state(state))
    }

    pub(crate) fn new(tone: Tone, word: Cow<'static, str>) -> Self {
        let (tone, sign) = match tone {
            Tone::Good => ("good", "✓"),
            Tone::Bad => ("bad", "✕"),
            Tone::Wait => ("wait", "…"),
            Tone::Calm => ("calm", "○"),
        };
        Self { tone, sign, word }
    }
}

fn tone(state: &str) -> Tone {
    match state {
        "linked" | "granted" | "transferred" | "interpreted" | "answered" | "completed"
        | "live" | "done" | "holds" | "verified" | "pushed" | "built" => Tone::Good,
        "refused" | "rejected" | "failed" | "dead" | "broken" | "halted" | "stuck" | "given_up"
        | "malformed" | "no_answer" => Tone::Bad,
        "requested" | "received" | "sending" | "running" | "due" | "waits" | "building"
        | "sent" | "planned" | "answering" => Tone::Wait,
        _ => Tone::Calm,
    }
}
