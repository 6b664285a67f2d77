#![no_main]

#[path = "../harness.rs"]
#[expect(dead_code, reason = "the other targets use the rest")]
mod harness;
#[path = "../mutate.rs"]
mod mutate;

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::json(data, size, max_size, seed)
});
libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::document(data));
