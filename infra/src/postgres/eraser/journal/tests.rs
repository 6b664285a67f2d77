use std::io::Write as _;

use secrecy::SecretString;
use uuid::Uuid;

use super::*;
use crate::postgres::vault::{KeyRing, LocalKey};
use hip_domain::id::{FacilityId, SubjectId};

fn kek(n: u8) -> LocalKey {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode([n; 32]);
    LocalKey::parse(&SecretString::from(text)).unwrap()
}

fn keys(current: u8, older: &[u8]) -> JournalKeys {
    JournalKeys::of(&KeyRing::new(kek(current), older.iter().map(|n| kek(*n)).collect()))
}

fn entry(n: u128) -> Entry {
    Entry {
        subject: SubjectId(Uuid::from_u128(n)),
        facility: FacilityId::parse("IN1").unwrap(),
        keys: vec![Uuid::from_u128(n), Uuid::from_u128(n + 1)],
        at: DateTime::UNIX_EPOCH,
    }
}

struct Room {
    dir: tempfile::TempDir,
}

impl Room {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("erasures.jsonl")
    }

    fn journal(&self, current: u8, older: &[u8]) -> Journal {
        Journal::new(self.path(), keys(current, older))
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap()
    }

    fn write(&self, text: &str) {
        std::fs::write(self.path(), text).unwrap();
    }

    fn append(&self, text: &str) {
        let mut file = std::fs::File::options().append(true).open(self.path()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }
}

/// Three erasures under one key.
fn three() -> (Room, Journal) {
    let room = Room::new();
    let journal = room.journal(1, &[]);
    for n in [10, 20, 30] {
        journal.add(&entry(n)).unwrap();
    }
    (room, journal)
}

fn faults(journal: &Journal) -> Vec<(usize, Fault)> {
    journal.checked().unwrap().faults
}

fn erasures(journal: &Journal) -> Vec<(usize, Entry)> {
    journal.checked().unwrap().erasures
}

#[test]
fn the_journal_is_read_again_and_only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (room, journal) = three();
    assert_eq!(erasures(&journal), [(1, entry(10)), (2, entry(20)), (3, entry(30))]);
    assert_eq!(faults(&journal), []);
    assert_eq!(std::fs::metadata(room.path()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_line_cut_short_by_a_crash_is_ignored() {
    let (room, journal) = three();
    room.append(r#"{"says":{"erasure":{"subj"#);
    assert_eq!(erasures(&journal).len(), 3);
    journal.add(&entry(40)).unwrap();
    assert_eq!(erasures(&journal).len(), 4);
    assert_eq!(faults(&journal), []);
}

/// A change to the file, its content afterwards, and the lines that are reported.
type Case = (&'static str, String, Vec<(usize, Fault)>);

/// Changes by an attacker have no effect, and each changed line is reported.
#[test]
fn a_line_that_is_not_as_it_was_written_is_named() {
    let (room, _) = three();
    let text = room.text();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let legacy = serde_json::to_string(&entry(50)).unwrap() + "\n";
    let other = keys(9, &[]).write(Statement::Erasure(entry(50)), [0; 32]) + "\n";
    let named = other.replace(&kek_id(9), &kek_id(1));
    let cases: [Case; 10] = [
        ("added, as earlier versions wrote it", text.clone() + &legacy, vec![(4, Fault::Unproven)]),
        ("added under another key", text.clone() + &other, vec![(4, Fault::OtherKek(kek_id(9)))]),
        ("added under a false name", text.clone() + &named, vec![(4, Fault::Forged)]),
        ("added nonsense", text.clone() + "nonsense\n", vec![(4, Fault::Nonsense)]),
        ("added an empty line", text.clone() + "\n", vec![(4, Fault::Nonsense)]),
        ("said twice", text.clone() + lines[2], vec![(4, Fault::OutOfOrder)]),
        (
            "changed in the last line",
            text.replace(&Uuid::from_u128(31).to_string(), &Uuid::from_u128(99).to_string()),
            vec![(3, Fault::Forged)],
        ),
        (
            "changed in the first line",
            text.replace(&Uuid::from_u128(11).to_string(), &Uuid::from_u128(99).to_string()),
            vec![(1, Fault::Forged), (2, Fault::OutOfOrder), (3, Fault::OutOfOrder)],
        ),
        ("the second is missing", [lines[0], lines[2]].concat(), vec![(2, Fault::OutOfOrder)]),
        (
            "two have changed places",
            [lines[1], lines[0], lines[2]].concat(),
            vec![(1, Fault::OutOfOrder), (2, Fault::OutOfOrder), (3, Fault::OutOfOrder)],
        ),
    ];
    for (what, text, expected) in cases {
        room.write(&text);
        let journal = room.journal(1, &[]);
        assert_eq!(faults(&journal), expected, "{what}");
        let known: Vec<usize> = erasures(&journal).iter().map(|(line, _)| *line).collect();
        assert!(expected.iter().all(|(line, _)| !known.contains(line)), "{what}: acted upon");
        assert!(matches!(journal.add(&entry(60)), Err(JournalError::Faults { .. })), "{what}");
        assert_eq!(room.text(), text, "{what}: nothing is added to it");
    }
}

fn kek_id(n: u8) -> String {
    keys(n, &[]).current().to_owned()
}

#[test]
fn lines_that_were_there_are_missed() {
    let (room, journal) = three();
    let head = journal.checked().unwrap().head();
    let verify = |journal: &Journal| journal.verify(&journal.checked().unwrap(), Some(head));
    verify(&journal).unwrap();
    journal.add(&entry(40)).unwrap();
    verify(&journal).unwrap(); // as in a restored database, which has seen fewer
    let text = room.text();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for fewer in [lines[..2].concat(), String::new()] {
        room.write(&fewer);
        assert!(matches!(verify(&journal), Err(JournalError::Missing { lines: 3, .. })));
    }
    std::fs::remove_file(room.path()).unwrap();
    assert!(matches!(verify(&journal), Err(JournalError::Missing { lines: 3, .. })));
    // Another journal with the same number of lines, all with a valid proof.
    for n in [70, 80, 90] {
        journal.add(&entry(n)).unwrap();
    }
    assert!(matches!(verify(&journal), Err(JournalError::Missing { lines: 3, .. })));
}

#[test]
fn a_new_key_vouches_for_the_lines_of_the_old_one() {
    let (room, _) = three();
    let both = room.journal(2, &[1]);
    assert_eq!(both.checked().unwrap().needed_keks, [kek_id(1)]);
    assert_eq!(faults(&room.journal(2, &[]))[0], (1, Fault::OtherKek(kek_id(1))));
    both.append(Statement::Vouched { at: DateTime::UNIX_EPOCH }, |_| true).unwrap();
    assert_eq!(both.checked().unwrap().needed_keks, [kek_id(2)]);
    let new = room.journal(2, &[]);
    assert_eq!(faults(&new), []);
    assert_eq!(erasures(&new).len(), 3);
    // It covers the earlier lines, and no line that is inserted later.
    room.write(
        &room.text().replace(&Uuid::from_u128(11).to_string(), &Uuid::from_u128(99).to_string()),
    );
    assert!(faults(&new).contains(&(4, Fault::OutOfOrder)));
}

#[test]
fn only_a_journal_that_is_wholly_of_an_earlier_version_may_be_taken_over() {
    let legacy = |n| serde_json::to_string(&entry(n)).unwrap() + "\n";
    let may_be =
        |text: &str, is_known| earlier::may_be_taken_over(&check(text, &keys(1, &[])), is_known);
    assert!(may_be(&(legacy(1) + &legacy(2)), false));
    assert!(!may_be(&legacy(1), true), "the database has seen a journal with proofs");
    assert!(!may_be("", false));
    assert!(!may_be(&(legacy(1) + "nonsense\n"), false));
    let proven = keys(1, &[]).write(Statement::Erasure(entry(3)), Sha256::digest([]).into()) + "\n";
    assert!(!may_be(&(proven + &legacy(1)), false));
}
