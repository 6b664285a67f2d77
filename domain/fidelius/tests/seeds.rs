//! Replays the kept fuzz seeds through the same code as the fuzz targets, on a stable compiler.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "../fuzz/harness.rs"]
mod harness;

use std::path::Path;

fn replay(folder: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seeds").join(folder);
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let seed = std::fs::read(entry.unwrap().path()).unwrap();
        target(&seed);
        // Every prefix and every single changed bit besides, while we are here.
        (0..seed.len()).for_each(|end| target(&seed[..end]));
        for at in 0..seed.len() {
            let mut changed = seed.clone();
            changed[at] ^= 1 << (at % 8);
            target(&changed);
        }
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn the_key_parser_survives_its_seeds() {
    replay("key", harness::key);
}

#[test]
fn opening_survives_its_seeds() {
    replay("content", harness::content);
}

#[test]
fn reading_key_material_survives_its_seeds() {
    replay("material", harness::material);
}
