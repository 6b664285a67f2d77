//! Codes: whether they come from the value set that the profile names.

use super::{Note, View, Walk};
use crate::rules::Rules;
use crate::rules::name::Name;
use crate::rules::table::{Binding, CodeList, Content, Strength, TypeRole, ValueSet};
use crate::validate::tape::Kind;

/// A value set with more codes is not spelled out in a message.
const SHOWN_CODES_MAX: usize = 12;

impl<'t> Walk<'_, 't> {
    pub(super) fn bound(&mut self, at: View<'t>, content: Content, binding: &Binding) {
        let rules = self.rules;
        let set = &rules.tables().value_sets[binding.value_set.index()];
        let is_concept = |shape| rules.child(rules.shape(shape), Name::CODING).is_some();
        let is_met = match content {
            Content::Primitive(_) => at.text().is_some_and(|code| admits(rules, set, code, None)),
            Content::Object(shape) if is_concept(shape) => {
                let mut codings = at.each(Name::CODING);
                // Words alone are allowed where the set may be extended.
                let is_worded = binding.strength == Strength::Extensible && !at.has(Name::CODING);
                is_worded || codings.any(|coding| is_coding_in(rules, set, coding))
            }
            Content::Object(shape) => {
                let is_worded = binding.strength == Strength::Extensible && !at.has(Name::CODE);
                // A unit without system is told by qty-3.
                let is_told = rules.shape(shape).role == TypeRole::Quantity
                    && at.has(Name::CODE)
                    && !at.has(Name::SYSTEM);
                is_worded || is_told || is_coding_in(rules, set, at)
            }
            Content::Resource(_) | Content::ResourceType => true,
        };
        if !is_met {
            self.not_bound(at, set, binding.strength);
        }
    }

    #[cold]
    fn not_bound(&mut self, at: View<'t>, set: &ValueSet, strength: Strength) {
        let rules = self.rules;
        let url = rules.text(set.url);
        let codes = set.codes.of(&rules.tables().codes);
        let wanted = match set.list {
            CodeList::Listed if codes.len() <= SHOWN_CODES_MAX => {
                let codes: Vec<&str> = codes.iter().map(|code| rules.text(code.code)).collect();
                let mut systems: Vec<&str> =
                    codes_systems(rules, set).filter(|system| !system.is_empty()).collect();
                systems.dedup();
                format!("use one of {} from {}", codes.join(", "), systems.join(" or "))
            }
            CodeList::Listed => format!("use a code of {url}, with its system"),
            CodeList::MimeType => "write a media type, such as application/pdf".to_owned(),
            CodeList::Currency => "write three capital letters, such as INR".to_owned(),
        };
        let name = url.rsplit('/').next().unwrap_or(url);
        match strength {
            Strength::Required => {
                let message = format!("the code is not in the value set {name}, which is required");
                self.error(at, Note::new("binding-required", message, wanted));
            }
            Strength::Extensible => {
                let message =
                    format!("no code is from the value set {name}; others only for what it lacks");
                self.warning(at, Note::new("binding-extensible", message, wanted));
            }
        }
    }
}

fn codes_systems<'r>(rules: &'r Rules, set: &ValueSet) -> impl Iterator<Item = &'r str> {
    set.codes.of(&rules.tables().codes).iter().map(|code| rules.text(code.system))
}

fn is_coding_in(rules: &Rules, set: &ValueSet, coding: View<'_>) -> bool {
    let code = coding.text_of(Name::CODE).filter(|_| coding.kind() == Kind::Object);
    let system = coding.text_of(Name::SYSTEM).unwrap_or("");
    code.is_some_and(|code| admits(rules, set, code, Some(system)))
}

/// Whether the set has this code, of this system when one is asked for.
fn admits(rules: &Rules, set: &ValueSet, code: &str, system: Option<&str>) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_uppercase();
    match set.list {
        CodeList::Listed => {
            let Some(code) = rules.text_id(code) else {
                return false;
            };
            let codes = set.codes.of(&rules.tables().codes);
            let first = codes.partition_point(|known| known.code < code);
            let mut same = codes[first..].iter().take_while(|known| known.code == code);
            same.any(|known| {
                let found = rules.text(known.system);
                system.is_none_or(|system| found.is_empty() || found == system)
            })
        }
        CodeList::MimeType => is_media_type(code),
        CodeList::Currency => code.len() == 3 && code.bytes().all(is_letter),
    }
}

/// `type/subtype`, with parameters perhaps.
fn is_media_type(code: &str) -> bool {
    let is_token = |token: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&^_.+-*".contains(&byte);
        !token.is_empty() && token.bytes().all(is_part)
    };
    let name = code.split(';').next().unwrap_or(code).trim_end();
    name.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}
