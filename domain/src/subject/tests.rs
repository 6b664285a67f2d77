use super::*;
use crate::id::ClientName;
use crate::spec::given;

fn facility() -> FacilityId {
    FacilityId::parse("IN1").unwrap()
}

fn by() -> RequestedBy {
    RequestedBy::Client(ClientName::parse("desk").unwrap())
}

fn ground() -> Ground {
    Ground {
        class: "inpatient".to_owned(),
        legal_ground: "a law".to_owned(),
        until: chrono::DateTime::UNIX_EPOCH,
    }
}

fn request() -> SubjectCommand {
    let reason = Reason::ours("the patient wishes it");
    SubjectCommand::RequestErasure { facility: facility(), by: by(), reason }
}

fn refuse() -> SubjectCommand {
    let reason = Reason::ours("the patient wishes it");
    SubjectCommand::RefuseErasure { facility: facility(), by: by(), reason, ground: ground() }
}

fn erase() -> SubjectCommand {
    SubjectCommand::Erase { destroyed: Destroyed::default(), addresses: vec![] }
}

fn purge() -> SubjectCommand {
    SubjectCommand::Purge { purged: Purged::default() }
}

fn requested() -> SubjectEvent {
    let reason = Reason::ours("the patient wishes it");
    SubjectEvent::ErasureRequested { facility: facility(), by: by(), reason }
}

fn refused() -> SubjectEvent {
    let reason = Reason::ours("the patient wishes it");
    SubjectEvent::ErasureRefused { facility: facility(), by: by(), reason, ground: ground() }
}

fn erased() -> SubjectEvent {
    let destroyed = Destroyed::default();
    SubjectEvent::Erased { facility: facility(), destroyed, addresses: vec![] }
}

fn purged() -> SubjectEvent {
    SubjectEvent::Purged { facility: facility(), purged: Purged::default() }
}

#[test]
fn an_erasure_goes_one_way_and_each_step_is_taken_once() {
    given::<Subject>([]).when(request()).then([requested()]);
    given::<Subject>([requested()]).when(request()).then([]);
    given::<Subject>([requested()]).when(erase()).then([erased()]);
    given::<Subject>([requested(), erased()]).when(erase()).then([]);
    given::<Subject>([requested(), erased()]).when(purge()).then([purged()]);
    given::<Subject>([requested(), erased(), purged()]).when(purge()).then([]);
    given::<Subject>([requested(), erased(), purged()]).when(request()).then([]);
}

#[test]
fn no_step_comes_before_its_time() {
    given::<Subject>([]).when(erase()).then_refused(&SubjectError::NotRequested);
    given::<Subject>([refused()]).when(erase()).then_refused(&SubjectError::NotRequested);
    given::<Subject>([requested()]).when(purge()).then_refused(&SubjectError::NotErased);
}

#[test]
fn a_refusal_is_remembered_and_binds_nobody() {
    given::<Subject>([]).when(refuse()).then([refused()]);
    given::<Subject>([refused()]).when(request()).then([requested()]);
    given::<Subject>([requested()]).when(refuse()).then([]);
}
