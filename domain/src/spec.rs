//! The test language for aggregates: `given(events).when(command).then(events)`.

use cqrs_es::Aggregate;
use cqrs_es::test::TestFramework;

/// The past events of a test.
pub(crate) struct Given<A: Aggregate>(Vec<A::Event>);

/// Starts from these past events.
pub(crate) fn given<A: Aggregate<Services = ()>>(
    events: impl IntoIterator<Item = A::Event>,
) -> Given<A> {
    Given(events.into_iter().collect())
}

impl<A: Aggregate<Services = ()>> Given<A>
where
    A::Error: PartialEq,
{
    /// Decides on a command.
    pub(crate) fn when(self, command: A::Command) -> Decision<A> {
        let executor = TestFramework::<A>::with(()).given(self.0);
        Decision(executor.when(command).inspect_result())
    }
}

/// The decision.
pub(crate) struct Decision<A: Aggregate>(Result<Vec<A::Event>, A::Error>);

impl<A: Aggregate> Decision<A>
where
    A::Error: PartialEq,
{
    /// Expects exactly these events.
    #[track_caller]
    pub(crate) fn then(self, expected: impl IntoIterator<Item = A::Event>) {
        let events = self.0.unwrap_or_else(|error| panic!("refused: {error}"));
        assert_eq!(events, expected.into_iter().collect::<Vec<_>>());
    }

    /// Expects a refusal with this error.
    #[track_caller]
    pub(crate) fn then_refused(self, expected: &A::Error) {
        match self.0 {
            Ok(events) => panic!("expected a refusal, got {events:?}"),
            Err(error) => assert!(error == *expected, "refused with another error: {error}"),
        }
    }
}
