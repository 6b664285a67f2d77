//! `POST /v1/visits` with a stream of documents, one a line.

use std::time::Duration;

use hip_tests::World;
use hip_tests::person::visit;
use hip_tests::process::hip_binary;
use hip_tests::world::{API_KEY, PATIENCE};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Sends a whole stream at once; the lines of the answer.
async fn send(world: &World, body: String) -> Vec<Value> {
    let response = reqwest::Client::builder()
        // The provider reads on when it has recorded what it has.
        .tcp_user_timeout(None)
        .build()
        .unwrap()
        .post(format!("{}/v1/visits", world.launch.url))
        .bearer_auth(API_KEY)
        .header("content-type", "application/x-ndjson; charset=utf-8")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let text = response.text().await.unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_thousand_lines_with_faults_are_answered_in_order() {
    let (world, _hip) = World::start().await;
    let line = |number: u32| match number % 100 {
        10 => String::new(),
        20 => "{\"schemaVersion\":".to_owned(),
        30 => {
            let mut refused = visit(&number.to_string(), false);
            refused["beneficiary"]["abhaNumber"] = json!("91-7777");
            refused.to_string()
        }
        40 => visit(&(number - 1).to_string(), false).to_string(),
        _ => visit(&number.to_string(), false).to_string(),
    };
    let body: String = (1..=1_000).map(|number| line(number) + "\n").collect();
    let results = send(&world, body).await;
    let numbers: Vec<u64> = results.iter().map(|result| result["line"].as_u64().unwrap()).collect();
    let expected: Vec<u64> = (1..=1_000).filter(|number| number % 100 != 10).collect();
    assert_eq!(numbers, expected);
    for result in &results {
        let number = result["line"].as_u64().unwrap();
        let paths = |result: &Value| result["problem"]["errors"][0]["path"].clone();
        if result["status"] == 503 {
            // The log had no time; sending the same again is safe.
            let document: Value =
                serde_json::from_str(&line(u32::try_from(number).unwrap())).unwrap();
            let is_taken = async || matches!(world.push(&document).await.0, 200 | 201);
            world.eventually("the line is taken when it is sent again", is_taken).await;
            continue;
        }
        match number % 100 {
            20 => assert_eq!(result["status"], 422, "{result}"),
            30 => {
                assert_eq!(
                    (&result["status"], paths(result)),
                    (&422.into(), "beneficiary.abhaNumber".into())
                );
            }
            // The document of the line before: of two that come at once, one changes something.
            39 => assert_eq!(result["visitCode"], number.to_string()),
            40 => assert_eq!(result["visitCode"], (number - 1).to_string()),
            _ => {
                let code = number.to_string();
                assert_eq!(
                    result,
                    &json!({ "line": number, "status": 201, "visitCode": code, "facility": "IN0610099001", "changed": true })
                );
            }
        }
    }
    assert_eq!(world.count("visit.recorded").await, 960);
    assert!(!results.iter().any(|result| result.to_string().contains("91-7777")));
}

#[tokio::test]
async fn the_limit_is_for_a_line_and_not_for_the_stream() {
    let (world, _hip) = World::start().await;
    let blank = " ".repeat(1024 * 1024) + "\n";
    let too_long = "x".repeat(33 * 1024 * 1024) + "\n";
    let body = blank.repeat(20) + &too_long + &visit("3001", false).to_string();
    let results = send(&world, body).await;
    let shown: Vec<_> = results.iter().map(|result| (&result["line"], &result["status"])).collect();
    assert_eq!(shown, [(&json!(21), &json!(413)), (&json!(22), &json!(201))]);
}

/// A client that writes and reads as it likes.
async fn open(world: &World) -> BufReader<TcpStream> {
    let address = world.launch.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /v1/visits HTTP/1.1\r\nhost: hip\r\nauthorization: Bearer {API_KEY}\r\n\
         content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    BufReader::new(stream)
}

async fn write_line(stream: &mut BufReader<TcpStream>, line: &str) -> std::io::Result<()> {
    let chunk = format!("{:x}\r\n{line}\n\r\n", line.len() + 1);
    stream.get_mut().write_all(chunk.as_bytes()).await
}

/// The next result; nothing of the head of the answer, nor of the framing of its chunks.
async fn read_result(stream: &mut BufReader<TcpStream>) -> Value {
    loop {
        let mut line = String::new();
        let read = tokio::time::timeout(PATIENCE, stream.read_line(&mut line));
        assert!(read.await.unwrap().unwrap() > 0, "the answer has ended");
        if line.starts_with('{') {
            return serde_json::from_str(&line).unwrap();
        }
    }
}

#[tokio::test]
async fn a_result_comes_before_the_next_line_is_sent() {
    let (world, hip) = World::start().await;
    let mut stream = open(&world).await;
    for number in 1..=5 {
        let document = visit(&format!("300{number}"), false).to_string();
        let (first, second) = document.split_at(document.len() / 2);
        let chunk = format!("{:x}\r\n{first}\r\n", first.len());
        stream.get_mut().write_all(chunk.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        write_line(&mut stream, second).await.unwrap();
        let result = read_result(&mut stream).await;
        assert_eq!((&result["line"], &result["status"]), (&json!(number), &json!(201)));
    }
    // A stream that could go on for ever does not keep the process from stopping; it says where.
    assert!(tokio::task::spawn_blocking(move || hip.terminate()).await.unwrap());
    let last = read_result(&mut stream).await;
    assert_eq!((&last["line"], &last["status"]), (&json!(6), &json!(503)));
}

#[tokio::test]
async fn acknowledged_lines_are_stored_after_the_client_leaves() {
    let (world, _hip) = World::start().await;
    let stream = open(&world).await.into_inner();
    let (read, mut write) = stream.into_split();
    let writing = tokio::spawn(async move {
        for number in 0..2_000 {
            let line = visit(&(5_000 + number).to_string(), false).to_string();
            let chunk = format!("{:x}\r\n{line}\n\r\n", line.len() + 1);
            if write.write_all(chunk.as_bytes()).await.is_err() {
                return;
            }
        }
    });
    let mut read = BufReader::new(read);
    let mut acknowledged = vec![];
    let mut line = String::new();
    while acknowledged.len() < 100 {
        line.clear();
        assert!(read.read_line(&mut line).await.unwrap() > 0);
        if line.starts_with('{') {
            let result: Value = serde_json::from_str(&line).unwrap();
            acknowledged.push(result["visitCode"].as_str().unwrap().to_owned());
        }
    }
    writing.abort();
    drop(read);
    let _ = writing.await;
    world.until_idle().await;
    let known: Vec<String> = sqlx::query_scalar("SELECT visit_code FROM hip.visit")
        .fetch_all(&world.pool)
        .await
        .unwrap();
    let lost: Vec<_> = acknowledged.iter().filter(|code| !known.contains(code)).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert!(known.len() < 2_000, "nothing is read ahead of who takes the results");
}

#[tokio::test]
async fn the_command_line_sends_files_and_pipes() {
    let (world, _hip) = World::start().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("visits.ndjson");
    let lines =
        [visit("3001", false).to_string(), "{}".to_owned(), visit("3002", false).to_string()];
    std::fs::write(&file, lines.join("\n")).unwrap();
    let push = |what: &str| {
        let mut command = tokio::process::Command::new(hip_binary());
        command.args(["visit", "push", what, "--url", &world.launch.url]);
        command.env("HIP_API_KEY", API_KEY);
        command
    };
    let output = push(file.to_str().unwrap()).output().await.unwrap();
    let (said, complained) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(1), "{complained}");
    assert!(said.contains("visits.ndjson:1: 3001 recorded"), "{said}");
    assert!(said.ends_with("2 recorded, 0 known already, 1 refused\n"), "{said}");
    assert!(complained.contains("visits.ndjson:2: 422"), "{complained}");

    let mut piped = push("-");
    piped.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all((lines[0].clone() + "\n").as_bytes()).await.unwrap();
    drop(stdin);
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).await.unwrap();
    assert!(child.wait().await.unwrap().success(), "{said}");
    assert!(said.contains("-:1: 3001 known already"), "{said}");
}
