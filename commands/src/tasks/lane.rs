//! Assigns tasks to lanes. Each lane has its own workers.

use hip_domain::outbound::Call;

use super::Task;

/// A group of tasks with its own workers, by the kind of peer that they wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Tasks that use only our own stores.
    Local,
    /// Calls to the gateway, and SMS.
    Gateway,
    /// Pages to HIUs.
    Push,
}

impl Lane {
    /// All lanes.
    pub const ALL: [Self; 3] = [Self::Local, Self::Gateway, Self::Push];

    /// The stored number.
    pub const fn number(self) -> i16 {
        match self {
            Self::Local => 0,
            Self::Gateway => 1,
            Self::Push => 2,
        }
    }
}

impl Task {
    /// The lane of this task.
    pub const fn lane(&self) -> Lane {
        match self {
            Self::Call { call, .. } => match call {
                Call::PushPage { .. } => Lane::Push,
                Call::GenerateToken { .. }
                | Call::LinkCareContext { .. }
                | Call::ContextNotify { .. }
                | Call::SmsNotify { .. }
                | Call::OnDiscover { .. }
                | Call::OnInit { .. }
                | Call::OnConfirm { .. }
                | Call::OnShare { .. }
                | Call::ConsentOnNotify { .. }
                | Call::OnRequest { .. }
                | Call::NotifyTransfer { .. } => Lane::Gateway,
            },
            Self::SendOtp { .. } => Lane::Gateway,
            Self::Interpret { .. }
            | Self::BuildDocuments { .. }
            | Self::RegisterCareContext { .. }
            | Self::NeedLinkToken { .. }
            | Self::RequestLink { .. }
            | Self::RejectLinkToken { .. }
            | Self::RejectLink { .. }
            | Self::RetryLink { .. }
            | Self::FailLink { .. }
            | Self::OfferBySms { .. }
            | Self::MarkUserLinked { .. }
            | Self::LinkByPatient { .. }
            | Self::CloseRefused { .. }
            | Self::MarkVisitLinked { .. }
            | Self::FindPatient { .. }
            | Self::PrepareTransfer { .. }
            | Self::EncryptPage { .. }
            | Self::MarkPushed { .. }
            | Self::StopTransfer { .. }
            | Self::ResumePushes { .. }
            | Self::Erase { .. }
            | Self::FinishErasure { .. } => Lane::Local,
        }
    }
}
