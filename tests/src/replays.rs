//! What an operator does about what failed, through the service's own doors.

use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::World;
use crate::keys::API_KEY;
use crate::patience::PATIENCE;
use crate::patience::Patient as _;

impl World {
    /// Asks the provider something; status and body of the answer.
    ///
    /// # Panics
    ///
    /// When it does not answer.
    pub async fn ask(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let client = Client::builder().build().expect("a client can be made");
        let url = format!("{}{path}", self.launch.url);
        let mut request = client.request(method, url).bearer_auth(key);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.patiently().await.expect("the provider answers");
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }

    /// What the provider shows under a path.
    ///
    /// # Panics
    ///
    /// When it shows nothing.
    pub async fn look(&self, path: &str) -> Value {
        let (status, body) = self.ask(API_KEY, Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Gives an order; its id.
    ///
    /// # Panics
    ///
    /// When it is not taken.
    pub async fn order(&self, wish: Value) -> String {
        let (status, body) = self.ask(API_KEY, Method::POST, "/v1/replays", Some(&wish)).await;
        assert_eq!(status, 202, "{body}");
        body["id"].as_str().expect("an order has an id").to_owned()
    }

    /// Wishes something of an order.
    ///
    /// # Panics
    ///
    /// When it is not followed.
    pub async fn wish(&self, order: &str, what: &str) -> Value {
        let path = format!("/v1/replays/{order}/{what}");
        let (status, body) = self.ask(API_KEY, Method::POST, &path, None).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Waits until an order is in this state; how it stands then.
    ///
    /// # Panics
    ///
    /// When that does not happen within a minute.
    pub async fn until_order(&self, order: &str, state: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let shown = self.look(&format!("/v1/replays/{order}")).await;
            if shown["state"] == state {
                return shown;
            }
            assert!(Instant::now() < deadline, "not {state}: {shown}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Does messages again, and waits until that is over and what follows is done; how the items ended.
    ///
    /// # Panics
    ///
    /// When that does not happen within a minute.
    pub async fn replay(&self, requests: &[&str], policy: &str) -> Vec<Value> {
        let order = self.order(json!({ "requests": requests, "policy": policy })).await;
        self.until_order(&order, "completed").await;
        self.until_idle().await;
        let items = self.look(&format!("/v1/replays/{order}/items")).await;
        items["items"].as_array().expect("items are a list").clone()
    }

    /// Waits until the read models show the whole log.
    pub async fn until_shown(&self, request: &str, status: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let path = format!("/v1/callbacks/{request}");
            let (code, body) = self.ask(API_KEY, Method::GET, &path, None).await;
            if code == 200 && body["status"] == status {
                return body;
            }
            assert!(Instant::now() < deadline, "callback {request} is not {status}: {body}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
