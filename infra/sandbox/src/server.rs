//! Receives a call of the HIP: records it, applies faults, processes and answers it.

use std::panic::resume_unwind;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::Response;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tracing::info;

use crate::faults::HeldCall;
use crate::gateway;
use crate::gateway::callbacks;
use crate::journal::{Direction, Entry};
use crate::run::clock;
use crate::wire::message::{GatewayAnswer, GatewayCall, read_body, read_headers};
use crate::wire::operation::Operation;
use crate::wire::peer::Peer;
use crate::wire::version::ApiVersion;
use crate::world::World;

/// Maximum size of a body: 50 MiB for a data push, as in the contract, and a reserve for its envelope.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

#[derive(Clone)]
struct Desk {
    world: Arc<World>,
    peer: Peer,
}

/// Serves one part of the simulator until the simulator stops.
pub(crate) fn serve(world: Arc<World>, peer: Peer, listener: TcpListener) -> JoinHandle<()> {
    let mut stopping = world.stopping.subscribe();
    let router = Router::new().fallback(receive).with_state(Desk { world, peer });
    tokio::spawn(async move {
        let stopped = async move {
            stopping.wait_for(|stopping| *stopping).await.ok();
        };
        let served = axum::serve(listener, router).with_graceful_shutdown(stopped).await;
        if let Err(error) = served {
            tracing::error!(%error, peer = peer.as_str(), "the simulator stopped serving");
        }
    })
}

async fn receive(State(desk): State<Desk>, request: Request) -> Response<Body> {
    let at = clock::now();
    let world = &desk.world;
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        return GatewayAnswer::new(413, Value::Null).to_response();
    };
    let (body, is_json) = read_body(&bytes);
    let headers = read_headers(&parts.headers);
    let path = parts.uri.path();
    let found = Operation::find(desk.peer, parts.method.as_str(), path);
    let operation = found.map(|(operation, _)| operation);
    let request_id = match found {
        Some((_, ApiVersion::V05)) => body["requestId"].as_str().map(str::to_owned),
        Some((_, ApiVersion::V3)) | None => headers.get("REQUEST-ID").cloned(),
    };
    let entry = world.journal.open(Entry {
        at,
        direction: Direction::Out,
        peer: desk.peer,
        operation,
        method: parts.method.to_string(),
        path: parts.uri.path_and_query().map_or(path, |whole| whole.as_str()).to_owned(),
        headers: headers.clone(),
        body: body.clone(),
        status: None,
        answer: Value::Null,
        request_id: request_id.clone(),
        duplicate: false,
        violations: vec![],
    });
    let Some((operation, version)) = found else {
        let mut answer =
            GatewayAnswer::new(404, json!({"code": "404", "message": "No such operation"}));
        answer.violations.push("no such operation".to_owned());
        close(world, entry, None, request_id.as_deref(), &answer);
        return answer.to_response();
    };
    let call =
        GatewayCall { operation, version, at, path: path.to_owned(), headers, body, is_json };
    hindered(world, entry, &call).await.to_response()
}

/// Processes `call` and applies the faults that are set for it.
async fn hindered(world: &Arc<World>, entry: usize, call: &GatewayCall) -> GatewayAnswer {
    let plan = world.faults.plan(call.operation, &call.body);
    let held = HeldCall {
        operation: call.operation,
        request_id: call.request_id().map(str::to_owned),
        entry,
    };
    for hold in &plan.hold_before {
        if !hold.hold(held.clone(), &world.tick, world.stopping.subscribe()).await {
            let body = json!({"code": "ABDM-1024", "message": "The simulator is stopping"});
            return GatewayAnswer::new(503, body);
        }
    }
    let mut answer = match plan.refuse {
        Some((status, body)) => GatewayAnswer {
            retry_after: plan.retry_after.clone(),
            ..GatewayAnswer::new(status, body)
        },
        None => gateway::process(world, call, plan.script.as_ref()),
    };
    // No await between processing and journal: if the caller disconnects, either both have happened or neither.
    close(world, entry, Some(call.operation), call.request_id(), &answer);
    for callback in answer.callbacks.drain(..) {
        if !plan.silence {
            callbacks::send(world, callback);
        }
    }
    for hold in &plan.hold_after {
        hold.hold(held.clone(), &world.tick, world.stopping.subscribe()).await;
    }
    if plan.lose_answer {
        // Ends the task and so the connection, without a log line.
        resume_unwind(Box::new("the answer was lost on purpose"));
    }
    answer
}

fn close(
    world: &World,
    entry: usize,
    operation: Option<Operation>,
    request_id: Option<&str>,
    answer: &GatewayAnswer,
) {
    world.record_violations(operation, request_id, &answer.violations);
    info!(
        operation = operation.map_or("unknown", Operation::name),
        request.id = request_id,
        status = answer.status,
        code = answer.code.as_deref(),
        violation_count = answer.violations.len(),
        "call answered"
    );
    world.journal.complete(entry, |entry| {
        entry.status = Some(answer.status);
        entry.answer = answer.body.clone();
        entry.duplicate = answer.duplicate;
        entry.violations.clone_from(&answer.violations);
    });
}
