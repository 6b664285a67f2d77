//! What is around every page: the head, the navigation, who has signed in, and how it is shown.

use std::borrow::Cow;

use askama::Template;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use hip_commands::accountability::caller::Caller;

use super::assets;
use super::badge::Badge;
use super::me::Me;
use super::screen::{Group, Screen};
use super::time::{self, Moment, Zone};
use super::words::{Language, Words};

/// The frame of a page.
pub(crate) struct Frame {
    words: Words,
    pub(crate) zone: Zone,
    pub(crate) theme: String,
    /// The word of the title.
    pub(crate) title: &'static str,
    /// The screen in the navigation.
    here: Option<Screen>,
    /// The name of the client; `None` before the sign-in.
    pub(crate) who: Option<String>,
    pub(crate) groups: Vec<(Group, Vec<Screen>)>,
    /// When the session ends, whatever is done.
    pub(crate) session_ends: Option<Moment>,
    /// Whether the last write is not shown yet.
    pub(crate) is_behind: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_self,
    reason = "templates call methods of their frame, and pass references"
)]
impl Frame {
    /// The frame for a person, or for somebody who has not signed in.
    pub(crate) fn new(me: Option<&Me>, title: &'static str, here: Option<Screen>) -> Self {
        let zone = me.map_or(Zone::Ist, Me::zone);
        Self {
            words: me.map_or(Words::of(Language::English), Me::words),
            zone,
            theme: me.map_or_else(|| "system".to_owned(), |me| me.session.theme.clone()),
            title,
            here,
            who: me.map(|me| me.caller.name.to_string()),
            groups: me.map(|me| groups(&me.caller)).unwrap_or_default(),
            session_ends: me.map(|me| zone.moment(me.session.ends_at)),
            is_behind: me.is_some_and(|me| me.is_behind),
        }
    }

    /// The same frame in another language.
    pub(crate) fn in_language(mut self, language: Language) -> Self {
        self.words = Words::of(language);
        self
    }

    pub(crate) fn words(&self) -> Words {
        self.words
    }

    pub(crate) fn language(&self) -> &'static str {
        self.words.language().code()
    }

    /// The words with this id.
    pub(crate) fn t(&self, id: &str) -> Cow<'static, str> {
        self.words.t(id)
    }

    /// The words with this id, with a number `n`.
    pub(crate) fn n(&self, id: &str, n: &i64) -> Cow<'static, str> {
        self.words.with(id, "n", *n)
    }

    pub(crate) fn is_here(&self, screen: &Screen) -> bool {
        self.here == Some(*screen)
    }

    pub(crate) fn stylesheet(&self) -> &'static str {
        assets::STYLE.path()
    }

    pub(crate) fn script(&self) -> &'static str {
        assets::SCRIPT.path()
    }

    /// Date and time.
    pub(crate) fn at(&self, at: &DateTime<Utc>) -> Moment {
        self.zone.moment(*at)
    }

    /// The date.
    pub(crate) fn day(&self, at: &DateTime<Utc>) -> Moment {
        self.zone.day(*at)
    }

    /// Seconds as a short duration.
    #[expect(clippy::cast_possible_truncation, reason = "a figure for people")]
    pub(crate) fn seconds(&self, seconds: &f64) -> String {
        time::short(TimeDelta::milliseconds((seconds * 1e3) as i64))
    }

    /// A number in groups.
    pub(crate) fn number(&self, number: &i64) -> String {
        time::grouped(*number)
    }

    /// A state, with its sign and colour.
    pub(crate) fn badge(&self, state: &str) -> Badge {
        Badge::of(state, self.words)
    }

    /// The middle of a long id is left out.
    pub(crate) fn short_id(&self, id: &str) -> String {
        let chars: Vec<char> = id.chars().collect();
        if chars.len() <= 20 {
            return id.to_owned();
        }
        let (start, end) = (&chars[..8], &chars[chars.len() - 8..]);
        format!("{}…{}", start.iter().collect::<String>(), end.iter().collect::<String>())
    }
}

fn groups(caller: &Caller) -> Vec<(Group, Vec<Screen>)> {
    let theirs = |group: Group| {
        let screens = Screen::ALL.into_iter();
        let screens = screens.filter(|screen| screen.group() == group && screen.is_for(caller));
        (group, screens.collect::<Vec<_>>())
    };
    Group::ALL.map(theirs).into_iter().filter(|(_, screens)| !screens.is_empty()).collect()
}

/// A page as a response.
pub(crate) fn render(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => ([(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
