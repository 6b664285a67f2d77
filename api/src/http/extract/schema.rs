//! Schemas of values that many routes take. Each is written once, and inlined where it is used.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use super::page::{Cursor, Limit};

/// The schema of `FacilityId`. The domain does not know OpenAPI.
pub(crate) struct FacilityName;

impl PartialSchema for FacilityName {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(64))
            .pattern(Some("^[A-Za-z0-9._@-]+$"))
            .examples([serde_json::json!("IN0610099001")])
            .into()
    }
}

impl PartialSchema for Limit {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .minimum(Some(1))
            .maximum(Some(200))
            .into()
    }
}

impl PartialSchema for Cursor {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[0-2][0-9]{17}[A-Za-z0-9._@:-]{1,400}$"))
            .into()
    }
}

macro_rules! named {
    ($($schema:ty => $name:literal),*) => {
        $(impl ToSchema for $schema {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        })*
    };
}
named!(FacilityName => "FacilityId", Limit => "Limit", Cursor => "Cursor");
