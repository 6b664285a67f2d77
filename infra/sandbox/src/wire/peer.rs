//! The parts of the simulator that a HIP speaks with.

/// Which part of the simulator the HIP spoke with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The gateway, with its consent manager.
    Gateway,
    /// The health information user.
    Hiu,
    /// The provider of text messages.
    Sms,
}

impl Peer {
    /// `gateway`, `hiu` or `sms`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Hiu => "hiu",
            Self::Sms => "sms",
        }
    }
}
