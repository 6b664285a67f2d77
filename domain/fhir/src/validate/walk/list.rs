//! Lists: how many, and which slice an item belongs to.

use super::{Note, View, Walk};
use crate::rules::name::Name;
use crate::rules::table::{
    Content, Element, Expectation, SLICES_MAX, Slice, Slicing, SlicingRules, UNBOUNDED,
};
use crate::validate::tape::Kind;

impl<'t> Walk<'_, 't> {
    pub(super) fn list(
        &mut self,
        object: View<'t>,
        at: View<'t>,
        element: &Element,
        content: Content,
    ) {
        self.count(at, element);
        if let Some(slicing) = element.slicing {
            let slicing = &self.rules.tables().slicings[slicing.index()];
            return self.sliced(at, element, content, slicing);
        }
        for item in at.members() {
            if item.kind() == Kind::Null && has_sidecar(object, at, item, content) {
                continue;
            }
            self.value(item, element, content);
        }
    }

    #[inline]
    fn count(&mut self, at: View<'t>, element: &Element) {
        let count = at.count();
        let is_too_many = element.max != UNBOUNDED && count > usize::from(element.max);
        if count == 0 || count < usize::from(element.min) || is_too_many {
            self.wrong_count(at, element, count);
        }
    }

    #[cold]
    fn wrong_count(&mut self, at: View<'t>, element: &Element, count: usize) {
        let name = self.rules.text(element.name);
        let profile = self.profile_name();
        let note = if count == 0 {
            let mend = "leave the element out when there is nothing to say";
            Note::new("json-empty", "an empty list has no meaning in FHIR", mend)
        } else if count < usize::from(element.min) {
            let message =
                format!("{profile} asks for {} of {name}, and there are {count}", element.min);
            Note::new("cardinality", message, format!("add {name}"))
        } else {
            let message =
                format!("{profile} allows {} of {name}, and there are {count}", element.max);
            Note::new("cardinality", message, "merge them, or make several documents")
        };
        if count == 0 && at.name() == Name::PROFILE {
            return self.stricter(at, note);
        }
        self.error(at, note);
    }

    /// Each item is matched once, and then checked as the slice says instead of as the list says.
    fn sliced(&mut self, at: View<'t>, element: &Element, content: Content, slicing: &Slicing) {
        let rules = self.rules;
        let slices = slicing.slices.of(&rules.tables().slices);
        let mut counts = [0_usize; SLICES_MAX];
        let mut stranger: Option<View<'t>> = None;
        for item in at.members() {
            let place = slices.iter().position(|slice| self.is_in_slice(item, slice));
            let Some((place, slice)) = place.and_then(|place| Some((place, slices.get(place)?)))
            else {
                stranger = stranger.or(Some(item));
                if slicing.rules == SlicingRules::Closed {
                    self.no_slice(item, slices);
                }
                self.value(item, element, content);
                continue;
            };
            counts[place] += 1;
            if let Some(stranger) = stranger.filter(|_| slicing.rules == SlicingRules::OpenAtEnd) {
                let message =
                    "items that the profile does not name should stand after those it names";
                self.warning(stranger, Note::new("slice-order", message, "move it to the end"));
            }
            self.value(item, &rules.tables().elements[slice.element.index()], slice.content);
        }
        for (slice, count) in slices.iter().zip(counts) {
            self.count_slice(at, slice, count);
        }
    }

    fn is_in_slice(&self, item: View<'t>, slice: &Slice) -> bool {
        let tables = self.rules.tables();
        let holds = |one: &Expectation| {
            has_at(item, one.steps.of(&tables.steps), self.rules.text(one.value))
        };
        slice.expects.of(&tables.expectations).iter().all(holds)
    }

    #[cold]
    fn no_slice(&mut self, item: View<'t>, slices: &[Slice]) {
        let names: Vec<&str> = slices.iter().map(|slice| self.rules.text(slice.name)).collect();
        let steps = slices.first().map(|slice| slice.expects.of(&self.rules.tables().expectations));
        let steps =
            steps.and_then(<[_]>::first).map(|one| one.steps.of(&self.rules.tables().steps));
        let told_by: Vec<&str> =
            steps.into_iter().flatten().map(|name| self.rules.text_of_name(*name)).collect();
        let (names, told_by) = (names.join(", "), told_by.join("."));
        let message = format!(
            "{} admits only {names} here, told apart by {told_by}; this is none of them",
            self.profile_name()
        );
        self.error(
            item,
            Note::new("slice-closed", message, format!("correct {told_by}, or remove it")),
        );
    }

    fn count_slice(&mut self, at: View<'t>, slice: &Slice, count: usize) {
        let rules = self.rules;
        let element = &rules.tables().elements[slice.element.index()];
        let (name, profile) = (rules.text(slice.name), self.profile_name());
        if count < usize::from(element.min) {
            let message = format!("{profile} asks for an item {name}, and there is none");
            self.error(at, Note::new("slice-cardinality", message, "add it"));
        } else if element.max != UNBOUNDED && count > usize::from(element.max) {
            let message =
                format!("{profile} allows {} of {name}, and there are {count}", element.max);
            self.error(at, Note::new("slice-cardinality", message, "put them into one"));
        }
    }
}

/// Whether one of the values at the end of `steps` is `text`.
fn has_at(at: View<'_>, steps: &[Name], text: &str) -> bool {
    match steps.split_first() {
        Some((first, rest)) => at.each(*first).any(|inner| has_at(inner, rest, text)),
        None => at.text() == Some(text),
    }
}

/// Whether a `null` in a list of primitives has extensions to stand in for it.
#[cold]
fn has_sidecar(object: View<'_>, list: View<'_>, item: View<'_>, content: Content) -> bool {
    let Content::Primitive(_) = content else {
        return false;
    };
    let Some(sidecars) = object.sidecar(list.name()) else {
        return false;
    };
    let mut pairs = list.members().zip(sidecars.members());
    pairs.any(|(value, sidecar)| value == item && sidecar.kind() == Kind::Object)
}
