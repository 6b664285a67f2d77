//! What our aggregates add to those of `cqrs-es`.

use crate::sealed::SealedPart;

/// An event that our log can hold.
///
/// In the log the clear part is the event's JSON, `{"<stored name>": {…}}`, and the sealed part is
/// an envelope beside it. A stored name never changes; a changed shape gets a new version and an
/// upcaster.
pub trait LogEvent: cqrs_es::DomainEvent {
    /// `<aggregate>.<past tense>`, as stored.
    fn name(&self) -> &'static str;

    /// The confidential part, for an event that has one.
    fn sealed(&self) -> Option<&dyn SealedPart> {
        None
    }

    /// The same, to open or to erase it.
    fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
        None
    }
}

/// Implements `cqrs-es`'s aggregate for a type with `decide` and `evolve`.
///
/// `decide(&self, command) -> Result<Vec<Event>, Error>` is pure, `evolve(&mut self, event)` total.
/// Services are `()`: an aggregate decides, it does not call out.
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

        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                $crate::aggregate::LogEvent::name(self).to_owned()
            }

            fn event_version(&self) -> String {
                "1".to_owned()
            }
        }
    };
}
pub(crate) use aggregate;
