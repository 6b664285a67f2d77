//! What all lists have around their items: filters, what an empty list says, and a link to the older page.

use axum::http::Uri;
use hip_commands::accountability::caller::Caller;

use crate::app::App;

/// What a list has around its items. The macros `filters`, `empty` and `older` of `frame/parts.html` show it.
pub(super) struct ListFrame {
    /// The page without filters.
    pub(super) path: &'static str,
    pub(super) facilities: Vec<ServedFacility>,
    /// The chosen facility.
    pub(super) facility: Option<String>,
    /// The states to choose from; none if the list has no filter by state.
    pub(super) states: &'static [&'static str],
    /// The name of the state in the query.
    pub(super) state_name: &'static str,
    /// The chosen state.
    pub(super) state: &'static str,
    /// The address of the older page.
    pub(super) older: Option<String>,
    pub(super) is_filtered: bool,
}

impl ListFrame {
    /// The frame of a list that is filtered by this facility, and has an older page at this cursor.
    pub(super) fn new(
        app: &App,
        caller: &Caller,
        (uri, path): (&Uri, &'static str),
        facility: Option<String>,
        next: Option<String>,
    ) -> Self {
        Self {
            path,
            facilities: facilities(app, caller),
            facility,
            states: &[],
            state_name: "",
            state: "",
            older: older(uri, "cursor", next),
            is_filtered: is_filtered(uri),
        }
    }

    /// The same with a filter by state.
    pub(super) fn with_states(
        self,
        state_name: &'static str,
        states: &'static [&'static str],
        state: Option<&'static str>,
    ) -> Self {
        Self { states, state_name, state: state.unwrap_or_default(), ..self }
    }
}

/// A facility in a select box.
pub(super) struct ServedFacility {
    pub(super) id: String,
    pub(super) name: String,
}

/// The facilities that the caller may see.
pub(super) fn facilities(app: &App, caller: &Caller) -> Vec<ServedFacility> {
    let served = app.ports.settings.facilities.iter();
    let theirs = served.filter(|facility| caller.serves(&facility.id));
    let shown = theirs.map(|facility| ServedFacility {
        id: facility.service_id.to_string(),
        name: facility.name.clone(),
    });
    shown.collect()
}

/// The name of a facility; its id if it is not served any more.
pub(super) fn facility_name(app: &App, id: &str) -> String {
    let served = app.ports.settings.facilities.iter();
    let mut found = served.filter(|facility| facility.id.as_str() == id);
    found.next().map_or_else(|| id.to_owned(), |facility| facility.name.clone())
}

/// The address of the page after this cursor, with the same filters.
pub(super) fn older(uri: &Uri, name: &str, cursor: Option<impl ToString>) -> Option<String> {
    let cursor = cursor?;
    let old = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let kept = old.filter(|(name_of_old, value)| name_of_old != name && !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair(name, &cursor.to_string())
        .finish();
    Some(format!("{}?{query}", uri.path()))
}

/// Whether the list is filtered: then an empty one says that, and how to see more.
pub(super) fn is_filtered(uri: &Uri) -> bool {
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.into_iter().any(|(name, value)| !value.is_empty() && name != "cursor" && name != "after")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_page_keeps_the_filters() {
        let uri: Uri = "/console/consents?status=granted&facility=&cursor=1a".parse().unwrap();
        let expected = Some("/console/consents?status=granted&cursor=2b".to_owned());
        assert_eq!(older(&uri, "cursor", Some("2b")), expected);
        assert_eq!(older(&uri, "cursor", None::<String>), None);
        assert!(is_filtered(&uri));
        assert!(!is_filtered(&"/console/consents?status=&cursor=1a".parse().unwrap()));
    }
}
