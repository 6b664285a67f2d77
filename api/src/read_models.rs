//! The read models of this program.

use std::sync::Arc;

use hip_infra::read_models::documents::{
    CollectionProjection, LinkTokenResponses, PatientCareContexts, Resources, Responses,
};
use hip_infra::read_models::{
    CallbackTable, CareContextTable, ConsentTable, DataFlowRequestTable, DiscoveryRequestTable,
    FacilityIntakeTable, HealthInformationTable, InitiatedLinkRequestTable, LinkTokens,
    OutboundCallTable, PatientIndexTable, TableProjection, VisitTable,
};
use hip_infra::subscription::rebuild::Projection;

use crate::app::App;

/// All of them, in the order of display and rebuild.
///
/// # Errors
///
/// The names of the collections are invalid.
pub(crate) fn all(app: &App) -> anyhow::Result<Vec<Arc<dyn Projection>>> {
    let names = app.config.documents.names()?;
    let preset = app.config.documents.preset;
    let store = || Arc::clone(&app.documents);
    let (ports, vault) = (|| app.ports.clone(), || Arc::clone(&app.vault));
    let resources = Resources::new(ports(), vault(), preset);
    let tokens = LinkTokenResponses::new(ports(), vault(), preset);
    let responses = Responses::new(ports(), vault(), preset);
    let patients = PatientCareContexts::new(ports(), vault(), preset);
    let mut all = tables();
    all.push(Arc::new(LinkTokens::new(Arc::clone(&app.ports.link_tokens))));
    all.push(Arc::new(CollectionProjection::new(store(), names.resources, resources)));
    all.push(Arc::new(CollectionProjection::new(store(), names.link_token_responses, tokens)));
    all.push(Arc::new(CollectionProjection::new(store(), names.responses, responses)));
    all.push(Arc::new(CollectionProjection::new(store(), names.care_contexts, patients)));
    Ok(all)
}

/// Those in the log's own database, which need no other store.
pub(crate) fn tables() -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(TableProjection::<PatientIndexTable>::default()),
        Arc::new(TableProjection::<CareContextTable>::default()),
        Arc::new(TableProjection::<ConsentTable>::default()),
        Arc::new(TableProjection::<DataFlowRequestTable>::default()),
        Arc::new(TableProjection::<VisitTable>::default()),
        Arc::new(TableProjection::<CallbackTable>::default()),
        Arc::new(TableProjection::<OutboundCallTable>::default()),
        Arc::new(TableProjection::<DiscoveryRequestTable>::default()),
        Arc::new(TableProjection::<InitiatedLinkRequestTable>::default()),
        Arc::new(TableProjection::<HealthInformationTable>::default()),
        Arc::new(TableProjection::<FacilityIntakeTable>::default()),
    ]
}
