//! That somebody has looked at what is known of a person is remembered before they are answered.

use hip_domain::access::{AccessEvent, View};
use hip_domain::id::SubjectId;

use crate::caller::Caller;
use crate::noticed::remember;
use crate::port::log::LogError;
use crate::provider::Provider;

/// Remembers that the caller looks at a person in this way: once an hour, however often they do.
///
/// # Errors
///
/// The log cannot be written.
pub async fn viewed(
    provider: &Provider,
    caller: &Caller,
    view: View,
    subject: SubjectId,
) -> Result<(), LogError> {
    let client = caller.name.clone();
    let hour = provider.clock.now().format("%Y%m%d%H");
    let key = format!("access:viewed:{client}:{view:?}:{subject}:{hour}");
    let event = AccessEvent::PersonViewed { client, view };
    remember(provider, &event, &key, provider.ids.random(), Some(subject)).await
}
