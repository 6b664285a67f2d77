//! Names, addresses and ways to reach somebody.

use serde::Serialize;

use crate::model::Text;

#[derive(Serialize)]
pub(crate) struct HumanName<'a> {
    pub(crate) text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) family: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) given: Vec<&'a str>,
}

#[derive(Serialize)]
pub(crate) struct ContactPoint<'a> {
    pub(crate) system: &'static str,
    pub(crate) value: &'a str,
}

impl<'a> ContactPoint<'a> {
    pub(crate) fn all(phone: Option<&'a String>, email: Option<&'a String>) -> Vec<Self> {
        let point = |system| move |value: &'a String| Self { system, value };
        phone.map(point("phone")).into_iter().chain(email.map(point("email"))).collect()
    }
}

#[derive(Serialize)]
pub(crate) struct Address<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) line: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) district: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<&'a str>,
    #[serde(rename = "postalCode", skip_serializing_if = "Option::is_none")]
    pub(crate) postal_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<Text<'a>>,
}

impl Address<'_> {
    /// FHIR has no empty objects: an address of which nothing is known is left out.
    pub(crate) fn unless_empty(self) -> Option<Self> {
        let known = !self.line.is_empty()
            || [self.city, self.district, self.state, self.postal_code].iter().any(Option::is_some)
            || self.country.is_some();
        known.then_some(self)
    }
}
