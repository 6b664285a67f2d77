//! Every screen in a real browser: light, dark, as narrow as a telephone, and in Hindi. axe finds nothing, the content
//! policy refuses nothing, and no page is wider than its window. Pictures are in `target/screens`.

use hip_tests::browser::{Browser, LOOKS};
use hip_tests::person::SECRETS;

use super::{busy_world, in_hindi, sign_in};

/// The screens, with the names of their pictures.
const SCREENS: [&str; 14] = [
    "home",
    "dead-letters",
    "replays",
    "replays/new",
    "desk",
    "visits",
    "visits/3002",
    "consents",
    "transfers",
    "facilities",
    "visit-jobs",
    "projections",
    "log",
    "tools",
];

#[tokio::test]
async fn every_screen_can_be_used_by_everybody() {
    let (world, _hip) = busy_world().await;
    let Some(browser) = Browser::start().await else { return };
    let url = &world.launch.url;
    browser.look(LOOKS[0]).await;
    browser.go(&format!("{url}/console/home")).await;
    browser.check("sign-in").await;
    browser.screenshot("sign-in-light").await;
    sign_in(&browser, &world, "operator").await;
    let one = |query: &'static str| sqlx::query_scalar::<_, String>(query).fetch_one(&world.pool);
    let consent = one("SELECT 'consents/' || consent_id FROM hip.consent").await.unwrap();
    let transfer = one("SELECT 'transfers/' || transaction_id FROM hip.data_flow_request");
    let transfer = transfer.await.unwrap();
    let one_of_each = [(consent.as_str(), "consents-one"), (transfer.as_str(), "transfers-one")];
    let screens: Vec<(&str, String)> = SCREENS
        .into_iter()
        .map(|path| (path, path.replace('/', "-")))
        .chain(one_of_each.map(|(path, name)| (path, name.to_owned())))
        .chain([("settings", "settings".to_owned())])
        .collect();
    for (path, name) in &screens {
        for look in LOOKS {
            browser.look(look).await;
            browser.go(&format!("{url}/console/{path}")).await;
            browser.check(&format!("{name}, {}", look.name)).await;
            browser.screenshot(&format!("{name}-{}", look.name)).await;
            let said = browser.client.title().await.unwrap() + &browser.path().await;
            for secret in SECRETS {
                assert!(!said.contains(secret), "{name}: {secret} is in a title or a URL");
            }
        }
    }
    in_hindi(&browser, &world).await;
    browser.look(LOOKS[0]).await;
    for (path, name) in &screens {
        browser.go(&format!("{url}/console/{path}")).await;
        browser.check(&format!("{name}, in Hindi")).await;
        browser.screenshot(&format!("{name}-hindi")).await;
    }
    for secret in SECRETS {
        assert!(!world.logged().contains(secret), "{secret} is in the log of the service");
    }
}
