//! The PHR app and the consent manager: discovers, links, grants, revokes.

use std::sync::Arc;

use crate::wire::care_context::CareContext;
use crate::wire::flow_error::FlowError;
use crate::wire::operation::Operation;
use crate::world::World;

pub(crate) mod consent;
pub(crate) mod discovery;
mod granting;
pub(crate) mod link;
pub(crate) mod share;
pub(crate) mod status;

pub use consent::{Artefact, ConsentStatus, Grant};
pub use discovery::{DiscoverRequest, Discovery, Identifier};
pub use share::ShareRequest;
pub use status::PatientStatus;

/// The PHR app of all patients. Cheap to clone.
#[derive(Clone)]
pub struct Phr {
    world: Arc<World>,
}

impl Phr {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self { world }
    }

    /// The care contexts that are linked at the gateway, in the order of linking.
    pub fn linked(&self, abha_address: &str) -> Vec<CareContext> {
        self.world.look(|state| state.links.of(abha_address).to_vec())
    }

    /// Waits for a HIP's answer, for at most `SandboxOptions::patience`.
    async fn wait<T>(
        &self,
        missing: Operation,
        probe: impl FnMut(&crate::state::State) -> Option<T>,
    ) -> Result<T, FlowError> {
        let waited = self.world.options.patience;
        self.world.wait(waited, probe).await.ok_or(FlowError::Silence { missing, waited })
    }
}
