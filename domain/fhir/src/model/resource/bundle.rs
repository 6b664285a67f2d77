//! The envelope of a document.

use serde::Serialize;
use uuid::Uuid;

use super::{Part, Resource};
use crate::model::datatype::{Coding, Identifier, Urn};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bundle<'a> {
    pub(crate) resource_type: &'static str,
    pub(crate) id: Uuid,
    pub(crate) meta: BundleMeta<'a>,
    pub(crate) identifier: Identifier<'a>,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) timestamp: &'a str,
    pub(crate) entry: Vec<Entry<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BundleMeta<'a> {
    pub(crate) version_id: String,
    pub(crate) last_updated: &'a str,
    pub(crate) profile: [&'static str; 1],
    pub(crate) security: [Coding<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry<'a> {
    full_url: Urn,
    resource: Resource<'a>,
}

impl<'a> Entry<'a> {
    pub(crate) fn of(part: impl Part<'a>) -> Self {
        Self { full_url: Urn(part.id()), resource: part.into_resource() }
    }
}
