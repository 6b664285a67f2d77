//! Strangers who open connections and send large bodies keep nobody else out, and fill no memory.

use hip_tests::World;
use hip_tests::process::HipProcess;
use hip_tests::world::{API_KEY, PATIENCE};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

const MIB: usize = 1024 * 1024;

async fn connect(world: &World) -> TcpStream {
    TcpStream::connect(world.launch.url.trim_start_matches("http://")).await.unwrap()
}

/// What comes until the other side closes; it may do so at any point.
async fn rest(stream: &mut TcpStream) -> String {
    let mut read = vec![];
    timeout(PATIENCE, stream.read_to_end(&mut read)).await.expect("it is closed").ok();
    String::from_utf8(read).unwrap()
}

async fn is_alive(world: &World) -> bool {
    let asked = reqwest::get(format!("{}/health/live", world.launch.url));
    timeout(PATIENCE, asked).await.is_ok_and(|answer| answer.is_ok_and(|it| it.status() == 200))
}

#[tokio::test]
async fn half_a_head_is_not_waited_for() {
    let (world, _hip) = World::start_with("[http]\nhead_s = 1\nconnections_max = 40\n").await;
    let mut strangers = vec![];
    for _ in 0..40 {
        let mut stream = connect(&world).await;
        stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: h\r\nX-Slow: ").await.unwrap();
        strangers.push(stream);
    }
    // There is room again when they have been closed, and not before.
    assert!(is_alive(&world).await);
    for mut stranger in strangers {
        let answer = rest(&mut stranger).await;
        assert!(!answer.contains("200 OK"), "{answer}");
    }
}

#[tokio::test]
async fn one_address_gets_no_more_than_its_share_of_connections() {
    let (world, _hip) = World::start_with("[http]\nconnections_per_address_max = 8\n").await;
    let mut held = vec![];
    for _ in 0..8 {
        let mut stream = connect(&world).await;
        // Answered, and so certainly accepted.
        stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
        let mut byte = [0];
        timeout(PATIENCE, stream.read_exact(&mut byte)).await.unwrap().unwrap();
        held.push(stream);
    }
    let mut stream = connect(&world).await;
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: h\r\n\r\n").await.ok();
    assert_eq!(rest(&mut stream).await, "", "it is closed without a word");
    held.clear();
    world.eventually("there is room again", async || is_alive(&world).await).await;
}

/// A client that reads nothing before it has sent everything.
#[tokio::test]
async fn an_answer_reaches_a_client_whose_body_is_not_wanted() {
    let (world, _hip) = World::start().await;
    let bearer = world.gateway_bearer().await;
    let body = vec![b'a'; 12 * MIB];
    for (path, bearer, status) in [
        ("/v1/visits", "x", "401"),
        ("/api/v3/link/on_carecontext", "x.y.z", "401"),
        ("/api/v3/link/on_carecontext", bearer.as_str(), "413"),
        ("/v1/links", API_KEY, "413"),
        ("/no/such/path", API_KEY, "404"),
    ] {
        let mut stream = connect(&world).await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {bearer}\r\n\
             REQUEST-ID: 6f1b7f5e-0000-4000-8000-0000000000f2\r\nX-HIP-ID: IN0610099001\r\n\
             TIMESTAMP: 2026-09-14T10:00:00.000Z\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let sent = timeout(PATIENCE, stream.write_all(&body)).await;
        sent.unwrap().unwrap_or_else(|error| panic!("{path}: {error}"));
        let answer = rest(&mut stream).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_key_is_judged_before_the_body_is_sent() {
    let (world, _hip) = World::start().await;
    for (path, bearer) in [
        ("/fhir/$validate", "x"),
        ("/v1/visits", "x"),
        ("/v1/links", "x"),
        ("/api/v3/hip/patient/care-context/discover", "x.y.z"),
        ("/v0.5/consents/hip/notify", "x.y.z"),
    ] {
        let mut stream = connect(&world).await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {bearer}\r\n\
             REQUEST-ID: 6f1b7f5e-0000-4000-8000-0000000000f1\r\nX-HIP-ID: IN0610099001\r\n\
             TIMESTAMP: 2026-09-14T10:00:00.000Z\r\nContent-Type: application/json\r\n\
             Content-Length: 15000\r\n\r\n{{"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut status = [0; 12];
        timeout(PATIENCE, stream.read_exact(&mut status)).await.expect(path).unwrap();
        assert_eq!(&status, b"HTTP/1.1 401", "{path}");
    }
}

#[tokio::test]
async fn bodies_in_flight_take_up_no_more_than_their_room() {
    let (world, hip) = World::start_with("[http]\nbodies_mib_max = 16\n").await;
    let before = peak_mib(&hip);
    let mut senders = JoinSet::new();
    // No document: its reading ends at once, so that what is measured is the body.
    let body = vec![b' '; 15 * MIB];
    for _ in 0..24 {
        let url = format!("{}/fhir/$validate", world.launch.url);
        let body = body.clone();
        senders.spawn(async move {
            let client = reqwest::Client::builder().build().unwrap();
            let sent = client.post(url).bearer_auth(API_KEY).body(body).send().await;
            sent.unwrap().status().as_u16()
        });
    }
    let statuses = senders.join_all().await;
    assert!(statuses.iter().all(|status| [200, 400, 422, 503].contains(status)), "{statuses:?}");
    assert!(statuses.iter().any(|status| *status != 503), "{statuses:?}");
    let grown = peak_mib(&hip) - before;
    assert!(grown < 24 * 15 / 2, "{grown} MiB for bodies of {} MiB", 24 * 15);
    assert!(is_alive(&world).await);
}

/// The most memory that the process has had.
fn peak_mib(hip: &HipProcess) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", hip.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1024
}

#[tokio::test]
async fn a_connection_idle_within_a_body_is_closed() {
    let (world, _hip) = World::start_with("[http]\nidle_s = 1\n").await;
    let mut stream = connect(&world).await;
    let head = format!(
        "POST /fhir/$validate HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {API_KEY}\r\n\
         Content-Length: 1000\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(!answer.contains("200 OK"), "{answer}");
    is_alive(&world).await;
}
