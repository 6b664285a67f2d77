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
    /// Work on the pages of transfers that uses only our own stores.
    Seal,
    /// Pages to HIUs.
    Push,
    /// Pages that an earlier version of the program planned. They are moved to [`Lane::Push`].
    EarlierPush,
}

impl Lane {
    /// All lanes.
    pub const ALL: [Self; 5] =
        [Self::Local, Self::Gateway, Self::Seal, Self::Push, Self::EarlierPush];

    /// The stored number. Earlier versions of the program know 0 to 2. They send pages one after the other, and would lose
    /// those that this one sends side by side: they do not see the lanes of pages.
    pub const fn number(self) -> i16 {
        match self {
            Self::Local => 0,
            Self::Gateway => 1,
            Self::EarlierPush => 2,
            Self::Seal => 3,
            Self::Push => 4,
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
            Self::EncryptPage { .. } | Self::MarkPushed { .. } | Self::StopTransfer { .. } => {
                Lane::Seal
            }
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
            | Self::ResumePushes { .. }
            | Self::Erase { .. }
            | Self::FinishErasure { .. } => Lane::Local,
        }
    }
}
