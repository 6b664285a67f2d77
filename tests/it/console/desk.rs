//! The desk: a nurse sees in Hindi why a visit is not linked, without a code, and links it.

use hip_sandbox::Operation;
use hip_tests::World;
use hip_tests::browser::{Browser, LOOKS};
use hip_tests::person::visit;

use super::{Visitor, in_hindi, people, sign_in, world};

#[tokio::test]
async fn a_refused_link_is_explained_at_the_desk_in_hindi_without_a_code() {
    let (world, _hip) = world().await;
    let Some(browser) = Browser::start().await else { return };
    // The network refuses the first token: names differ.
    let faults = world.sandbox.faults();
    faults.answer_with_error(Operation::GenerateToken, 1, "ABDM-1207", "does not match");
    world.push(&visit("3002", true)).await;
    world.until("link_token.rejected", 1).await;
    world.until_idle().await;
    browser.look(LOOKS[0]).await;
    sign_in(&browser, &world, "desk").await;
    in_hindi(&browser, &world).await;
    browser.press(".side a[href='/console/desk']").await;
    browser.fill("#address", "kavya.n90").await;
    browser.press("#search button").await;
    browser.until("ABHA कार्ड से मिलाएँ").await;
    browser.check("the desk after a refusal").await;
    browser.screenshot("desk-refused-hindi").await;
    assert!(!browser.text().await.contains("ABDM"), "the desk sees no code");
    // The network takes the next request only later: the page says when.
    browser.until("अगला अनुरोध इस समय हो सकेगा").await;
    assert!(!browser.path().await.contains("kavya"), "an address is in no URL");
}

#[tokio::test]
async fn a_visit_is_linked_at_the_desk_and_the_page_follows() {
    let window = "[linking]\nduplicate_window_s = 0\n";
    let (world, _hip) = World::start_with(&(people() + window)).await;
    let Some(browser) = Browser::start().await else { return };
    let faults = world.sandbox.faults();
    faults.answer_with_error(Operation::GenerateToken, 1, "ABDM-1207", "does not match");
    world.push(&visit("3002", true)).await;
    world.until("link_token.rejected", 1).await;
    world.until_idle().await;
    browser.look(LOOKS[0]).await;
    sign_in(&browser, &world, "desk").await;
    in_hindi(&browser, &world).await;
    browser.press(".side a[href='/console/desk']").await;
    browser.fill("#address", "kavya.n90").await;
    browser.press("#search button").await;
    browser.press(".visits form button").await;
    // Nobody presses anything any more.
    browser.until("रोगी यह विज़िट अपने ऐप में देख सकता है।").await;
    browser.check("the desk after a link").await;
    browser.screenshot("desk-linked-hindi").await;
    assert_eq!(world.count("visit.linked").await, 1);
}

#[tokio::test]
async fn an_address_that_nobody_has_is_said_and_recorded_nowhere() {
    let (world, _hip) = world().await;
    world.push(&visit("3002", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    let visitor = Visitor::signed_in(&world, "desk").await;
    let search = async |address: &str| {
        let answer = visitor.post("/console/desk", &[("address", address)]).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    };
    assert!(search("somebody.else@sbx").await.contains("Nobody here has this address"));
    assert_eq!(world.count("access.person_viewed").await, 0);
    assert!(search("kavya.n90").await.contains("sees this visit in their app"));
    world.until("access.person_viewed", 1).await;
    assert!(search("").await.contains("Type the ABHA address"), "an empty field finds nobody");
}
