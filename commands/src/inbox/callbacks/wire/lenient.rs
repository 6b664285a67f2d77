//! Deserializers for members whose JSON type varies.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A string, or a number or boolean as a string; `None` for anything else.
pub(crate) fn scalar<'de, D: Deserializer<'de>>(json: D) -> Result<Option<String>, D::Error> {
    json.deserialize_any(Scalar)
}

/// A year as a number (also `1985.0`) or as a string.
pub(crate) fn year<'de, D: Deserializer<'de>>(json: D) -> Result<Option<i32>, D::Error> {
    let text = scalar(json)?.unwrap_or_default();
    let whole = text.trim().strip_suffix(".0").unwrap_or(text.trim());
    Ok(whole.parse().ok())
}

/// All elements of a list, or a single object or string as a list of one. `null`, a number, a boolean or a string
/// that is not a `T` gives an empty list.
pub(crate) fn list<'de, D, T>(json: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    json.deserialize_any(List(PhantomData))
}

struct Scalar;

impl<'de> Visitor<'de> for Scalar {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Some(text))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    /// `1985.0` becomes the string `1985.0`.
    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(format!("{number:?}")))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Some(truth.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element::<Option<T>>()? {
            list.extend(element);
        }
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        Ok(vec![T::deserialize(MapAccessDeserializer::new(members))?])
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let one = T::deserialize(serde::de::value::StrDeserializer::<E>::new(text));
        Ok(one.into_iter().collect())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(vec![])
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(vec![])
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(vec![])
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(vec![])
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(vec![])
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(vec![])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    struct Shape {
        #[serde(default, deserialize_with = "scalar")]
        text: Option<String>,
        #[serde(default, deserialize_with = "year")]
        year: Option<i32>,
        #[serde(default, deserialize_with = "list")]
        inner: Vec<Inner>,
        #[serde(default, deserialize_with = "list")]
        words: Vec<String>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        #[serde(default, deserialize_with = "scalar")]
        id: Option<String>,
    }

    fn read(json: &str) -> Shape {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_scalar_is_read_in_every_form_and_another_thing_is_none() {
        for (json, text) in [(r#""a""#, "a"), ("7", "7"), ("-7", "-7"), ("true", "true")] {
            assert_eq!(read(&format!(r#"{{"text":{json}}}"#)).text.as_deref(), Some(text));
        }
        for json in ["null", "[1,[2]]", r#"{"a":{"b":1}}"#] {
            assert_eq!(read(&format!(r#"{{"text":{json}}}"#)).text, None, "{json}");
        }
        assert_eq!(read("{}"), Shape::default());
    }

    #[test]
    fn a_year_is_read_in_every_form() {
        for json in ["1985", "1985.0", r#""1985""#, r#"" 1985 ""#, r#""1985.0""#] {
            assert_eq!(read(&format!(r#"{{"year":{json}}}"#)).year, Some(1985), "{json}");
        }
        for json in ["null", "1985.5", r#""?""#, "[]", "1e300"] {
            assert_eq!(read(&format!(r#"{{"year":{json}}}"#)).year, None, "{json}");
        }
    }

    #[test]
    fn one_thing_is_a_list_of_one_and_null_is_none() {
        let inner = |json: &str| read(&format!(r#"{{"inner":{json}}}"#)).inner;
        let one = || Inner { id: Some("1".to_owned()) };
        assert_eq!(inner(r#"[{"id":"1"},null,{"id":1}]"#), [one(), one()]);
        assert_eq!(inner(r#"{"id":1}"#), [one()]);
        for json in ["null", "[]", "7", "true", "1.5"] {
            assert_eq!(inner(json), [], "{json}");
        }
        assert_eq!(read(r#"{"words":"OPConsultation"}"#).words, ["OPConsultation"]);
        assert_eq!(read(r#"{"words":["a","b"]}"#).words, ["a", "b"]);
    }
}
