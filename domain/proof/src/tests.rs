//! Seals and proofs, and what becomes of them when the log does not stay what it was.

use chrono::{TimeDelta, TimeZone, Utc};
use uuid::Uuid;

use crate::{
    Chain, Fault, FaultKind, Hash, LogCheck, NotProven, Proof, ProvenEvent, Published,
    RestartStatement, Seal, SealError, SigningKey, Statement, Tree, follow, path, sha256,
};

fn key(seed: u8) -> SigningKey {
    SigningKey::from_random(&[seed; 32]).unwrap()
}

fn event(position: i64) -> ProvenEvent {
    ProvenEvent {
        position,
        stream: "consent-1".to_owned(),
        version: position,
        id: Uuid::from_u128(position.unsigned_abs().into()),
        event_type: "consent.revoked".to_owned(),
        schema_version: 1,
        recorded_at: Utc.with_ymd_and_hms(2026, 9, 14, 7, 0, 0).unwrap(),
        correlation: Uuid::from_u128(2),
        causation: None,
        subject: Some(Uuid::from_u128(3)),
        codec: 1,
        body_digest: sha256(b"body"),
        meta_digest: sha256(b"meta"),
        previous_hash: sha256(&position.to_be_bytes()),
    }
}

fn log(count: i64) -> Vec<Hash> {
    (1..=count).map(|position| event(position).hash()).collect()
}

/// Seals of three events each, as far as they go.
fn sealed(log: &[Hash], key: &SigningKey) -> Vec<Seal> {
    let mut seals: Vec<Seal> = vec![];
    for (n, hashes) in (0_i64..).zip(log.chunks_exact(3)) {
        let mut tree = Tree::default();
        for hash in hashes {
            tree.push(hash);
        }
        let statement = Statement {
            shard: 0,
            from: n * 3 + 1,
            to: n * 3 + 3,
            root: tree.root().unwrap(),
            previous: seals.last().map_or(Statement::NO_PREVIOUS, Seal::digest),
            sealed_at: Utc.with_ymd_and_hms(2026, 9, 14, 7, 0, 0).unwrap() + TimeDelta::minutes(n),
            key_id: key.id().clone(),
        };
        seals.push(statement.sign(key));
    }
    seals
}

fn check(log: &[Hash], seals: &[Seal], after: i64) -> Result<(), Fault> {
    let mut check = LogCheck::new(seals, after);
    for (position, hash) in (1..).zip(log).skip(usize::try_from(after).unwrap()) {
        check.event(position, hash)?;
    }
    check.end(i64::try_from(log.len()).unwrap())
}

#[test]
fn a_log_that_stayed_what_it_was_agrees_from_anywhere() {
    let (log, key) = (log(11), key(1));
    let seals = sealed(&log, &key);
    assert_eq!(follow(&seals, &key.public()), Ok(()));
    for after in 0..11 {
        assert_eq!(check(&log, &seals, after), Ok(()), "after {after}");
    }
}

#[test]
fn events_that_changed_places_were_changed_or_cut_off_are_found() {
    let (log, key) = (log(11), key(1));
    let seals = sealed(&log, &key);
    let range = |log: &[Hash]| check(log, &seals, 0).map_err(|fault| (fault.from, fault.to));
    let mut swapped = log.clone();
    swapped.swap(4, 5);
    assert_eq!(range(&swapped), Err((4, 6)));
    let mut changed = log.clone();
    changed[8][31] ^= 1;
    assert_eq!(range(&changed), Err((7, 9)));
    assert_eq!(range(&log[..7]), Err((8, 9)));
    assert_eq!(range(&log[..9]), Ok(()), "what was never sealed can go unseen");
}

#[test]
fn seals_that_were_left_out_changed_or_signed_by_another_are_found() {
    let (log, mine, other) = (log(12), key(1), key(2));
    let seals = sealed(&log, &mine);
    let kind =
        |seals: &[Seal]| follow(seals, &mine.public()).map_err(|fault| (fault.from, fault.kind));
    let without = |index| [&seals[..index], &seals[index + 1..]].concat();
    assert_eq!(kind(&without(0)), Err((4, FaultKind::OutOfLine)));
    assert_eq!(kind(&without(2)), Err((10, FaultKind::OutOfLine)));
    let mut changed = seals.clone();
    changed[1].statement.to = 7;
    assert_eq!(kind(&changed), Err((4, FaultKind::Seal(SealError::Signature))));
    let stranger = FaultKind::Seal(SealError::UnknownKey(other.id().clone()));
    assert_eq!(kind(&sealed(&log, &other)), Err((1, stranger)));
    // The same words, signed again: what follows does not follow from them.
    let mut again = seals.clone();
    again[1].statement.sealed_at += TimeDelta::seconds(1);
    again[1] = again[1].statement.clone().sign(&mine);
    assert_eq!(kind(&again), Err((7, FaultKind::OutOfLine)));
}

#[test]
fn a_proof_is_of_one_event_at_one_place() {
    let (log, key) = (log(11), key(1));
    let seals = sealed(&log, &key);
    for position in 1..=9_i64 {
        let index = usize::try_from(position - 1).unwrap();
        let (seal, under) = (&seals[index / 3], &log[index / 3 * 3..][..3]);
        let proof = Proof::new(event(position), path(under, index % 3).unwrap(), seal.clone());
        assert_eq!(proof.check(&key.public()), Ok(()));
        let json = serde_json::to_string(&proof).unwrap();
        assert_eq!(serde_json::from_str::<Proof>(&json).unwrap(), proof);

        let changed = |change: fn(&mut Proof)| {
            let mut changed = proof.clone();
            change(&mut changed);
            changed.check(&key.public())
        };
        assert_eq!(changed(|proof| proof.event.body_digest[0] ^= 1), Err(NotProven::Root));
        assert_eq!(changed(|proof| proof.event.event_type.push('x')), Err(NotProven::Root));
        assert_eq!(changed(|proof| proof.path.clear()), Err(NotProven::Root));
        assert!(changed(|proof| proof.event.position += 1).is_err());
        let elsewhere = changed(|proof| proof.event.position += 3);
        assert!(matches!(elsewhere, Err(NotProven::Elsewhere { .. })), "{elsewhere:?}");
        let forged = changed(|proof| proof.seal.statement.root = proof.event.hash());
        assert_eq!(forged, Err(NotProven::Seal(SealError::Signature)));
    }
}

#[test]
fn keys_are_written_and_read_and_have_one_name() {
    let key = key(7);
    let read = SigningKey::from_pem(&key.to_pem()).unwrap();
    assert_eq!(read.id(), key.id());
    let mut keys = crate::PublicKeys::default();
    keys.add_pem(&key.public_pem()).unwrap();
    assert_eq!(sealed(&log(3), &read)[0].check(&keys), Ok(()));
    assert!(keys.add_pem(&key.to_pem()).is_err(), "a secret is no public key");
    assert!(!format!("{key:?}").contains("PRIVATE"));
}

#[test]
fn seals_go_on_from_an_earlier_one_when_that_is_signed() {
    let (before, key, other) = (log(12), key(1), key(2));
    let seals = sealed(&before, &key);
    let given_up = Chain { seals: seals.clone(), restarts: vec![] };
    let at = seals[0].statement.sealed_at;
    let restart = |key: &SigningKey| {
        let statement = given_up.restart(2, at, key.id().clone()).unwrap();
        Published::Restart(statement.sign(key))
    };
    // The log has the first seven events, and then others.
    let after = sealed(&[log(7), log(3)].concat(), &key);
    assert_eq!(after[..2], seals[..2]);
    let lines = |restart: Published| -> Vec<Published> {
        let before = seals.iter().cloned().map(Published::Seal);
        let after = after[2..].iter().cloned().map(Published::Seal);
        before.chain([restart]).chain(after).collect()
    };
    let found = crate::check(lines(restart(&key)), &key.public()).unwrap();
    assert_eq!(found.seals, after);
    let statement = &found.restarts[0];
    assert_eq!((statement.restart_after, statement.lost_through), (6, 12));
    let json = serde_json::to_string(&restart(&key)).unwrap();
    assert_eq!(serde_json::from_str::<Published>(&json).unwrap(), restart(&key));

    let fault = |lines: Vec<Published>| crate::check(lines, &key.public()).unwrap_err().kind;
    assert!(matches!(fault(lines(restart(&other))), FaultKind::Seal(SealError::UnknownKey(_))));
    let changed = |change: fn(&mut RestartStatement)| {
        let mut statement = given_up.restart(2, at, key.id().clone()).unwrap();
        change(&mut statement);
        lines(Published::Restart(statement.sign(&key)))
    };
    assert_eq!(fault(changed(|it| it.restart_after = 3)), FaultKind::OutOfLine);
    assert_eq!(fault(changed(|it| it.lost_through = 9)), FaultKind::OutOfLine);
    assert_eq!(fault(changed(|it| it.given_up[0] ^= 1)), FaultKind::OutOfLine);
    assert_eq!(fault(changed(|it| it.kept[0] ^= 1)), FaultKind::OutOfLine);
    // Said by nobody, the seals do not follow each other.
    let silent = lines(restart(&key)).into_iter().filter(|line| matches!(line, Published::Seal(_)));
    assert_eq!(fault(silent.collect()), FaultKind::OutOfLine);
}
