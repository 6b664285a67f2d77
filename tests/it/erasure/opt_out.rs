//! A deleted ABHA erases nobody, unless the operator wants it to.

use hip_sandbox::{ApiVersion, PatientStatus};
use hip_tests::World;
use hip_tests::person::{FACILITY, visit};

use super::{hers, opened, traces};

async fn left(world: &World, status: PatientStatus) {
    let phr = world.sandbox.phr();
    phr.patient_status("kavya.n90@sbx", FACILITY, status, ApiVersion::V3);
    world.until("patient.abha_detached", 1).await;
    world.until_idle().await;
}

async fn linked(sections: &str) -> (World, hip_tests::process::HipProcess) {
    let (world, hip) = World::start_with(sections).await;
    world.push(&visit("3201", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    (world, hip)
}

#[tokio::test]
async fn without_a_word_from_the_operator_the_records_stay() {
    let (world, _hip) = linked("").await;
    left(&world, PatientStatus::Deleted).await;
    assert_eq!(world.count("subject.erasure_requested").await, 0);
    assert_eq!(opened(&world, &["Migraine"]).await.0.len(), 1);
}

#[tokio::test]
async fn a_deleted_abha_takes_the_person_along_where_that_is_wanted() {
    let (world, _hip) = linked("[erasure]\non_opt_out = \"erase\"\n").await;
    left(&world, PatientStatus::Deleted).await;
    world.until("subject.purged", 1).await;
    world.until_idle().await;
    assert_eq!(opened(&world, hers()).await.0.len(), 0);
    assert_eq!(traces(&world, hers()).await, [""; 0]);
}

#[tokio::test]
async fn a_deactivated_abha_may_come_back_and_erases_nobody() {
    let (world, _hip) = linked("[erasure]\non_opt_out = \"erase\"\n").await;
    left(&world, PatientStatus::Deactivated).await;
    assert_eq!(world.count("subject.erasure_requested").await, 0);
}
