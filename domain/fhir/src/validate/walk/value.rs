//! One value: a primitive, an object or a resource.

use super::{Note, View, Walk};
use crate::rules::table::{Content, Element, Primitive, ShapeId, TargetsId};
use crate::validate::narrative::{self, Fault};
use crate::validate::primitive;
use crate::validate::tape::Kind;

impl<'t> Walk<'_, 't> {
    pub(super) fn value(&mut self, at: View<'t>, element: &Element, content: Content) {
        if at.kind() == Kind::Null {
            return self.null(at);
        }
        let is_sound = match content {
            Content::Primitive(primitive) => self.primitive(at, primitive),
            Content::Object(shape) => self.inner_object(at, shape, element.targets),
            Content::Resource(profile) => {
                self.inner_resource(at, profile);
                true
            }
            Content::ResourceType => at.is_text(),
        };
        if !is_sound {
            return;
        }
        if let Some(fixed) = element.fixed {
            self.given(at, fixed);
        }
        if let Some(binding) = &element.binding {
            self.bound(at, content, binding);
        }
        self.checks(at, element.checks);
    }

    fn primitive(&mut self, at: View<'t>, primitive: Primitive) -> bool {
        if let Some(note) = primitive::fault(at, primitive) {
            self.error(at, note);
            return false;
        }
        if primitive == Primitive::Xhtml {
            let fault = at.text().and_then(narrative::fault);
            if let Some(fault) = fault {
                self.narrative(at, fault);
            }
        }
        true
    }

    #[cold]
    fn narrative(&mut self, at: View<'t>, fault: Fault) {
        let note = match fault {
            Fault::Form => Note::new(
                "txt-1",
                "the text is not one well-formed div of XHTML",
                "close every tag, quote every attribute, and write & as &amp;",
            ),
            Fault::Namespace => Note::new(
                "txt-1",
                "the div of the text is not in the namespace of XHTML",
                "write <div xmlns=\"http://www.w3.org/1999/xhtml\">",
            ),
            Fault::Forbidden => Note::new(
                "txt-1",
                "the text holds an element or attribute that a narrative may not have",
                "keep to paragraphs, lists, tables, links, images and plain formatting",
            ),
            Fault::Empty => {
                Note::new("txt-2", "the text says nothing", "write something, or leave text out")
            }
        };
        self.error(at, note);
    }

    fn inner_object(&mut self, at: View<'t>, shape: ShapeId, targets: Option<TargetsId>) -> bool {
        let is_object = at.kind() == Kind::Object;
        if is_object {
            self.object(at, shape);
            if self.rules.shape(shape).is_reference {
                self.reference(at, targets);
            }
        } else {
            self.error(at, Note::new("type", "must be an object", "put it into curly brackets"));
        }
        is_object
    }
}
