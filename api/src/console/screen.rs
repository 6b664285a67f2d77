//! The screens, and who sees them in the navigation.

use hip_commands::accountability::caller::{Caller, Role};

use crate::http::middleware::caller::{CanLookUp, CanOperate, CanView, Roles};

/// A screen of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    Home,
    DeadLetters,
    Replays,
    Desk,
    Visits,
    Consents,
    Transfers,
    Facilities,
    VisitJobs,
    Projections,
    Log,
    Tools,
    Settings,
}

/// Screens that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Watch,
    Records,
    Run,
    Prove,
    Tools,
}

impl Group {
    pub(crate) const ALL: [Self; 5] =
        [Self::Watch, Self::Records, Self::Run, Self::Prove, Self::Tools];

    /// The word of the group.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Watch => "group-watch",
            Self::Records => "group-records",
            Self::Run => "group-run",
            Self::Prove => "group-prove",
            Self::Tools => "group-tools",
        }
    }
}

impl Screen {
    pub(crate) const ALL: [Self; 13] = [
        Self::Home,
        Self::DeadLetters,
        Self::Replays,
        Self::Desk,
        Self::Visits,
        Self::Consents,
        Self::Transfers,
        Self::Facilities,
        Self::VisitJobs,
        Self::Projections,
        Self::Log,
        Self::Tools,
        Self::Settings,
    ];

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Home => "/console/home",
            Self::DeadLetters => "/console/dead-letters",
            Self::Replays => "/console/replays",
            Self::Desk => "/console/desk",
            Self::Visits => "/console/visits",
            Self::Consents => "/console/consents",
            Self::Transfers => "/console/transfers",
            Self::Facilities => "/console/facilities",
            Self::VisitJobs => "/console/visit-jobs",
            Self::Projections => "/console/projections",
            Self::Log => "/console/log",
            Self::Tools => "/console/tools",
            Self::Settings => "/console/settings",
        }
    }

    /// The word of the screen.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Home => "screen-home",
            Self::DeadLetters => "screen-dead-letters",
            Self::Replays => "screen-replays",
            Self::Desk => "screen-desk",
            Self::Visits => "screen-visits",
            Self::Consents => "screen-consents",
            Self::Transfers => "screen-transfers",
            Self::Facilities => "screen-facilities",
            Self::VisitJobs => "screen-visit-jobs",
            Self::Projections => "screen-projections",
            Self::Log => "screen-log",
            Self::Tools => "screen-tools",
            Self::Settings => "screen-settings",
        }
    }

    pub(crate) const fn group(self) -> Group {
        match self {
            Self::Home | Self::DeadLetters | Self::Replays => Group::Watch,
            Self::Desk | Self::Visits | Self::Consents | Self::Transfers => Group::Records,
            Self::Facilities | Self::VisitJobs | Self::Projections => Group::Run,
            Self::Log => Group::Prove,
            Self::Tools | Self::Settings => Group::Tools,
        }
    }

    const fn roles(self) -> &'static [Role] {
        match self {
            Self::Home
            | Self::DeadLetters
            | Self::Replays
            | Self::VisitJobs
            | Self::Projections
            | Self::Log => CanOperate::ANY_OF,
            Self::Desk | Self::Tools | Self::Settings => CanLookUp::ANY_OF,
            Self::Visits | Self::Consents | Self::Transfers | Self::Facilities => CanView::ANY_OF,
        }
    }

    /// Whether a person sees it.
    pub(crate) fn is_for(self, caller: &Caller) -> bool {
        let is_whole = caller.facilities.is_none();
        caller.is_one_of(self.roles()) && (self != Self::Log || is_whole)
    }

    /// The first screen after the sign-in.
    pub(crate) fn first(caller: &Caller) -> Self {
        if Self::Home.is_for(caller) { Self::Home } else { Self::Desk }
    }
}
