//! What the law wants kept is not erased, and the refusal says by which law.

use hip_tests::World;
use hip_tests::person::{FACILITY, visit};
use serde_json::Value;

use super::{REASON, erase, lines, opened};

const RETENTION: &str = "[[retention]]\nclass = \"treatment\"\napplies_to = \"visits\"\nkeep_for_days = 36500\n\
                         legal_ground = \"a law of the suite\"\n\
                         [[retention]]\nclass = \"trail\"\napplies_to = \"disclosures\"\nkeep_for_days = 36500\n\
                         legal_ground = \"nothing was disclosed\"\n";

#[tokio::test]
async fn erasure_of_retained_data_is_refused_with_its_ground() {
    let (world, _hip) = World::start_with(RETENTION).await;
    world.push(&visit("3101", true)).await;
    world.until("visit.linked", 1).await;
    for named in [["--abha", "kavya.n90@sbx"], ["--patient", "88001234"]] {
        let refused = erase(&world, &[&named[..], &REASON, &["--json"]].concat()).await;
        assert_eq!(refused.status.code(), Some(1));
        let [told] = <[Value; 1]>::try_from(lines(&refused)).unwrap();
        assert_eq!(told["state"], "refused", "{told}");
        assert_eq!(told["facilityId"], FACILITY);
        assert_eq!(told["ground"]["class"], "treatment");
        assert_eq!(told["ground"]["legalGround"], "a law of the suite");
    }
    assert_eq!(world.count("subject.erasure_refused").await, 2);
    assert_eq!(world.count("subject.erasure_requested").await, 0);
    let (found, _, erased) = opened(&world, &["Kavya"]).await;
    assert_eq!((found.len(), erased), (1, 0));
    assert_eq!(world.show("3101").await["linked"], true);
}

#[tokio::test]
async fn an_unknown_patient_and_a_reason_with_personal_data_are_refused() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3102", true)).await;
    world.until("visit.linked", 1).await;
    for wrong in [
        &["--abha", "somebody.else@sbx", "--reason", "a wish"][..],
        &["--patient", "1", "--reason", "a wish"],
        &["--abha", "kavya.n90@sbx", "--reason", "kavya.n90@sbx wishes it"],
        &["--abha", "kavya.n90@sbx", "--reason", "9845012345 called"],
    ] {
        let refused = erase(&world, wrong).await;
        assert_eq!(refused.status.code(), Some(1), "{wrong:?}");
        assert!(refused.stdout.is_empty());
    }
    assert_eq!(world.count("subject.erasure_requested").await, 0);
}
