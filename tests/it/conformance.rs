//! The twin's own suite: every flow, success and refusal, against the running service.

use hip_sandbox::conformance::{self, Hip};
use hip_tests::World;
use hip_tests::person::FACILITY;
use hip_tests::world::API_KEY;

#[tokio::test]
async fn the_service_passes_the_conformance_suite() {
    let sections = "[linking]\nduplicate_window_s = 0\nsms_without_abha = true\n\
                    [transfer]\nconsent_wait_s = 6\n";
    let (world, _hip) = World::start_with(sections).await;
    let hip = Hip {
        url: world.launch.url.clone(),
        api_key: API_KEY.to_owned(),
        facility: FACILITY.to_owned(),
    };
    let report = Box::pin(conformance::run(&world.sandbox, &hip)).await;
    assert!(report.is_passed(), "{report}");
}
