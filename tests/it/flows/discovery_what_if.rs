//! `hip discovery what-if`: what other thresholds would have made of what patients have asked.

use hip_sandbox::DiscoverRequest;
use hip_tests::World;
use hip_tests::person::{FACILITY, SECRETS, abha_holder, mentions, visit};
use serde_json::Value;

/// Whom the register knows under this name and year, with her mobile number.
async fn ask(world: &World, address: &str, name: &str, year_of_birth: i32) -> bool {
    let mut holder = abha_holder();
    holder.abha_address = address.to_owned();
    holder.abha_number = format!("9100000000{year_of_birth}");
    holder.name = name.to_owned();
    holder.year_of_birth = year_of_birth;
    world.sandbox.register_abha(holder.clone());
    let request = DiscoverRequest::new(FACILITY, &holder);
    world.sandbox.phr().discover(request).await.unwrap().answer.is_ok()
}

async fn what_if(world: &World, arguments: &[&str]) -> (Vec<Value>, Value) {
    let arguments = [&["discovery", "what-if", "--json"], arguments].concat();
    let mut lines = world.hip_json(&arguments).await;
    let counts = lines.pop().unwrap();
    (lines, counts)
}

fn counts(counts: &Value) -> [i64; 5] {
    ["won", "lost", "changed", "same", "withoutFigures"].map(|name| counts[name].as_i64().unwrap())
}

#[tokio::test]
async fn other_thresholds_win_and_lose_matches_and_nothing_is_opened() {
    let (world, _hip) = World::start().await;
    world.push(&visit("3001", false)).await;
    world.until("visit.bundles_built", 1).await;
    world.until_idle().await;
    assert!(ask(&world, "kavya.one@sbx", "Kavya Nair", 1991).await, "a year is often guessed");
    assert!(!ask(&world, "kavya.two@sbx", "Kavya Nair", 1995).await, "five years are too many");
    assert!(!ask(&world, "ravi@sbx", "Ravi Menon", 1990).await, "somebody of her family");
    world.until_idle().await;

    let (none, same) = what_if(&world, &[]).await;
    assert!(none.is_empty(), "the thresholds that were used decide the same: {none:?}");
    assert_eq!(counts(&same), [0, 0, 0, 3, 0]);
    assert_eq!(world.count("access.listed").await, 0, "counts show nobody");

    let (won, wide) = what_if(&world, &["--year-tolerance", "5"]).await;
    assert_eq!(counts(&wide), [1, 0, 0, 2, 0]);
    assert_eq!((&won[0]["change"], &won[0]["was"]), (&"won".into(), &Value::Null));
    assert_eq!(won[0]["considered"][0]["year_difference"], 5);
    assert_eq!(world.count("access.listed").await, 1, "who would be recognised was looked at");

    let (_, narrow) = what_if(&world, &["--year-tolerance", "0"]).await;
    assert_eq!(counts(&narrow), [0, 1, 0, 2, 0]);

    let (_, others) = what_if(&world, &["--facility", "IN0610099002"]).await;
    assert_eq!(counts(&others), [0, 0, 0, 0, 0]);
    let (_, later) = what_if(&world, &["--since", "2199-01-01T00:00:00Z"]).await;
    assert_eq!(counts(&later), [0, 0, 0, 0, 0]);

    let told = world.hip(&["discovery", "what-if", "--year-tolerance", "5"]).await;
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains("1 won, 0 lost, 0 changed, 2 as they were"), "{told}");
    assert!(SECRETS.iter().all(|secret| !mentions(&told, secret)));
}
