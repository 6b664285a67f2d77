//! `/console/visits`: visits, and why a patient does not see one.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use hip_commands::operations::explain::{Link, State as StepState};
use hip_commands::port::Log;
use hip_domain::id::{CareContextReference, FacilityId};
use hip_infra::postgres::console_sessions;
use serde_json::Value;

use super::list::{self, ListFrame};
use crate::console::badge::Badge;
use crate::console::form::{Form, PageQuery};
use crate::console::frame::{Frame, render};
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::extract::input::{JsonBody, PathParam, Query};
use crate::http::intake::facilities::FacilityFilter;
use crate::http::intake::visit::{self, Visit, VisitFilter};
use crate::http::linking::explanation::{self, Explanation, LinkLookedAt};
use crate::http::linking::links::{self, StartLink};
use crate::http::middleware::caller::{CanLink, CanView, Roles};
use crate::http::middleware::problem::Problem;

#[derive(askama::Template)]
#[template(path = "console/visits.html")]
struct VisitsPage {
    f: Frame,
    visits: Vec<Visit>,
    l: ListFrame,
}

pub(super) async fn list(
    me: SignedIn<CanView>,
    State(app): Context,
    uri: Uri,
    PageQuery(filter): PageQuery<VisitFilter>,
) -> Result<Response, Problem> {
    let facility = filter.facility.as_ref().map(ToString::to_string);
    let page = visit::list(me.authorized()?, State(app.clone()), Query(filter)).await?.0;
    let place = (&uri, Screen::Visits.path());
    let l = ListFrame::new(&app, &me.me.caller, place, facility, page.next);
    Ok(render(&VisitsPage {
        f: Frame::new(Some(&me.me), "screen-visits", Some(Screen::Visits)),
        visits: page.items,
        l,
    }))
}

#[derive(askama::Template)]
#[template(path = "console/visit.html")]
struct VisitPage {
    f: Frame,
    visit: Visit,
    facility_name: String,
    documents: Vec<Document>,
    explanation: Option<Explanation>,
    steps: Vec<Step>,
    may_link: bool,
    may_read: bool,
}

/// A step from the visit to the patient's app.
struct Step {
    word: &'static str,
    badge: Badge,
    what: String,
}

impl Step {
    fn new(f: &Frame, step: &LinkLookedAt) -> Self {
        let word = match step.link {
            Link::Visit => "step-visit",
            Link::Documents => "step-documents",
            Link::Token => "step-token",
            Link::Linked => "step-linked",
            Link::Consent => "step-consent",
            Link::Request => "step-request",
            Link::Accepted => "step-accepted",
            Link::Pages => "step-pages",
            Link::Encrypted => "step-encrypted",
            Link::Pushed => "step-pushed",
            Link::Notified => "step-notified",
        };
        let state = match step.state {
            StepState::Holds => "holds",
            StepState::Waits => "waits",
            StepState::Broken => "broken",
        };
        Self { word, badge: f.badge(state), what: step.what.clone() }
    }
}

/// A document of the visit, built or not.
struct Document {
    hi_type: String,
    id: Option<String>,
    /// Why it is not there, or what is wrong with it.
    why: Vec<String>,
    state: &'static str,
}

pub(super) async fn show(
    me: SignedIn<CanView>,
    State(app): Context,
    Path(code): Path<String>,
    PageQuery(filter): PageQuery<FacilityFilter>,
) -> Result<Response, Problem> {
    let again = FacilityFilter { facility: filter.facility.clone() };
    let code = || PathParam(code.clone());
    let found = visit::show(me.authorized()?, State(app.clone()), code(), Query(filter)).await?.0;
    let explained =
        explanation::show(me.authorized()?, State(app.clone()), code(), Query(again)).await;
    let caller = &me.me.caller;
    let f = Frame::new(Some(&me.me), "visit-title", Some(Screen::Visits));
    let explanation = explained.ok().map(|explained| explained.0);
    let steps = explanation.iter().flat_map(|explained| &explained.links);
    Ok(render(&VisitPage {
        steps: steps.map(|step| Step::new(&f, step)).collect(),
        f,
        facility_name: list::facility_name(&app, &found.facility_id),
        documents: documents(&found),
        explanation,
        may_link: !found.linked && caller.is_one_of(CanLink::ANY_OF),
        may_read: caller.is_one_of(crate::http::middleware::caller::CanReadDocuments::ANY_OF),
        visit: found,
    }))
}

/// Starts a link of the visit.
pub(super) async fn link(
    me: SignedIn<CanLink>,
    State(app): Context,
    Path(code): Path<String>,
    Form(filter): Form<FacilityFilter>,
) -> Result<Response, Problem> {
    let visit_code = CareContextReference::parse(code.clone())
        .map_err(|_| Problem::not_found("There is no such visit"))?;
    let facility = filter.facility.clone();
    let wish = StartLink { visit_code, facility: filter.facility };
    links::start(me.authorized()?, State(app.clone()), JsonBody(wish)).await?;
    if let Ok(head) = app.log.head().await {
        let wrote = console_sessions::wrote(&app.pool, &me.me.token, head).await;
        wrote.map_err(|error| Problem::database_unavailable(&error))?;
    }
    Ok(Redirect::to(&path(&code, facility.as_ref())).into_response())
}

/// The page of a visit.
fn path(code: &str, facility: Option<&FacilityId>) -> String {
    let mut url = url::Url::parse("http://hip/console/visits").expect("it is one");
    url.path_segments_mut().expect("it has a path").push(code);
    if let Some(facility) = facility {
        url.query_pairs_mut().append_pair("facility", facility.as_str());
    }
    url[url::Position::BeforePath..].to_owned()
}

fn documents(visit: &Visit) -> Vec<Document> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let each = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut documents = vec![];
    for built in each(&visit.documents) {
        documents.push(Document {
            hi_type: text(&built["hi_type"]),
            id: Some(text(&built["document_id"])),
            why: vec![],
            state: "built",
        });
    }
    for rejected in each(&visit.rejected) {
        documents.push(Document {
            hi_type: text(&rejected["hi_type"]),
            id: Some(text(&rejected["document_id"])),
            why: each(&rejected["findings"]).iter().map(text).collect(),
            state: "rejected",
        });
    }
    for skipped in each(&visit.skipped) {
        documents.push(Document {
            hi_type: text(&skipped["hi_type"]),
            id: None,
            why: vec![text(&skipped["reason"])],
            state: "skipped",
        });
    }
    documents
}
