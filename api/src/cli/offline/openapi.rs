//! `hip openapi`: the description of the REST interface.

use crate::http::openapi;
use crate::output::{ExitStatus, print_line};

pub(crate) fn run() -> ExitStatus {
    print_line(openapi::document());
    ExitStatus::Success
}
