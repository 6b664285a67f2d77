//! The read models that this program keeps.

use std::sync::Arc;

use hip_infra::read_models::{
    CallbackTable, CareContextTable, ConsentTable, DataFlowRequestTable, DiscoveryRequestTable,
    HealthInformationTable, InitiatedLinkRequestTable, Kept, PatientIndexTable, VisitTable,
};
use hip_infra::rebuild::Projection;

/// All of them, in the order in which they are shown and rebuilt.
pub(crate) fn all() -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(Kept::<PatientIndexTable>::default()),
        Arc::new(Kept::<CareContextTable>::default()),
        Arc::new(Kept::<ConsentTable>::default()),
        Arc::new(Kept::<DataFlowRequestTable>::default()),
        Arc::new(Kept::<VisitTable>::default()),
        Arc::new(Kept::<CallbackTable>::default()),
        Arc::new(Kept::<DiscoveryRequestTable>::default()),
        Arc::new(Kept::<InitiatedLinkRequestTable>::default()),
        Arc::new(Kept::<HealthInformationTable>::default()),
    ]
}
