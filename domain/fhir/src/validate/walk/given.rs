//! Values that a profile gives: fixed ones, and patterns.

use serde_json::Value;

use super::{Note, View, Walk};
use crate::rules::name::Name;
use crate::rules::table::{FixedId, FixedKind};
use crate::validate::tape::Kind;

/// A given value that is longer is not repeated in a message.
const SHOWN_BYTES_MAX: usize = 100;

impl<'t> Walk<'_, 't> {
    #[inline]
    pub(super) fn given(&mut self, at: View<'t>, id: FixedId) {
        let rules = self.rules;
        let fixed = &rules.tables().fixed[id.index()];
        let is_equal = match fixed.text {
            Some(text) => at.text() == Some(rules.text(text)),
            None => serde_json::from_str(rules.text(fixed.json))
                .is_ok_and(|wanted| fits(at, &wanted, fixed.kind, rules)),
        };
        if !is_equal {
            self.not_given(at, rules.text(fixed.json), fixed.kind);
        }
    }

    #[cold]
    fn not_given(&mut self, at: View<'t>, json: &str, kind: FixedKind) {
        let shown = if json.len() > SHOWN_BYTES_MAX { "the value of the profile" } else { json };
        let message =
            format!("{} gives the value {shown} here, and this is another", self.profile_name());
        let rule = match kind {
            FixedKind::Fixed => "fixed",
            FixedKind::Pattern => "pattern",
        };
        self.error(at, Note::new(rule, message, format!("write {shown}")));
    }
}

/// A fixed value is met exactly; a pattern by what has at least that.
fn fits(at: View<'_>, wanted: &Value, kind: FixedKind, rules: &crate::rules::Rules) -> bool {
    match wanted {
        Value::String(text) => at.text() == Some(text),
        Value::Null => at.kind() == Kind::Null,
        Value::Bool(_) | Value::Number(_) => {
            let wanted = wanted.to_string();
            matches!(at.kind(), Kind::Boolean | Kind::Number) && at.literal() == wanted
        }
        Value::Array(items) => {
            let has = |item: &Value| at.members().any(|found| fits(found, item, kind, rules));
            let is_long_enough = kind == FixedKind::Pattern || at.count() == items.len();
            at.kind() == Kind::List && is_long_enough && items.iter().all(has)
        }
        Value::Object(members) => {
            let has = |(name, value): (&String, &Value)| {
                let name = rules.name(name.as_bytes());
                let found = Some(name).filter(|name| *name != Name::UNKNOWN);
                found
                    .and_then(|name| at.member(name))
                    .is_some_and(|one| fits(one, value, kind, rules))
            };
            let is_large_enough = kind == FixedKind::Pattern || at.count() == members.len();
            at.kind() == Kind::Object && is_large_enough && members.iter().all(has)
        }
    }
}
