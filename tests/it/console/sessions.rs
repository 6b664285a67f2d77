//! Sessions: who may have one, when it ends, and that no other site can use it.

use hip_tests::World;
use hip_tests::world::key_of;
use reqwest::StatusCode;

use super::{Visitor, people, world};

#[tokio::test]
async fn people_sign_in_and_systems_do_not() {
    let (world, _hip) = world().await;
    let visitor = Visitor::of(&world);
    for role in ["operator", "auditor", "desk"] {
        let answer = visitor.sign_in(&key_of(role)).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{role}");
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Max-Age") && !cookie.contains("Domain"), "{cookie}");
        let first = if role == "desk" { "/console/desk" } else { "/console/home" };
        assert_eq!(answer.headers()["location"], first);
    }
    let system = visitor.sign_in(&key_of("emr")).await;
    assert_eq!(system.status(), StatusCode::FORBIDDEN);
    assert!(system.text().await.unwrap().contains("belongs to a record system"));
    world.until("access.signed_in", 3).await;
    assert_eq!(world.count("access.signed_in").await, 3);
}

#[tokio::test]
async fn the_sixth_wrong_key_in_a_minute_has_to_wait() {
    let (world, _hip) = world().await;
    let visitor = Visitor::of(&world);
    let wrong = key_of("nobody");
    for _ in 0..5 {
        assert_eq!(visitor.sign_in(&wrong).await.status(), StatusCode::UNAUTHORIZED);
    }
    let refused = visitor.sign_in(&wrong).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key("retry-after"));
    assert!(!world.logged().contains(&wrong), "a key is in no log");
    // A person with the right key at the same address is not kept out.
    assert_eq!(visitor.sign_in(&key_of("operator")).await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_ends_when_it_is_left_is_old_or_its_client_is_gone() {
    let (world, hip) = world().await;
    let [here, idle, old] = [
        Visitor::signed_in(&world, "operator").await,
        Visitor::signed_in(&world, "auditor").await,
        Visitor::signed_in(&world, "desk").await,
    ];
    let mut owner = world.database.as_owner().await;
    let aged = "UPDATE hip.console_session SET seen_at = now() - interval '21 minutes' WHERE client = 'the-auditor'; \
                UPDATE hip.console_session SET ends_at = now() WHERE client = 'the-desk'";
    sqlx::Executor::execute(&mut owner, aged).await.unwrap();
    assert_eq!(here.status("/console/home").await, 200);
    assert_eq!(idle.status("/console/home").await, 303, "20 minutes without a page");
    assert_eq!(old.status("/console/desk").await, 303, "ten hours");

    // What the script fetches on its own keeps no session alive.
    let quiet = "UPDATE hip.console_session SET seen_at = now() - interval '15 minutes'";
    sqlx::Executor::execute(&mut owner, quiet).await.unwrap();
    let live = here.get("/console/home").header("hip-live", "1").send().await.unwrap();
    assert_eq!(live.status(), 200);
    let seen = "SELECT seen_at < now() - interval '14 minutes' FROM hip.console_session WHERE client = 'the-operator'";
    let is_quiet: bool = sqlx::query_scalar(seen).fetch_one(&world.pool).await.unwrap();
    assert!(is_quiet);
    assert_eq!(here.status("/console/home").await, 200);
    let is_quiet: bool = sqlx::query_scalar(seen).fetch_one(&world.pool).await.unwrap();
    assert!(!is_quiet, "a person who opens a page keeps it alive");

    // Signed out in one tab: the other has no session either.
    let out = here.post("/console/sign-out", &[]).send().await.unwrap();
    assert_eq!(out.status(), StatusCode::SEE_OTHER);
    assert_eq!(here.status("/console/home").await, 303);
    world.until("access.signed_out", 1).await;

    // A client that was taken out of the configuration.
    let gone = Visitor::signed_in(&world, "operator").await;
    assert!(hip.terminate());
    let text = std::fs::read_to_string(&world.launch.config).unwrap();
    std::fs::write(&world.launch.config, text.replace("the-operator", "somebody-else")).unwrap();
    let _hip = world.launch.start().await;
    assert_eq!(gone.status("/console/home").await, 303);
}

#[tokio::test]
async fn forms_and_frames_of_other_sites_are_refused() {
    let (world, _hip) = world().await;
    let visitor = Visitor::signed_in(&world, "operator").await;
    let stop = [("stopped", "true")];
    let path = "/console/replays/switch";
    let refused: [(&str, &str); 5] = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ];
    for (name, value) in refused {
        let answer = visitor.bare_post(path, &stop).header(name, value).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}: {value}");
    }
    let without = visitor.bare_post(path, &stop).send().await.unwrap();
    assert_eq!(without.status(), StatusCode::FORBIDDEN);
    let frame = visitor.get("/console/home").header("sec-fetch-site", "cross-site");
    let frame = frame.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "iframe");
    assert_eq!(frame.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let read = visitor.get("/console/home").header("sec-fetch-site", "cross-site");
    let read = read.header("sec-fetch-mode", "cors").send().await.unwrap();
    assert_eq!(read.status(), StatusCode::FORBIDDEN);
    assert_eq!(world.count("replay_switch.stopped").await, 0);
    let own = visitor.bare_post(path, &stop).header("origin", &world.launch.url);
    assert_eq!(own.send().await.unwrap().status(), StatusCode::SEE_OTHER, "our own page");

    // The API does not know the cookie.
    assert_eq!(visitor.status("/v1/consents").await, 401);
}

#[tokio::test]
async fn every_page_says_what_it_may_load() {
    let (world, _hip) = world().await;
    let visitor = Visitor::signed_in(&world, "operator").await;
    for path in ["/console/sign-in", "/console/home", "/console/none", "/console/desk"] {
        let answer = visitor.get(path).send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        for part in
            ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "trusted-types hip"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
        let html = answer.text().await.unwrap();
        for inline in ["<script>", "style=", "onclick=", "<style", "javascript:"] {
            assert!(!html.contains(inline), "{path} has {inline}");
        }
    }
    let html = visitor.get("/console/home").send().await.unwrap().text().await.unwrap();
    let style = html.split("stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = visitor.get(style).send().await.unwrap();
    assert!(style.headers()["cache-control"].to_str().unwrap().contains("immutable"));
}

#[tokio::test]
async fn behind_a_proxy_the_cookie_is_for_https_only() {
    let section = format!("{}[console]\npublic_url = \"https://hip.example\"\n", people());
    let (world, _hip) = World::start_with(&section).await;
    let visitor = Visitor::of(&world);
    let answer = visitor.sign_in(&key_of("operator")).await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-hip=") && cookie.contains("Secure"), "{cookie}");
    let own = visitor.bare_post("/console/sign-out", &[]).header("origin", "https://hip.example");
    assert_eq!(own.send().await.unwrap().status(), StatusCode::SEE_OTHER);
    // Without a public URL another host name is only believed over https.
    let (plain, _hip) = super::world().await;
    let visitor = Visitor::of(&plain);
    let elsewhere = visitor.post("/console/sign-in", &[("key", &key_of("operator"))]);
    let elsewhere = elsewhere.header("host", "hip.lan").header("origin", "http://hip.lan");
    let answer = elsewhere.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(answer.text().await.unwrap().contains("https"));
}

#[tokio::test]
async fn a_console_that_is_switched_off_is_not_there() {
    let (world, _hip) =
        World::start_with(&format!("{}[console]\nenabled = false\n", people())).await;
    assert_eq!(Visitor::of(&world).status("/console/sign-in").await, 404);
}
