use super::*;
use crate::spec::given;

fn facility() -> FacilityId {
    FacilityId::parse("IN1").unwrap()
}

fn pause(words: &str) -> FacilityCommand {
    FacilityCommand::PauseIntake { facility: facility(), reason: Some(words.to_owned()) }
}

fn resume() -> FacilityCommand {
    FacilityCommand::ResumeIntake { facility: facility() }
}

fn paused(words: &str) -> FacilityEvent {
    FacilityEvent::IntakePaused { facility: facility(), reason: Some(words.to_owned()) }
}

fn resumed() -> FacilityEvent {
    FacilityEvent::IntakeResumed { facility: facility() }
}

#[test]
fn a_pause_is_said_once_for_each_reason() {
    given::<Facility>([]).when(pause("stocktaking")).then([paused("stocktaking")]);
    given::<Facility>([paused("stocktaking")]).when(pause("stocktaking")).then([]);
    given::<Facility>([paused("stocktaking")]).when(pause("fire")).then([paused("fire")]);
}

#[test]
fn only_what_is_paused_is_resumed() {
    given::<Facility>([]).when(resume()).then([]);
    given::<Facility>([paused("fire")]).when(resume()).then([resumed()]);
    given::<Facility>([paused("fire"), resumed()]).when(resume()).then([]);
    given::<Facility>([paused("fire"), resumed()]).when(pause("fire")).then([paused("fire")]);
}

fn rename(to: &str) -> FacilityCommand {
    FacilityCommand::Rename { facility: facility(), to: FacilityId::parse(to).unwrap() }
}

fn renamed(to: &str) -> FacilityEvent {
    FacilityEvent::Renamed { facility: facility(), to: FacilityId::parse(to).unwrap() }
}

#[test]
fn a_new_id_is_said_once_and_the_first_may_come_back() {
    given::<Facility>([]).when(rename("IN2")).then([renamed("IN2")]);
    given::<Facility>([]).when(rename("IN1")).then([]);
    given::<Facility>([renamed("IN2")]).when(rename("IN2")).then([]);
    given::<Facility>([renamed("IN2")]).when(rename("IN1")).then([renamed("IN1")]);
    given::<Facility>([paused("fire"), renamed("IN2")]).when(pause("fire")).then([]);
}
