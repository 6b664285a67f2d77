//! An operator replays what was given up.

use hip_tests::browser::{Browser, LOOKS};

use super::{Visitor, sign_in, world_with_a_failure};

#[tokio::test]
async fn a_cause_is_replayed_in_five_presses() {
    let Some(browser) = Browser::start().await else { return };
    let (world, _hip) = world_with_a_failure().await;
    browser.look(LOOKS[0]).await;
    sign_in(&browser, &world, "operator").await;
    browser.until("One message was given up.").await;
    browser.press(".needs .button").await;
    browser.check("what was given up").await;
    browser.screenshot("dead-letters-one").await;
    browser.press("article .button").await;
    browser.press("form .actions button").await;
    browser.until("It would replay one message").await;
    browser.check("a rehearsal").await;
    browser.screenshot("replays-rehearsed").await;
    browser.press("button[formaction='/console/replays']").await;
    browser.until("Completed").await;
    browser.check("an order").await;
    browser.screenshot("replay-light").await;
    assert_eq!(world.count("replay.ordered").await, 1);
}

#[tokio::test]
async fn an_order_that_is_sent_twice_is_one_order_and_a_wrong_number_gives_none() {
    let (world, _hip) = world_with_a_failure().await;
    let visitor = Visitor::signed_in(&world, "operator").await;
    let order = "6f1b7f5e-0000-4000-8000-00000000aa01";
    let fields = [("direction", "callback"), ("status", "failed"), ("order", order)];
    for _ in 0..2 {
        let given = visitor.post("/console/replays", &fields).send().await.unwrap();
        assert_eq!(given.status(), 303, "{}", given.text().await.unwrap());
        assert_eq!(given.headers()["location"], format!("/console/replays/{order}"));
    }
    assert_eq!(world.count("replay.ordered").await, 1);
    let wrong = [("why", "call 9876543210"), ("status", "failed")];
    let refused = visitor.post("/console/replays/new", &wrong).send().await.unwrap();
    assert!(refused.text().await.unwrap().contains("names nobody"), "a reason names nobody");
    let auditor = Visitor::signed_in(&world, "auditor").await;
    assert_eq!(auditor.post("/console/replays", &fields).send().await.unwrap().status(), 403);
}
