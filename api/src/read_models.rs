//! The read models that this program keeps.

use std::sync::Arc;

use hip_infra::read_models::documents::{
    KeptCollection, LinkTokenResponses, PatientCareContexts, Resources, Responses,
};
use hip_infra::read_models::{
    CallbackTable, CareContextTable, ConsentTable, DataFlowRequestTable, DiscoveryRequestTable,
    FacilityIntakeTable, HealthInformationTable, InitiatedLinkRequestTable, Kept, LinkTokens,
    OutboundCallTable, PatientIndexTable, VisitTable,
};
use hip_infra::subscription::rebuild::Projection;

use crate::compose::Composed;

/// All of them, in the order in which they are shown and rebuilt.
///
/// # Errors
///
/// The names of the collections cannot be used.
pub(crate) fn all(composed: &Composed) -> anyhow::Result<Vec<Arc<dyn Projection>>> {
    let names = composed.config.documents.names()?;
    let preset = composed.config.documents.preset;
    let store = || Arc::clone(&composed.documents);
    let (provider, vault) = (|| composed.provider.clone(), || Arc::clone(&composed.vault));
    let resources = Resources::new(provider(), vault(), preset);
    let tokens = LinkTokenResponses::new(provider(), vault(), preset);
    let responses = Responses::new(provider(), vault(), preset);
    let patients = PatientCareContexts::new(provider(), vault(), preset);
    let mut all = tables();
    all.push(Arc::new(LinkTokens::new(Arc::clone(&composed.provider.link_tokens))));
    all.push(Arc::new(KeptCollection::new(store(), names.resources, resources)));
    all.push(Arc::new(KeptCollection::new(store(), names.link_token_responses, tokens)));
    all.push(Arc::new(KeptCollection::new(store(), names.responses, responses)));
    all.push(Arc::new(KeptCollection::new(store(), names.care_contexts, patients)));
    Ok(all)
}

/// Those that lie in the log's own database, and need nothing else.
pub(crate) fn tables() -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(Kept::<PatientIndexTable>::default()),
        Arc::new(Kept::<CareContextTable>::default()),
        Arc::new(Kept::<ConsentTable>::default()),
        Arc::new(Kept::<DataFlowRequestTable>::default()),
        Arc::new(Kept::<VisitTable>::default()),
        Arc::new(Kept::<CallbackTable>::default()),
        Arc::new(Kept::<OutboundCallTable>::default()),
        Arc::new(Kept::<DiscoveryRequestTable>::default()),
        Arc::new(Kept::<InitiatedLinkRequestTable>::default()),
        Arc::new(Kept::<HealthInformationTable>::default()),
        Arc::new(Kept::<FacilityIntakeTable>::default()),
    ]
}
