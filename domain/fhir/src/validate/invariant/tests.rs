use super::*;

#[test]
fn no_key_is_there_twice() {
    let mut keys: Vec<&str> = ALL.into_iter().flatten().map(|known| known.key).collect();
    let count = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), count);
}
