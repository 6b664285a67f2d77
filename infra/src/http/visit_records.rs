//! Visit documents, fetched over HTTP.

use std::time::Duration;

use abdm_fhir::visit::BYTES_MAX;
use async_trait::async_trait;
use hip_commands::port::VisitRecords;
use hip_commands::port::visit_records::VisitRecordsError;
use hip_domain::sensitive::Phi;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use thiserror::Error;
use url::{Host, Url};

/// Time limit: a record system may collect a visit from many tables.
const TIMEOUT: Duration = Duration::from_secs(60);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Placeholder of the visit code in the template.
const PLACE: &str = "{visitCode}";

/// HTTP method of the request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// `GET`, with the code in the URL.
    #[default]
    Get,
    /// `POST {"visitCode":"…"}`.
    Post,
}

/// Why the endpoint cannot be used.
#[derive(Debug, Error)]
pub enum RecordsError {
    /// The URL is invalid.
    #[error(
        "visit_url is no address of https, or of this machine; plain_http = true allows http inside a protected network"
    )]
    Url,
    /// The URL has no placeholder for the visit.
    #[error("visit_url must have {PLACE} in it, unless method = \"post\"")]
    NoPlace,
    /// The key is not a valid header value.
    #[error("the key has characters that a header cannot contain")]
    Key,
    /// The HTTP client could not be created.
    #[error("no HTTP client can be made")]
    Client(#[from] reqwest::Error),
}

/// The endpoint of a record system.
pub struct HttpVisitRecords {
    client: Client,
    template: String,
    method: Method,
    key: Option<HeaderValue>,
}

impl HttpVisitRecords {
    /// Creates an endpoint with this key, which is sent unchanged in `Authorization`.
    pub fn new(
        template: &str,
        method: Method,
        key: Option<&SecretString>,
        plain_http: bool,
    ) -> Result<Self, RecordsError> {
        if method == Method::Get && !template.contains(PLACE) {
            return Err(RecordsError::NoPlace);
        }
        let url = Url::parse(&template.replace(PLACE, "1")).map_err(|_| RecordsError::Url)?;
        let is_safe =
            url.scheme() == "https" || (url.scheme() == "http" && (plain_http || leads_home(&url)));
        if !is_safe {
            return Err(RecordsError::Url);
        }
        let key = key.map(header).transpose()?;
        let client = Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { client, template: template.to_owned(), method, key })
    }

    fn request(&self, visit_code: &str) -> RequestBuilder {
        let code: String = url::form_urlencoded::byte_serialize(visit_code.as_bytes()).collect();
        let url = self.template.replace(PLACE, &code);
        let request = match self.method {
            Method::Get => self.client.get(url),
            Method::Post => self
                .client
                .post(url)
                .header(CONTENT_TYPE, "application/json")
                .body(json!({ "visitCode": visit_code }).to_string()),
        };
        let request = request.header(ACCEPT, "application/json");
        match &self.key {
            Some(key) => request.header(AUTHORIZATION, key.clone()),
            None => request,
        }
    }
}

fn header(key: &SecretString) -> Result<HeaderValue, RecordsError> {
    let mut key = HeaderValue::from_str(key.expose_secret()).map_err(|_| RecordsError::Key)?;
    key.set_sensitive(true);
    Ok(key)
}

fn leads_home(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[async_trait]
impl VisitRecords for HttpVisitRecords {
    async fn fetch(&self, visit_code: &str) -> Result<Phi<String>, VisitRecordsError> {
        let response = self.request(visit_code).send().await;
        let response = response.map_err(|_| VisitRecordsError::Unreachable)?;
        if !response.status().is_success() {
            return Err(VisitRecordsError::Status(response.status().as_u16()));
        }
        let bytes = read(response).await?;
        String::from_utf8(bytes).map(Phi::new).map_err(|_| VisitRecordsError::NoText)
    }
}

/// Reads the body, up to the size limit of a pushed document.
async fn read(mut response: Response) -> Result<Vec<u8>, VisitRecordsError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| VisitRecordsError::Unreachable)? {
        if bytes.len() + chunk.len() > BYTES_MAX {
            return Err(VisitRecordsError::TooLarge(BYTES_MAX));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::http_stub::Stub;

    fn records(template: &str, method: Method) -> HttpVisitRecords {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let key = SecretString::from("made-up");
        HttpVisitRecords::new(template, method, Some(&key), false).unwrap()
    }

    #[tokio::test]
    async fn the_code_goes_into_the_address_or_into_the_body() {
        let stub = Stub::start(|_, _| (200, "{}".to_owned())).await;
        let get = records(&format!("{}/visit/{PLACE}/fhir", stub.url), Method::Get);
        assert_eq!(get.fetch("30/1").await.unwrap().reveal(), "{}");
        let asked = stub.last();
        assert_eq!(
            (asked.what.as_str(), asked.bearer.as_str()),
            ("GET /visit/30%2F1/fhir", "made-up")
        );
        let post = records(&format!("{}/visit", stub.url), Method::Post);
        post.fetch("301").await.unwrap();
        let asked = stub.last();
        assert_eq!(
            (asked.what.as_str(), asked.body.as_str()),
            ("POST /visit", r#"{"visitCode":"301"}"#)
        );
    }

    #[tokio::test]
    async fn an_answer_without_a_document_is_an_error() {
        for status in [302, 404, 500] {
            let stub = Stub::start(move |_, _| (status, String::new())).await;
            let records = records(&format!("{}/{PLACE}", stub.url), Method::Get);
            assert_eq!(records.fetch("1").await.unwrap_err(), VisitRecordsError::Status(status));
        }
        let stub = Stub::start(|_, _| (200, "x".repeat(BYTES_MAX + 1))).await;
        let records = records(&format!("{}/{PLACE}", stub.url), Method::Get);
        assert!(!records.fetch("1").await.unwrap_err().may_pass());
        stub.stop();
        assert_eq!(records.fetch("1").await.unwrap_err(), VisitRecordsError::Unreachable);
    }

    #[test]
    fn records_do_not_travel_in_clear_unless_the_operator_says_so() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let new = |url, plain| HttpVisitRecords::new(url, Method::Get, None, plain);
        assert!(matches!(
            new("http://amrit.example.in/{visitCode}", false),
            Err(RecordsError::Url)
        ));
        assert!(new("http://amrit.example.in/{visitCode}", true).is_ok());
        assert!(new("https://amrit.example.in/{visitCode}", false).is_ok());
        assert!(matches!(new("https://amrit.example.in/", false), Err(RecordsError::NoPlace)));
    }
}
