//! A copy of an exchange, or of its key, would be a second text by another way.

fn need_clone<T: Clone>() {}

fn main() {
    need_clone::<abdm_fidelius::SealOnce>();
    need_clone::<abdm_fidelius::PrivateKey>();
}
