//! A real browser: Chromium without a window, driven by its driver.

mod commands;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::patience::PATIENCE;
use commands::{Chrome, ChromeCommand};

/// Without a window, and without anything that Chromium does on its own over the network.
const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

/// A browser with one page. It ends with this value, also when the test panics.
pub struct Browser {
    /// The session of the driver.
    pub client: Client,
    axe: String,
    _driver: Child,
}

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// The end of the screenshot's name.
    pub name: &'static str,
    /// In CSS pixels.
    pub width: u32,
    /// Whether the system prefers dark colours.
    pub is_dark: bool,
}

/// A desk's screen, the same in the dark, and a telephone.
pub const LOOKS: [Look; 3] = [
    Look { name: "light", width: 1_280, is_dark: false },
    Look { name: "dark", width: 1_280, is_dark: true },
    Look { name: "390", width: 390, is_dark: false },
];

impl Browser {
    /// Starts a browser; `None` if the run goes without one (`HIP_TEST_BROWSER=none`), which it says.
    ///
    /// # Panics
    ///
    /// When there is no browser, no driver or no axe: `./run setup test` installs them.
    pub async fn start() -> Option<Self> {
        if std::env::var("HIP_TEST_BROWSER").is_ok_and(|value| value == "none") {
            eprintln!("NOT TESTED IN A BROWSER (HIP_TEST_BROWSER=none)");
            return None;
        }
        let axe = root().join(".components/axe/axe.min.js");
        let axe = std::fs::read_to_string(axe).expect("no axe: run `./run setup test`");
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("no chromedriver: run `./run setup test`");
        let mut lines = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
        let port: u16 = loop {
            let line = lines.next_line().await.expect("it is text").expect("it says its port");
            if let Some((_, port)) = line.split_once("successfully on port ") {
                break port.trim_end_matches('.').parse().expect("a port");
            }
        };
        let capabilities = json!({
            "goog:chromeOptions": { "args": ARGUMENTS },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("it is one") };
        let driver_url = format!("http://127.0.0.1:{port}");
        let connector = HttpConnector::new();
        let client =
            Client::with_capabilities_and_connector(&driver_url, &capabilities, connector).await;
        Some(Self { client: client.expect("Chromium starts"), axe, _driver: driver })
    }

    /// Opens a page.
    ///
    /// # Panics
    ///
    /// When the browser cannot.
    pub async fn go(&self, url: &str) {
        self.client.goto(url).await.expect("a page can be opened");
    }

    /// The element, as soon as it is there.
    ///
    /// # Panics
    ///
    /// When it does not come.
    pub async fn find(&self, css: &str) -> Element {
        let waiting = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css));
        waiting.await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// Presses an element.
    ///
    /// # Panics
    ///
    /// When it is not there, or is covered.
    pub async fn press(&self, css: &str) {
        let element = self.find(css).await;
        let shown = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })";
        self.client.execute(shown, vec![json!(css)]).await.expect("a page can be scrolled");
        element.click().await.unwrap_or_else(|error| panic!("{css} cannot be pressed: {error}"));
    }

    /// Types into a field that may have something in it.
    ///
    /// # Panics
    ///
    /// When it takes no text.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.expect("a field can be emptied");
        field.send_keys(text).await.expect("a field takes text");
    }

    /// The visible text of the page.
    ///
    /// # Panics
    ///
    /// When the page has none.
    pub async fn text(&self) -> String {
        self.find("body").await.text().await.expect("a page has text")
    }

    /// Waits until the page shows the text.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub async fn until(&self, part: &str) {
        let begun_at = Instant::now();
        loop {
            // While one page follows another there is nothing to read.
            let body = self.client.find(Locator::Css("body")).await;
            let shown = match body {
                Ok(body) => body.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            };
            if shown.contains(part) {
                return;
            }
            assert!(begun_at.elapsed() < PATIENCE, "the page does not show {part:?}:\n{shown}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// The path of the page with its query.
    ///
    /// # Panics
    ///
    /// When there is no page.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("a page has a URL");
        url[url::Position::BeforePath..].to_owned()
    }

    /// Shows the page in another size and in other colours.
    ///
    /// # Panics
    ///
    /// When the browser cannot.
    pub async fn look(&self, look: Look) {
        let size =
            json!({ "width": look.width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.chrome("Emulation.setDeviceMetricsOverride", size).await;
        let scheme = if look.is_dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.chrome("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Fails if axe finds anything, if the page is wider than the window, or if the console of the browser has a
    /// message: an error, or something that the content policy refused.
    ///
    /// # Panics
    ///
    /// Then.
    pub async fn check(&self, what: &str) {
        self.client.execute(&self.axe, vec![]).await.expect("axe can be loaded");
        let run = "const done = arguments[0]; axe.run({ resultTypes: ['violations'] }).then(\
                   (found) => done(found.violations.map((it) => it.id + ': ' + it.help + ' ' + \
                   it.nodes.slice(0, 3).map((node) => node.html).join(' | '))), (error) => done([String(error)]))";
        let found = self.client.execute_async(run, vec![]).await.expect("axe can be run");
        assert_eq!(found, json!([]), "{what}");
        let wide = "return document.documentElement.scrollWidth - window.innerWidth";
        let wide = self.client.execute(wide, vec![]).await.expect("a page has a width");
        assert!(wide.as_i64().is_some_and(|wide| wide <= 0), "{what} is too wide by {wide}");
        let log = self.client.issue_cmd(ChromeCommand(Chrome::Log)).await.expect("there is a log");
        let messages: Vec<&str> = log
            .as_array()
            .into_iter()
            .flatten()
            .filter(|line| line["level"] != "DEBUG" && line["level"] != "INFO")
            .filter_map(|line| line["message"].as_str())
            .filter(|message| {
                !message.contains("Failed to load resource: the server responded with")
            })
            .collect();
        assert!(messages.is_empty(), "{what}: {messages:?}");
    }

    /// Writes a picture of the whole page to `target/screens/NAME.png`.
    ///
    /// # Panics
    ///
    /// When it cannot be taken or written.
    pub async fn screenshot(&self, name: &str) {
        use base64::Engine as _;
        let size = "return [window.innerWidth, document.documentElement.scrollHeight]";
        let size = self.client.execute(size, vec![]).await.expect("a page has a size");
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
        let wish = json!({ "captureBeyondViewport": true, "clip": clip });
        let taken = self.chrome("Page.captureScreenshot", wish).await;
        let data = taken["data"].as_str().expect("a picture");
        let picture = base64::engine::general_purpose::STANDARD.decode(data).expect("base64");
        let folder = root().join("target/screens");
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("it can be written");
    }

    async fn chrome(&self, name: &'static str, parameters: Value) -> Value {
        let command = ChromeCommand(Chrome::Protocol { name, parameters });
        self.client.issue_cmd(command).await.unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in a folder").to_owned()
}
