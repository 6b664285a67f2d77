//! `/console/tools`: what an error code means, and what is right or wrong with the key of an HIU. Nothing that is
//! pasted here is stored.

use abdm_fidelius::explain;
use axum::response::Response;
use hip_commands::operations::abdm_error::{self, Context, Entry};
use serde::Deserialize;

use crate::console::form::{Form, PageQuery};
use crate::console::frame::{Frame, render};
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::middleware::caller::CanLookUp;

/// Maximum length of a key that is looked at, in characters.
const KEY_LENGTH_MAX: usize = 4_000;

#[derive(askama::Template)]
#[template(path = "console/tools.html")]
struct ToolsPage {
    f: Frame,
    code: Option<String>,
    meanings: Vec<Meaning>,
    key: Option<KeyResult>,
}

/// What a code means in some contexts.
struct Meaning {
    contexts: Vec<&'static str>,
    entry: Entry,
}

/// What is said of a key.
struct KeyResult {
    is_accepted: bool,
    text: String,
}

/// One of the tools' fields.
#[derive(Deserialize)]
pub(super) struct Fields {
    code: Option<String>,
    key: Option<String>,
}

/// Shows the tools; the query may have a code.
pub(super) async fn show(
    me: SignedIn<CanLookUp>,
    PageQuery(fields): PageQuery<Fields>,
) -> Response {
    answer(&me, fields)
}

pub(super) async fn run(me: SignedIn<CanLookUp>, Form(fields): Form<Fields>) -> Response {
    answer(&me, fields)
}

fn answer(me: &SignedIn<CanLookUp>, fields: Fields) -> Response {
    let key = fields.key.filter(|key| key.chars().count() <= KEY_LENGTH_MAX).map(|key| {
        let explanation = explain::key(key.trim());
        KeyResult { is_accepted: explanation.accepted, text: explanation.to_string() }
    });
    page(me, fields.code.filter(|code| code.chars().count() <= 40), key)
}

fn page(me: &SignedIn<CanLookUp>, code: Option<String>, key: Option<KeyResult>) -> Response {
    let found = code.as_deref().map(|code| abdm_error::meanings(code.trim())).unwrap_or_default();
    let meanings = found.into_iter().map(|(contexts, entry)| Meaning {
        contexts: contexts.iter().map(|context: &Context| context.as_words()).collect(),
        entry,
    });
    render(&ToolsPage {
        f: Frame::new(Some(&me.me), "screen-tools", Some(Screen::Tools)),
        code,
        meanings: meanings.collect(),
        key,
    })
}
