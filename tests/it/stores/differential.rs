//! The same commands through `postgres-es` and through our store lead to the same events.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use cqrs_es::{Aggregate, AggregateError, EventStore};
use hip_commands::log::dispatch::{DispatchError, Dispatcher};
use hip_commands::log::store::{AggregateStore, StateCache};
use hip_commands::port::Log;
use hip_commands::port::log::{Actor, Append, Expected, NewEvent, Origin};
use hip_domain::aggregate::LogEvent;
use hip_domain::consent::{
    Consent, ConsentCommand, DateRange, End, Grant, Signature, SignatureState,
};
use hip_domain::id::{ConsentId, ErrorCode, FacilityId, RequestId, SubjectId, TransactionId};
use hip_domain::link_token::{LinkToken, LinkTokenCommand, Refusal, TokenLimits};
use hip_domain::outbound::{Call, Outbound, OutboundCommand};
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use hip_infra::postgres::event_store::PgLog;
use hip_infra::postgres::vault::{LocalKey, PgVault};
use hip_reference::Reference;
use hip_tests::TestDatabase;
use proptest::prelude::*;
use uuid::Uuid;

/// Both stores, over one database.
struct Pair {
    reference: Reference,
    log: Arc<dyn Log>,
    dispatcher: Dispatcher,
    origin: Origin,
    _dir: tempfile::TempDir,
}

impl Pair {
    async fn create(cached: bool) -> Self {
        let database = TestDatabase::create().await;
        let dir = tempfile::tempdir().unwrap();
        let pool = database.as_service(3).await;
        let (key, _) = LocalKey::read_or_create(&dir.path().join("kek")).unwrap();
        let vault = Arc::new(PgVault::new(pool.clone(), Arc::new(key)));
        let log: Arc<dyn Log> = Arc::new(PgLog::start(pool.clone(), pool, vault));
        let origin = Origin {
            correlation: Uuid::nil(),
            causation: None,
            actor: Actor::Process,
            subject: Some(SubjectId(Uuid::from_u128(1))),
            new_subject: false,
        };
        make_subject(&log, &origin).await;
        let cache = cached.then(|| StateCache::new(100));
        let dispatcher = Dispatcher::new(Arc::clone(&log), cache);
        let reference = Reference::connect(&database.url).await.unwrap();
        Self { reference, log, dispatcher, origin, _dir: dir }
    }

    /// Runs the commands through both, one after the other, and compares.
    async fn compare<A>(&self, commands: Vec<A::Command>)
    where
        A: Aggregate<Services = ()> + Clone + 'static,
        A::Event: LogEvent,
        A::Command: Clone + std::fmt::Debug,
    {
        let stream = StreamId::stored(format!("{}-1", A::TYPE));
        for (n, command) in commands.into_iter().enumerate() {
            let theirs = self.reference.execute::<A>(stream.as_str(), command.clone()).await;
            let key = format!("command-{n}");
            let ours =
                self.dispatcher.execute::<A>(&stream, command.clone(), &key, &self.origin).await;
            match (theirs, ours) {
                (Ok(()), Ok(_)) => {}
                (Err(AggregateError::UserError(theirs)), Err(DispatchError::Refused(ours))) => {
                    assert_eq!(theirs.to_string(), ours.to_string(), "{command:?}");
                }
                (theirs, ours) => {
                    panic!(
                        "{command:?}: {:?}, {:?}",
                        theirs.is_ok(),
                        ours.map_err(|e| e.to_string())
                    );
                }
            }
        }
        let theirs = self.reference.events::<A>(stream.as_str()).await.unwrap();
        let store = AggregateStore::<A>::new(Arc::clone(&self.log), None);
        let ours = store.load_events(stream.as_str()).await.unwrap();
        let versions: Vec<_> = ours.iter().map(|envelope| envelope.sequence).collect();
        assert_eq!(versions, (1..=ours.len()).collect::<Vec<_>>());
        let ours: Vec<A::Event> = ours.into_iter().map(|envelope| envelope.payload).collect();
        assert_eq!(theirs, ours);
    }
}

/// The key that confidential parts are sealed with.
async fn make_subject(log: &Arc<dyn Log>, origin: &Origin) {
    let event = NewEvent {
        name: "test.made",
        schema_version: 1,
        clear: b"{}".to_vec(),
        secret: Some(b"x".to_vec().into()),
    };
    let append = Append {
        stream: StreamId::stored("subject-1"),
        stream_type: "test",
        expected: Expected::Version(0),
        key: "subject".to_owned(),
        origin: Origin { new_subject: true, ..origin.clone() },
        events: vec![event],
    };
    log.append(append).await.unwrap();
}

fn at(hours: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 9, 14, 0, 0, 0).unwrap() + TimeDelta::hours(hours)
}

fn facility() -> FacilityId {
    FacilityId::parse("IN1").unwrap()
}

fn consent_command() -> impl Strategy<Value = ConsentCommand> {
    let consent_id = || ConsentId::parse("c-1").unwrap();
    prop_oneof![
        Just(ConsentCommand::Grant {
            grant: Grant {
                consent_id: consent_id(),
                facility: facility(),
                patient: None,
                hiu: None,
                hi_types: vec![],
                care_contexts: vec![],
                date_range: DateRange { from: at(0), to: at(1) },
                erase_at: at(2),
            },
            artefact: Phi::new("{}".to_owned()),
            signature: Signature { state: SignatureState::Unsigned, value: None },
        }),
        prop_oneof![Just(End::Revoked), Just(End::Expired), Just(End::Denied), Just(End::OptedOut)]
            .prop_map(move |how| ConsentCommand::End { consent_id: consent_id(), how }),
    ]
}

fn link_token_command() -> impl Strategy<Value = LinkTokenCommand> {
    let request = |n: u8| RequestId(Uuid::from_u128(n.into()));
    prop_oneof![
        (0..4_u8, 0..4_u8, 0..48_i64).prop_map(move |(context, n, hours)| LinkTokenCommand::Need {
            care_context: StreamId::stored(format!("care-context-{context}")),
            facility: facility(),
            subject: SubjectId(Uuid::from_u128(1)),
            request_id: request(n),
            limits: TokenLimits::default(),
            now: at(hours),
        }),
        (0..4_u8, 0..48_i64).prop_map(move |(n, hours)| LinkTokenCommand::Issue {
            request_id: request(n),
            token: Phi::new("token".to_owned()),
            expires_at: Some(at(hours)),
            now: at(0),
        }),
        (0..4_u8, 0..48_i64, any::<bool>()).prop_map(move |(n, hours, counted)| {
            LinkTokenCommand::Reject {
                request_id: request(n),
                code: ErrorCode::parse("ABDM-1027").unwrap(),
                refusal: if counted { Refusal::Hold(TimeDelta::hours(24)) } else { Refusal::Final },
                counted,
                limits: TokenLimits::default(),
                now: at(hours),
            }
        }),
        (0..4_u8).prop_map(move |n| LinkTokenCommand::Drop { issued_by: request(n) }),
        Just(LinkTokenCommand::Purge),
    ]
}

fn outbound_command() -> impl Strategy<Value = OutboundCommand> {
    let call = || Call::NotifyTransfer { transaction: TransactionId::parse("t").unwrap() };
    prop_oneof![
        Just(OutboundCommand::Plan { call: call(), facility: facility() }),
        Just(OutboundCommand::Attempt { call: call(), facility: facility(), sent: None }),
        Just(OutboundCommand::Accept { status: 202 }),
        Just(OutboundCommand::Fail { status: Some(503), code: None, next_at: at(1) }),
        Just(OutboundCommand::Answer { code: None, reason: None, again: None }),
        Just(OutboundCommand::Abandon {
            status: None,
            code: None,
            reason: "no".to_owned(),
            awaits_trust: false
        }),
    ]
}

fn on_runtime(work: impl Future<Output = ()>) {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap().block_on(work);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn consents(commands in prop::collection::vec(consent_command(), 1..8), cached: bool) {
        on_runtime(async { Pair::create(cached).await.compare::<Consent>(commands).await });
    }

    #[test]
    fn link_tokens(commands in prop::collection::vec(link_token_command(), 1..16), cached: bool) {
        on_runtime(async { Pair::create(cached).await.compare::<LinkToken>(commands).await });
    }

    #[test]
    fn calls(commands in prop::collection::vec(outbound_command(), 1..12), cached: bool) {
        on_runtime(async { Pair::create(cached).await.compare::<Outbound>(commands).await });
    }
}
