//! A second text under one exchange would break both.

fn seal_twice(exchange: abdm_fidelius::SealOnce) {
    let _ = exchange.seal(b"one");
    let _ = exchange.seal(b"two");
}

fn main() {}
