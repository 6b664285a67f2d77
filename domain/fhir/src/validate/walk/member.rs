//! One member of an object: is it known, is it there once, is it a list when it should be.

use super::{Note, View, Walk};
use crate::rules::name::Name;
use crate::rules::table::{Child, Content, Element, Shape};
use crate::validate::tape::Kind;

impl<'t> Walk<'_, 't> {
    pub(super) fn member(&mut self, object: View<'t>, at: View<'t>, child: &Child) {
        let element = self.rules.element(child);
        if element.max == 0 {
            return self.not_allowed(at, element);
        }
        match (element.is_list, at.kind() == Kind::List) {
            (false, false) => self.value(at, element, child.content),
            (true, true) => self.list(object, at, element, child.content),
            (true, false) => {
                self.error(at, Note::new("type", "must be a list", "put it into square brackets"));
            }
            (false, true) => {
                let mend = "take it out of its square brackets";
                self.error(at, Note::new("type", "must not be a list", mend));
            }
        }
    }

    #[cold]
    fn not_allowed(&mut self, at: View<'t>, element: &Element) {
        let name = self.rules.text(element.name);
        let message = format!("{} does not allow {name} here", self.profile_name());
        self.error(at, Note::new("cardinality", message, format!("remove {name}")));
    }

    #[cold]
    pub(super) fn unknown(&mut self, at: View<'t>, shape: &Shape) {
        let rules = self.rules;
        let children = shape.children.of(&rules.tables().children);
        let choice = children.iter().find_map(|child| {
            let name = rules.text(rules.element(child).name);
            let rest = at.key().strip_prefix(name.strip_suffix("[x]")?)?;
            rest.starts_with(|letter: char| letter.is_ascii_uppercase()).then_some(name)
        });
        let note = if let Some(name) = choice {
            let message = format!("{} does not allow this type of {name}", self.profile_name());
            Note::new("choice-type", message, "write the value as one of the types it allows")
        } else {
            let title = rules.text(shape.title);
            let message = format!("there is no such element in {title}");
            Note::new("unknown-member", message, "correct its spelling, or remove it")
        };
        self.error(at, note);
    }

    #[cold]
    pub(super) fn twice(&mut self, at: View<'t>, child: &Child) {
        let name = self.rules.text(self.rules.element(child).name);
        let note = if name.ends_with("[x]") {
            let message = format!("{name} is there already: it may be there once, of one type");
            Note::new("choice-type", message, "remove one of them")
        } else {
            let message = "the name is there already in this object";
            Note::new("json-duplicate", message, "remove one of them")
        };
        if at.name() == Name::RESOURCE_TYPE {
            return self.stricter(at, note);
        }
        self.error(at, note);
    }

    /// What stands beside a primitive: its id and its extensions.
    #[cold]
    pub(super) fn sidecar(&mut self, object: View<'t>, at: View<'t>, child: &Child) {
        let Content::Primitive(_) = child.content else {
            let message = "only a primitive has extensions beside it";
            return self.error(at, Note::new("unknown-member", message, "put them inside"));
        };
        let element = self.rules.element(child);
        let partner = object.member(at.name());
        let mut others = object.members().filter(|other| !other.is_sidecar());
        let is_of_other_type = partner.is_none()
            && others.any(|other| {
                let shape = self.rules.text(element.name).strip_suffix("[x]");
                shape.is_some_and(|stem| other.key().starts_with(stem))
                    && other.name() != Name::UNKNOWN
            });
        if is_of_other_type {
            let message = "belongs to another type than the value has";
            return self.error(at, Note::new("choice-type", message, "name both alike"));
        }
        match (element.is_list, at.kind()) {
            (false, Kind::Object) => self.object(at, self.rules.sidecar_shape()),
            (true, Kind::List) => self.sidecars(at, partner),
            (false, _) => self.error(at, Note::new("type", "must be an object", "")),
            (true, _) => self.error(at, Note::new("type", "must be a list", "")),
        }
    }

    /// Kept in step with the list of values by `null`.
    fn sidecars(&mut self, at: View<'t>, partner: Option<View<'t>>) {
        let values = partner.filter(|partner| partner.kind() == Kind::List);
        if at.count() == 0 || values.is_some_and(|values| values.count() != at.count()) {
            let message = "must be as long as the list of values beside it";
            self.error(at, Note::new("type", message, "fill the gaps with null"));
        }
        let mut values = values.map(View::members);
        for item in at.members() {
            let value = values.as_mut().and_then(Iterator::next);
            match item.kind() {
                Kind::Object => self.object(item, self.rules.sidecar_shape()),
                Kind::Null if value.is_some_and(|value| value.kind() != Kind::Null) => {}
                Kind::Null => self.null(item),
                Kind::Boolean | Kind::Number | Kind::Text | Kind::WrittenOut | Kind::List => {
                    self.error(item, Note::new("type", "must be an object", ""));
                }
            }
        }
    }

    pub(super) fn null(&mut self, at: View<'t>) {
        let message = "null has no meaning in FHIR";
        self.error(at, Note::new("json-null", message, "leave the element out"));
    }
}
