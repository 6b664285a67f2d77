#![doc = include_str!("../README.md")]

mod error;
mod expiry;
pub mod explain;
mod field;
mod key_material;
mod nonce;
mod open;
mod peer;
mod private_key;
mod public_key;
mod seal;
mod session;
pub mod vectors;
mod weierstrass;
mod wire;
mod x25519;

pub use self::error::Error;
pub use self::key_material::{KeyFormPolicy, KeyMaterial};
pub use self::nonce::Nonce;
pub use self::open::open;
pub use self::peer::PeerMaterial;
pub use self::private_key::PrivateKey;
pub use self::public_key::{KeyForm, KeyFormat, PublicKey};
pub use self::seal::{SealOnce, SealOptions, SealedPage};
