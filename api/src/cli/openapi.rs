//! `hip openapi`: the description of the REST interface.

use crate::http::openapi;
use crate::output::{Answer, say};

pub(crate) fn run() -> Answer {
    say(openapi::document());
    Answer::Yes
}
