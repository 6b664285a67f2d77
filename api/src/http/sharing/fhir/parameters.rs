//! The two forms of the body of `$validate`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters<'a> {
    resource_type: Cow<'a, str>,
    #[serde(borrow, default)]
    parameter: Vec<Parameter<'a>>,
}

#[derive(Deserialize)]
struct Parameter<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
}

/// The resource to validate, as it was written: the parameter of that name, or the whole body.
pub(super) fn resource(body: &[u8]) -> &[u8] {
    // A body that is not `Parameters` is passed to the validator.
    let Ok(parameters) = serde_json::from_slice::<Parameters<'_>>(body) else {
        return body;
    };
    if parameters.resource_type != "Parameters" {
        return body;
    }
    let mut parameters = parameters.parameter.into_iter();
    let resource = parameters.find(|parameter| parameter.name == "resource");
    let text = resource.and_then(|parameter| parameter.resource).map(RawValue::get);
    text.map_or(body, str::as_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_taken_out_as_it_was_written() {
        let body = br#"{"resourceType":"Parameters","parameter":[
            {"name":"mode","valueCode":"create"},
            {"name":"resource","resource":{"resourceType":"Patient","a":1.50,"a":2}}]}"#;
        let inner = br#"{"resourceType":"Patient","a":1.50,"a":2}"#;
        assert_eq!(resource(body), inner);
        assert_eq!(resource(inner), inner);
        assert_eq!(resource(b"["), b"[");
    }
}
