//! What is noticed at the door is remembered, without a decision.

use hip_domain::access::AccessEvent;
use hip_domain::id::SubjectId;
use hip_domain::stream::StreamId;
use uuid::Uuid;

use crate::codec;
use crate::port::log::{Actor, Append, Expected, LogError, Origin};
use crate::provider::Provider;

/// Stores an event in the stream of the day. What was stored under a key is not stored again.
pub(crate) async fn remember(
    provider: &Provider,
    event: &AccessEvent,
    key: &str,
    correlation: Uuid,
    subject: Option<SubjectId>,
) -> Result<(), LogError> {
    let append = Append {
        stream: StreamId::access(provider.clock.now().date_naive()),
        stream_type: "access",
        expected: Expected::Any,
        key: key.to_owned(),
        origin: Origin {
            correlation,
            causation: None,
            actor: Actor::Door,
            subject,
            new_subject: false,
        },
        events: vec![codec::encode(event)],
    };
    provider.log.append(append).await?;
    Ok(())
}
