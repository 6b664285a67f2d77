//! The patient's app, and through it the consent manager: discovers, links, grants, revokes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::operation::Operation;
use crate::world::World;

pub(crate) mod consent;
pub(crate) mod discovery;
mod granting;
pub(crate) mod link;
pub(crate) mod share;
pub(crate) mod status;

pub use consent::{Artefact, ConsentStatus, Grant};
pub use discovery::{DiscoverRequest, Discovery, Identifier, Offer};
pub use link::LinkReference;
pub use share::{QueueToken, ShareRequest};
pub use status::PatientStatus;

/// A care context under one hi type, as a HIP offers it or the gateway holds it as linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CareContext {
    /// The service id of the facility that holds it.
    pub facility: String,
    /// The HIP's own reference of the patient.
    pub patient_reference: String,
    /// What the patient is called there.
    pub patient_display: String,
    /// The HIP's own reference of the care context.
    pub care_context_reference: String,
    /// What the patient reads in the list.
    pub display: String,
    /// One of the eight hi types. The same care context may stand in a list once per type.
    ///
    /// Empty when it came in v0.5, which names none: it stands for whatever the records are.
    pub hi_type: String,
}

impl CareContext {
    /// Whether both name the same records, however they are displayed.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.facility == other.facility
            && self.patient_reference == other.patient_reference
            && self.care_context_reference == other.care_context_reference
            && (self.hi_type == other.hi_type
                || self.hi_type.is_empty()
                || other.hi_type.is_empty())
    }
}

/// The `error` of a HIP's answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct HipError {
    /// Without the colon and the blank that may follow it on the wire.
    pub code: String,
    /// For people.
    pub message: String,
}

impl HipError {
    pub(crate) fn read(body: &Value) -> Option<Self> {
        let error = body.get("error")?;
        let text = |member: &str| error[member].as_str().unwrap_or_default();
        Some(Self {
            code: text("code").trim_end_matches([':', ' ']).to_owned(),
            message: text("message").to_owned(),
        })
    }
}

/// Why something the patient or the HIU wanted did not come about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// The HIP did not answer in time. A 2xx to the callback is no answer.
    #[error("no {} within {} ms", missing.name(), waited.as_millis())]
    Silence {
        /// The call that did not come.
        missing: Operation,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The HIP answered with an error.
    #[error("refused by the HIP: {0}")]
    Refused(HipError),
    /// The twin knows no consent, consent request or discovery of this id.
    #[error("nothing is known under the id {0}")]
    Unknown(String),
}

/// The patient's app. Cheap to clone.
#[derive(Clone)]
pub struct Phr {
    world: Arc<World>,
}

impl Phr {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self { world }
    }

    /// The care contexts that the gateway holds as linked, in the order they were linked.
    pub fn linked(&self, abha_address: &str) -> Vec<CareContext> {
        self.world.look(|state| state.links.of(abha_address).to_vec())
    }

    /// Wait for a HIP's answer, as long as the app has patience.
    async fn wait<T>(
        &self,
        missing: Operation,
        probe: impl FnMut(&crate::state::State) -> Option<T>,
    ) -> Result<T, FlowError> {
        let waited = self.world.options.patience;
        self.world.wait(waited, probe).await.ok_or(FlowError::Silence { missing, waited })
    }
}
