//! The first look at a stranger's bytes: JSON within limits, every object naming a field once.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::error::{Found, Rule, VisitErrors};
use super::path::Path;

/// The largest document: room for a few scanned papers in base64.
pub const BYTES_MAX: usize = 32 * 1024 * 1024;
/// How deep lists and objects may be nested; a real document needs six.
pub const DEPTH_MAX: usize = 32;
/// How many JSON values a document may hold; a busy inpatient stay has some two thousand. Two of them
/// can make an entry, so what is built stays within [`Limits`](crate::validate::Limits), too.
pub const VALUES_MAX: usize = 10_000;

/// Reads `bytes` as JSON; repeated fields go to `found`, broken limits end the reading.
pub(super) fn read(bytes: &[u8], found: &mut Found) -> Result<Value, VisitErrors> {
    if bytes.len() > BYTES_MAX {
        let message = format!("must be at most {} MiB", BYTES_MAX / 1024 / 1024);
        return Err(VisitErrors::one(&Path::default(), Rule::Size, message));
    }
    let mut guard = Guard { found, path: Path::default(), depth: 0, values: 0, broken: None };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Node(&mut guard).deserialize(&mut reader);
    let broken = guard.broken.take();
    match read.and_then(|value| reader.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => Err(broken.unwrap_or_else(|| {
            let (line, column) = (error.line(), error.column());
            let message = format!("must be JSON in UTF-8; it stops being so at {line}:{column}");
            VisitErrors::one(&Path::default(), Rule::Syntax, message)
        })),
    }
}

struct Guard<'f> {
    found: &'f mut Found,
    path: Path,
    depth: usize,
    values: usize,
    broken: Option<VisitErrors>,
}

impl Guard<'_> {
    fn count<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.values = self.values.saturating_add(1);
        if self.values > VALUES_MAX {
            return self.stop(Rule::Size, format!("must hold at most {VALUES_MAX} values"));
        }
        Ok(())
    }

    fn enter<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEPTH_MAX {
            return self.stop(Rule::Depth, format!("must not be nested deeper than {DEPTH_MAX}"));
        }
        Ok(())
    }

    fn stop<E: serde::de::Error>(&mut self, rule: Rule, message: String) -> Result<(), E> {
        self.broken = Some(VisitErrors::one(&self.path, rule, message));
        Err(E::custom("limit"))
    }
}

struct Node<'g, 'f>(&'g mut Guard<'f>);

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.0.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let guard = self.0;
        guard.enter()?;
        let mut list = Vec::new();
        loop {
            guard.path.push_item(list.len());
            let item = items.next_element_seed(Node(guard))?;
            guard.path.pop();
            match item {
                Some(item) => list.push(item),
                None => break,
            }
        }
        guard.depth = guard.depth.saturating_sub(1);
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let guard = self.0;
        guard.enter()?;
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            guard.path.push_name(&name);
            if object.contains_key(&name) {
                let message = "must be given only once in this object";
                guard.found.add(guard.path.clone(), Rule::Duplicate, message);
            }
            let value = fields.next_value_seed(Node(guard))?;
            guard.path.pop();
            object.insert(name, value);
        }
        guard.depth = guard.depth.saturating_sub(1);
        Ok(Value::Object(object))
    }
}
