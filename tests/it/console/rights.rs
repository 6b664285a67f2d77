//! Who sees which page.

use hip_infra::config::key_sha256;
use hip_tests::World;
use hip_tests::person::{FACILITY, visit};
use hip_tests::world::key_of;
use serde_json::json;

use super::{Visitor, busy_world};

/// Pages, and the roles that see them.
const PAGES: [(&str, &[&str]); 15] = [
    ("/console/home", &["operator", "auditor"]),
    ("/console/dead-letters", &["operator", "auditor"]),
    ("/console/replays", &["operator", "auditor"]),
    ("/console/replays/new", &["operator"]),
    ("/console/desk", &["operator", "auditor", "desk"]),
    ("/console/visits", &["operator", "auditor"]),
    ("/console/visits/3002", &["operator", "auditor"]),
    ("/console/consents", &["operator", "auditor"]),
    ("/console/transfers", &["operator", "auditor"]),
    ("/console/facilities", &["operator", "auditor"]),
    ("/console/visit-jobs", &["operator", "auditor"]),
    ("/console/projections", &["operator", "auditor"]),
    ("/console/log", &["operator", "auditor"]),
    ("/console/tools", &["operator", "auditor", "desk"]),
    ("/console/settings", &["operator", "auditor", "desk"]),
];

#[tokio::test]
async fn every_page_is_open_to_its_roles_and_names_them_to_others() {
    let (world, _hip) = busy_world().await;
    let nobody = Visitor::of(&world);
    for (path, _) in PAGES {
        let answer = nobody.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{path}");
        let to = answer.headers()["location"].to_str().unwrap();
        assert!(to.starts_with("/console/sign-in?next=%2Fconsole%2F"), "{to}");
    }
    for role in ["operator", "auditor", "desk"] {
        let visitor = Visitor::signed_in(&world, role).await;
        let mut menu = String::new();
        for (path, roles) in PAGES {
            let answer = visitor.get(path).send().await.unwrap();
            let expected = if roles.contains(&role) { 200 } else { 403 };
            assert_eq!(answer.status().as_u16(), expected, "{path} as {role}");
            let page = answer.text().await.unwrap();
            if expected == 403 {
                assert!(page.contains("operator"), "{path} as {role} names no role: {page}");
            }
            menu = page;
        }
        // The menu names nothing that is refused.
        for (path, roles) in PAGES.into_iter().filter(|(path, _)| path.matches('/').count() == 2) {
            let named = menu.contains(&format!("href=\"{path}\""));
            assert_eq!(named, roles.contains(&role), "{path} in the menu of {role}");
        }
        assert_eq!(
            visitor.status("/console/visits/none").await,
            if role == "desk" { 403 } else { 404 }
        );
        assert_eq!(visitor.status("/console/none").await, 404);
    }
}

#[tokio::test]
async fn what_belongs_to_another_facility_is_not_there() {
    let other = "IN0610099002";
    let digest = key_sha256(&key_of("guest"));
    let sections = format!(
        "[[facility]]\nid = {other:?}\nname = \"PHC Other\"\n\
         [[client]]\nname = \"guest\"\nroles = [\"operator\"]\nfacilities = [{other:?}]\nkey_sha256 = {digest:?}\n"
    );
    let (world, _hip) = World::start_with(&sections).await;
    world.push(&visit("3001", false)).await;
    let mut theirs = visit("4001", false);
    theirs["facility"]["abdmFacilityId"] = json!(other);
    world.push(&theirs).await;
    world.until("care_context.registered", 2).await;
    world.until_idle().await;
    let guest = Visitor::signed_in(&world, "guest").await;
    let list = guest.get("/console/visits").send().await.unwrap().text().await.unwrap();
    assert!(list.contains("4001") && !list.contains("3001"), "{list}");
    assert_eq!(guest.status("/console/visits/4001").await, 200);
    assert_eq!(guest.status("/console/visits/3001").await, 404);
    assert_eq!(guest.status(&format!("/console/visits/3001?facility={FACILITY}")).await, 404);
    assert_eq!(guest.status("/console/log").await, 403, "the log is of all facilities");
}

#[tokio::test]
async fn what_is_pasted_leads_to_its_page_and_an_address_to_no_url() {
    let (world, _hip) = busy_world().await;
    let visitor = Visitor::signed_in(&world, "operator").await;
    let id = |query: &'static str| sqlx::query_scalar::<_, String>(query).fetch_one(&world.pool);
    let consent = id("SELECT consent_id FROM hip.consent").await.unwrap();
    let transfer = id("SELECT transaction_id FROM hip.data_flow_request").await.unwrap();
    let cases = [
        ("3002", "/console/visits/3002".to_owned()),
        (consent.as_str(), format!("/console/consents/{consent}")),
        (transfer.as_str(), format!("/console/transfers/{transfer}")),
        ("ABDM-1207", "/console/tools?code=ABDM-1207".to_owned()),
        ("kavya.n90@sbx", "/console/desk".to_owned()),
    ];
    for (what, expected) in cases {
        let answer = visitor.post("/console/find", &[("what", what)]).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{what}");
        assert_eq!(answer.headers()["location"], expected, "{what}");
    }
    for unknown in ["f00d", "a\0b", &"9".repeat(300)] {
        let answer = visitor.post("/console/find", &[("what", unknown)]).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{unknown:?}");
    }
    let tools = visitor.get("/console/tools?code=ABDM-1207").send().await.unwrap();
    assert!(tools.text().await.unwrap().contains("value=\"ABDM-1207\""));
}
