//! An event for tests of the log that need some event, whichever.

use hip_commands::log::codec;
use hip_commands::port::log::{Actor, Append, Expected, Origin};
use hip_domain::access::AccessEvent;
use hip_domain::id::{CareContextReference, FacilityId};
use hip_domain::stream::StreamId;
use uuid::Uuid;

use crate::person::FACILITY;

/// One that concerns nobody, alone in the stream `access-{n}`.
///
/// # Panics
///
/// Never.
pub fn in_stream(n: usize) -> Append {
    let event = AccessEvent::FacilityChosen {
        facility: FacilityId::parse(FACILITY).expect("it is one"),
        visit: CareContextReference::parse("4401").expect("it is one"),
    };
    Append {
        stream: StreamId::stored(format!("access-{n}")),
        stream_type: "access",
        expected: Expected::Any,
        key: n.to_string(),
        origin: Origin {
            correlation: Uuid::nil(),
            causation: None,
            actor: Actor::Door,
            subject: None,
            new_subject: false,
        },
        events: vec![codec::encode(&event)],
    }
}
