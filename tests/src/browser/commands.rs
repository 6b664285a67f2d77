//! Commands of the driver beyond its standard.

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// What is asked of Chromium.
#[derive(Debug)]
pub(super) enum Chrome {
    /// What its console has said since the last time.
    Log,
    /// A command of the browser's own protocol.
    Protocol { name: &'static str, parameters: Value },
}

/// A command as the driver takes it.
#[derive(Debug)]
pub(super) struct ChromeCommand(pub(super) Chrome);

impl WebDriverCompatibleCommand for ChromeCommand {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        let session = session_id.unwrap_or_default();
        let rest = match &self.0 {
            Chrome::Log => "se/log",
            Chrome::Protocol { .. } => "goog/cdp/execute",
        };
        base_url.join(&format!("session/{session}/{rest}"))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        let body = match &self.0 {
            Chrome::Log => json!({ "type": "browser" }),
            Chrome::Protocol { name, parameters } => json!({ "cmd": name, "params": parameters }),
        };
        (http::Method::POST, Some(body.to_string()))
    }
}
