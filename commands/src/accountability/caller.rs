//! Who calls the doors that are not the gateway's: what they may do, and for which facilities.

use std::collections::BTreeSet;

use hip_domain::access::Reader;
use hip_domain::id::{ClientName, FacilityId};

/// The part that a caller plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A medical record system: pushes visits, reads what became of them.
    Emr,
    /// Runs the service: what is stuck, and why.
    Operator,
    /// Looks at what was done, and changes nothing.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Emr, Self::Operator, Self::Auditor];

    /// As configurations and answers write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Emr => "emr",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }
}

/// How the log calls whoever is logged in to AMRIT.
const AMRIT_SESSION: &str = "amrit-session";

/// How the log calls whoever uses the command line on the database itself.
pub(crate) const COMMAND_LINE: &str = "command-line";

/// Names that no client of a configuration may have.
pub const NAMES_OF_OURS: [&str; 2] = [AMRIT_SESSION, COMMAND_LINE];

/// Somebody who has shown a key that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub name: ClientName,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// For whom; `None` means every facility of the service.
    pub facilities: Option<Vec<FacilityId>>,
}

impl Caller {
    /// Somebody who is logged in to AMRIT. Their facilities are configured: AMRIT does not tell them.
    ///
    /// # Panics
    ///
    /// Never: the name has the form of one.
    pub fn amrit(facilities: Vec<FacilityId>) -> Self {
        Self {
            name: ClientName::parse(AMRIT_SESSION).expect("it has the form of a name"),
            roles: BTreeSet::from([Role::Emr]),
            facilities: Some(facilities),
        }
    }

    /// Whether they play one of these parts.
    pub fn is_one_of(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }

    /// Whether they may act for this facility, and know of it at all.
    pub fn serves(&self, facility: &FacilityId) -> bool {
        self.facilities.as_ref().is_none_or(|theirs| theirs.contains(facility))
    }

    /// As whom they look at a record.
    pub fn reader(&self) -> Reader {
        if self.roles.contains(&Role::Emr) { Reader::RecordSystem } else { Reader::Auditor }
    }
}
