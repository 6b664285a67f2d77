use std::collections::BTreeMap;
use std::num::NonZeroU8;
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::ambient::clock::SystemClock;
use crate::ambient::ids::RandomIds;
use crate::http::gateway::{BearerPolicy, GatewaySettings};

/// An HIU that sends one answer after the first bytes of a page, then another one repeatedly.
async fn hiu(answer: &'static str, then: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await;
        let _ = stream.write_all(answer.as_bytes()).await;
        while !then.is_empty() && stream.write_all(then.as_bytes()).await.is_ok() {}
    });
    address
}

fn pusher(address: SocketAddr) -> HttpHiu {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = GatewaySettings {
        base_url: "http://127.0.0.1:9".to_owned(),
        v05_base_url: "http://127.0.0.1:9".to_owned(),
        cm_id: "sbx".to_owned(),
        client_id: "SBXID_1".to_owned(),
        client_secret: SecretString::from("made-up"),
        bearer: BearerPolicy {
            audience: "account".to_owned(),
            issuers: vec![],
            client: None,
            claims: BTreeMap::new(),
            late_kept_s_max: 0,
        },
        key_cache: None,
        keys_trusted_for: chrono::TimeDelta::days(7),
    };
    let gateway = HttpGateway::new(settings, Arc::new(SystemClock), Arc::new(RandomIds)).unwrap();
    HttpHiu::new(Arc::new(gateway), vec![address], NonZeroU8::MIN).unwrap()
}

async fn push(address: SocketAddr) -> Result<u16, SendError> {
    let url = Phi::new(format!("http://{address}/v3/transfer"));
    let pushed = pusher(address);
    let pushed = pushed.push(&url, Phi::new("{}".to_owned()), None);
    tokio::time::timeout(Duration::from_secs(5), pushed).await.expect("nothing is waited for")
}

#[tokio::test]
async fn an_endless_answer_is_not_read() {
    let chunk = "1000\r\nxxxxxxxxxxxx";
    let yes = "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n";
    assert_eq!(push(hiu(yes, chunk).await).await, Ok(202));
    let no = "HTTP/1.1 403 Bad\r\ntransfer-encoding: chunked\r\n\r\n";
    let refused = push(hiu(no, chunk).await).await;
    assert!(matches!(refused, Err(SendError::Refused { status: Some(403), .. })), "{refused:?}");
}

#[tokio::test]
async fn endless_headers_are_no_answer() {
    let refused = push(hiu("HTTP/1.1 202 Accepted\r\n", "x-more: and more\r\n").await).await;
    assert!(matches!(refused, Err(SendError::Unavailable { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let moved =
        "HTTP/1.1 307 Moved\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n";
    let refused = push(hiu(moved, "").await).await;
    assert!(matches!(refused, Err(SendError::Refused { status: Some(307), .. })), "{refused:?}");
}
