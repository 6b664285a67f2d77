//! The parts of the simulator that a HIP communicates with.

/// The part of the simulator that takes part in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The gateway, with its consent manager.
    Gateway,
    /// The health information user.
    Hiu,
    /// The SMS service.
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
