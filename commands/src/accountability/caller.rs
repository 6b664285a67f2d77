//! The callers of the HTTP API other than the gateway: their roles and their facilities.

use std::collections::BTreeSet;

use hip_domain::access::Reader;
use hip_domain::id::{ClientName, FacilityId};

/// The role of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A medical record system: pushes visits and reads their state.
    Emr,
    /// Runs the service: reads failures and their causes.
    Operator,
    /// Reads the audit reports and changes nothing.
    Auditor,
    /// The registration desk: looks up one patient at a time and links their visits.
    Desk,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::Emr, Self::Operator, Self::Auditor, Self::Desk];

    /// The name used in the configuration and in responses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Emr => "emr",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
            Self::Desk => "desk",
        }
    }
}

/// The client name in the log for a user who is logged in to AMRIT.
const AMRIT_SESSION: &str = "amrit-session";

/// The client name in the log for a user of the command line.
pub(crate) const COMMAND_LINE: &str = "command-line";

/// Reserved names: no client in the configuration may use them.
pub const NAMES_OF_OURS: [&str; 2] = [AMRIT_SESSION, COMMAND_LINE];

/// An authenticated caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The client name, as the access log records it.
    pub name: ClientName,
    /// Roles of the caller.
    pub roles: BTreeSet<Role>,
    /// Facilities that the caller may access; `None` means all facilities of the service.
    pub facilities: Option<Vec<FacilityId>>,
}

impl Caller {
    /// A user who is logged in to AMRIT. Their facilities come from the configuration, because AMRIT does not report
    /// them.
    ///
    /// # Panics
    ///
    /// Never: the constant is a valid client name.
    pub fn amrit(facilities: Vec<FacilityId>) -> Self {
        Self {
            name: ClientName::parse(AMRIT_SESSION).expect("it has the form of a name"),
            roles: BTreeSet::from([Role::Emr]),
            facilities: Some(facilities),
        }
    }

    /// Whether the caller has at least one of these roles.
    pub fn is_one_of(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }

    /// Whether the caller may access this facility.
    pub fn serves(&self, facility: &FacilityId) -> bool {
        self.facilities.as_ref().is_none_or(|theirs| theirs.contains(facility))
    }

    /// The kind of reader that the access log records for this caller.
    pub fn reader(&self) -> Reader {
        if self.roles.contains(&Role::Emr) { Reader::RecordSystem } else { Reader::Auditor }
    }
}
