//! Authentication and authorization: the API key of a client, and a role that the route permits.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use hip_commands::accountability::caller::{Caller, Role};
use hip_domain::id::FacilityId;

use crate::app::App;
use crate::http::middleware::problem::Problem;

/// A set of roles, of which a route requires one.
pub(crate) trait Roles: Send {
    const ANY_OF: &'static [Role];
}

/// May push records.
pub(crate) struct CanPush;
/// May start links: the record system, or staff at its desk.
pub(crate) struct CanLink;
/// May look up one patient at a time, and see why a visit is not linked.
pub(crate) struct CanLookUp;
/// May erase patients.
pub(crate) struct CanErase;
/// May see how the service operates.
pub(crate) struct CanOperate;
/// May replay failed messages and calls.
pub(crate) struct CanReplay;
/// May read single documents.
pub(crate) struct CanReadDocuments;
/// May see what the service stores and does.
pub(crate) struct CanView;

impl Roles for CanPush {
    const ANY_OF: &'static [Role] = &[Role::Emr];
}
impl Roles for CanLink {
    const ANY_OF: &'static [Role] = &[Role::Emr, Role::Operator, Role::Desk];
}
impl Roles for CanLookUp {
    const ANY_OF: &'static [Role] = &[Role::Emr, Role::Operator, Role::Auditor, Role::Desk];
}
impl Roles for CanErase {
    const ANY_OF: &'static [Role] = &[Role::Operator];
}
impl Roles for CanOperate {
    const ANY_OF: &'static [Role] = &[Role::Operator, Role::Auditor];
}
impl Roles for CanReplay {
    const ANY_OF: &'static [Role] = &[Role::Operator];
}
impl Roles for CanReadDocuments {
    const ANY_OF: &'static [Role] = &[Role::Emr, Role::Auditor];
}
impl Roles for CanView {
    const ANY_OF: &'static [Role] = &[Role::Emr, Role::Operator, Role::Auditor];
}

/// A caller with one of the roles. A route without this extractor is open to everybody.
pub(crate) struct Authorized<R>(pub(crate) Arc<Caller>, pub(crate) PhantomData<R>);

impl<R: Roles> FromRequestParts<Arc<App>> for Authorized<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let known = shown(&parts.headers).and_then(|key| app.clients.caller(key));
        let Some(caller) = known else {
            return Err(app.refused_callers.count(parts).map_or_else(unknown, too_many));
        };
        if caller.is_one_of(R::ANY_OF) {
            return Ok(Self(caller, PhantomData));
        }
        Err(role_missing::<R>("The caller may not do this", "the key's client"))
    }
}

/// Refuses a caller who has none of the roles; `who` needs one of them.
pub(crate) fn role_missing<R: Roles>(title: &'static str, who: &str) -> Problem {
    let needed: Vec<_> = R::ANY_OF.iter().map(|role| role.as_str()).collect();
    let detail = format!("{who} needs one of these roles: {}", needed.join(", "));
    Problem::new(StatusCode::FORBIDDEN, "forbidden", title, detail)
}

/// The facilities that limit a query: the named one, or all of the caller's. `None`
/// means no limit; a facility that is not the caller's selects nothing.
pub(crate) fn facility_filter(caller: &Caller, named: Option<&str>) -> Option<Vec<String>> {
    let theirs = |id: &FacilityId| id.as_str().to_owned();
    match (named, &caller.facilities) {
        (None, None) => None,
        (None, Some(facilities)) => Some(facilities.iter().map(theirs).collect()),
        (Some(named), None) => Some(vec![named.to_owned()]),
        (Some(named), Some(facilities)) => {
            let named = facilities.iter().filter(|facility| facility.as_str() == named);
            Some(named.map(theirs).collect())
        }
    }
}

/// The same for a facility named by any of its ids.
pub(crate) fn facility_filter_by_id(
    app: &App,
    caller: &Caller,
    named: Option<&FacilityId>,
) -> Option<Vec<String>> {
    let known = named.and_then(|named| app.ports.settings.facility_named(named));
    facility_filter(caller, known.map(|known| &known.id).or(named).map(FacilityId::as_str))
}

fn unknown() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "The caller is not known",
        "send the API key as `Authorization: Bearer …` or `X-API-Key: …`",
    )
}

fn too_many(seconds: u32) -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-unknown-keys",
        "Too many requests with unknown keys",
        "wait as long as Retry-After says, or send a key that is known",
    )
    .with_retry_after(seconds)
}

/// The API key in the headers.
pub(crate) fn shown(headers: &HeaderMap) -> Option<&str> {
    if let Some(key) = headers.get("x-api-key") {
        return key.to_str().ok();
    }
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}
