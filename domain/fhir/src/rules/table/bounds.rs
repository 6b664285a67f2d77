//! That nothing in the tables points outside of them, so that no look-up can fail later.

use super::{
    Content, ElementId, General, InvariantId, LoadError, Name, ProfileId, ShapeId, Span, Tables,
    TextId, TypeId,
};

impl Tables {
    /// # Errors
    ///
    /// [`LoadError::Damaged`] names the table that points at nothing.
    pub(crate) fn check(&self) -> Result<(), LoadError> {
        let is_sound =
            |is_sound, what| if is_sound { Ok(()) } else { Err(LoadError::Damaged(what)) };
        let in_blob = |span: &Span| self.blob.get(span.start as usize..span.end()).is_some();
        is_sound(self.texts.iter().all(in_blob), "texts")?;
        is_sound(self.names.iter().all(|id| self.has_text(*id)), "names")?;
        is_sound(self.shapes_are_sound(), "shapes")?;
        is_sound(self.elements_are_sound(), "elements")?;
        is_sound(self.slices_are_sound(), "slices")?;
        is_sound(self.terms_are_sound(), "value sets")?;
        is_sound(self.profiles_are_sound(), "profiles")
    }

    fn shapes_are_sound(&self) -> bool {
        let [General { sidecar, any_resource }] = self.general[..] else {
            return false;
        };
        self.has_shape(sidecar)
            && self.has_shape(any_resource)
            && self.shapes.iter().all(|shape| {
                self.has_text(shape.title)
                    && shape.children.end() <= self.children.len()
                    && self.has_checks(shape.checks)
            })
            && self.children.iter().all(|child| {
                usize::from(child.ordinal) < super::ELEMENTS_MAX
                    && self.has_name(child.name)
                    && self.has_element(child.element)
                    && self.has_content(child.content)
            })
    }

    fn elements_are_sound(&self) -> bool {
        self.elements.iter().all(|element| {
            self.has_text(element.name)
                && element.fixed.is_none_or(|id| id.index() < self.fixed.len())
                && element.targets.is_none_or(|id| id.index() < self.targets.len())
                && element.slicing.is_none_or(|id| id.index() < self.slicings.len())
                && element
                    .binding
                    .as_ref()
                    .is_none_or(|binding| binding.value_set.index() < self.value_sets.len())
                && self.has_checks(element.checks)
        }) && self.fixed.iter().all(|fixed| {
            self.has_text(fixed.json) && fixed.text.is_none_or(|text| self.has_text(text))
        }) && self.targets.iter().all(|targets| {
            targets.types.iter().all(|id| self.has_type(*id))
                && targets.profiles.iter().all(|id| self.has_profile(*id))
        })
    }

    fn slices_are_sound(&self) -> bool {
        self.slicings.iter().all(|slicing| {
            slicing.slices.end() <= self.slices.len()
                && usize::from(slicing.slices.count) <= super::SLICES_MAX
        }) && self.slices.iter().all(|slice| {
            self.has_text(slice.name)
                && self.has_element(slice.element)
                && self.has_content(slice.content)
                && slice.expects.end() <= self.expectations.len()
        }) && self.expectations.iter().all(|expectation| {
            self.has_text(expectation.value) && expectation.steps.end() <= self.steps.len()
        }) && self.steps.iter().all(|name| self.has_name(*name))
    }

    fn terms_are_sound(&self) -> bool {
        self.value_sets
            .iter()
            .all(|set| self.has_text(set.url) && set.codes.end() <= self.codes.len())
            && self.codes.iter().all(|code| self.has_text(code.code) && self.has_text(code.system))
            && self.systems.is_sorted_by_key(|system| system.url)
            && self.systems.iter().all(|one| self.has_text(one.url) && self.has_text(one.codes))
            && self.invariants.iter().all(|invariant| self.has_text(invariant.key))
    }

    fn profiles_are_sound(&self) -> bool {
        self.profiles.iter().enumerate().all(|(index, profile)| {
            self.has_text(profile.url)
                && self.has_text(profile.name)
                && self.has_type(profile.resource)
                && self.has_shape(profile.shape)
                && profile.base.is_none_or(|base| self.has_profile(base) && base.index() != index)
        }) && self.types.iter().all(|kind| {
            self.has_text(kind.name) && kind.definition.is_none_or(|id| self.has_profile(id))
        })
    }

    fn has_text(&self, id: TextId) -> bool {
        id.index() < self.texts.len()
    }

    fn has_name(&self, name: Name) -> bool {
        usize::from(name.0) < self.names.len()
    }

    fn has_shape(&self, id: ShapeId) -> bool {
        id.index() < self.shapes.len()
    }

    fn has_element(&self, id: ElementId) -> bool {
        id.index() < self.elements.len()
    }

    fn has_type(&self, id: TypeId) -> bool {
        id.index() < self.types.len()
    }

    fn has_profile(&self, id: ProfileId) -> bool {
        id.index() < self.profiles.len()
    }

    fn has_checks(&self, span: Span) -> bool {
        span.end() <= self.checks.len()
            && span
                .of(&self.checks)
                .iter()
                .all(|id: &InvariantId| id.index() < self.invariants.len())
    }

    fn has_content(&self, content: Content) -> bool {
        match content {
            Content::Object(shape) => self.has_shape(shape),
            Content::Resource(profile) => profile.is_none_or(|profile| self.has_profile(profile)),
            Content::Primitive(_) | Content::ResourceType => true,
        }
    }
}
