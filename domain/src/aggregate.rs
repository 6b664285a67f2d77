//! Extensions of the aggregates of `cqrs-es`.

use crate::sealed::SealedPart;

/// An event that can be stored in the log.
///
/// The clear part is stored as JSON, `{"<stored name>": {…}}`, and the sealed part as an envelope beside it. A stored
/// name never changes. A changed format gets a new version and an upcaster.
pub trait LogEvent: cqrs_es::DomainEvent {
    /// The stored name: `<aggregate>.<past tense>`.
    fn name(&self) -> &'static str;

    /// The sealed part, if the event has one.
    fn sealed(&self) -> Option<&dyn SealedPart> {
        None
    }

    /// The sealed part for opening or erasing it.
    fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
        None
    }
}

/// Implements `cqrs-es`'s `Aggregate` for a type with `decide` and `evolve`.
///
/// `decide(&self, command) -> Result<Vec<Event>, Error>` is pure; `evolve(&mut self, event)` accepts every event.
/// Services are `()`, because an aggregate makes no calls.
macro_rules! aggregate {
    ($aggregate:ty, $name:literal, $command:ty, $event:ty, $error:ty) => {
        impl cqrs_es::Aggregate for $aggregate {
            const TYPE: &'static str = $name;
            type Command = $command;
            type Event = $event;
            type Error = $error;
            type Services = ();

            async fn handle(
                &mut self,
                command: $command,
                (): &(),
                sink: &cqrs_es::event_sink::EventSink<Self>,
            ) -> Result<(), $error> {
                for event in self.decide(command)? {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, event: $event) {
                self.evolve(event);
            }
        }
    };
}
pub(crate) use aggregate;
