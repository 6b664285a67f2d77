#![no_main]

#[path = "../harness.rs"]
#[expect(dead_code, reason = "the other targets use the rest")]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::rules(data));
