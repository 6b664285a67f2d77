//! All random values of the simulator come from one seed, so a run can be repeated.

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// The only source of ids, keys and nonces in a run. Only the RSA keys come from the system's random generator.
pub(crate) struct Draw(Mutex<StdRng>);

impl Draw {
    /// Seeds the generator with `seed` and `run`.
    ///
    /// `run` is the number of earlier runs with the same state directory. Without it, a HIP that has data of an earlier
    /// run would see the same ids again and treat new messages as repeats.
    pub(crate) fn new(seed: u64, run: u64) -> Self {
        let mut start = [0; 32];
        start[..8].copy_from_slice(&seed.to_le_bytes());
        start[8..16].copy_from_slice(&run.to_le_bytes());
        Self(Mutex::new(StdRng::from_seed(start)))
    }

    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().fill_bytes(&mut bytes);
        bytes
    }

    /// A UUID of version 4 in lower case.
    pub(crate) fn id(&self) -> String {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid().to_string()
    }
}
