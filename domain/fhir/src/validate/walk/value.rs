//! One value: a primitive, an object or a resource.

use super::{Note, View, Walk};
use crate::rules::name::Name;
use crate::rules::table::{Content, Element, Primitive, ShapeId, TargetsId, TypeRole};
use crate::validate::finding::{Layer, Severity};
use crate::validate::narrative::{self, Fault, Seen};
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
            // The validator of HL7 only warns that it does not know the system.
            let is_of_coding = primitive == Primitive::AbsoluteUri && self.role == TypeRole::Coding;
            let is_uri = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
            if is_of_coding && at.text().is_some_and(is_uri) {
                self.stricter(at, note);
                return true;
            }
            self.error(at, note);
            return false;
        }
        if primitive == Primitive::Xhtml {
            match at.text().map(narrative::read) {
                Some(Ok(seen)) if seen != Seen::default() => self.seen(at, seen),
                Some(Err(fault)) => self.narrative(at, fault),
                Some(Ok(_)) | None => {}
            }
        }
        true
    }

    /// Images and styles of a narrative that is sound in itself.
    #[cold]
    fn seen(&mut self, at: View<'t>, seen: Seen<'_>) {
        let mut contained = self.container.each(Name::CONTAINED);
        if seen.own_image.is_some_and(|id| !contained.any(|inner| inner.is(Name::ID, id))) {
            let message = "the text shows an image of a contained resource that is not there";
            self.error(at, Note::new("txt-image", message, "contain it, or leave the image out"));
        }
        if seen.loads && !self.fhir_only {
            let message = "the text loads or holds something beside its words; it may not be shown";
            let mend = "leave out images and styles from elsewhere, and links that hold data";
            let note = Note::new("txt-loads", message, mend);
            self.report.add(Severity::Warning, Layer::Policy, at.into(), note);
        }
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
            Fault::Misplaced => Note::new(
                "txt-1",
                "the text has an element, or words, where HTML has no place for them",
                "keep lists and tables out of paragraphs, and words inside of items and cells",
            ),
            Fault::Active => Note::new(
                "txt-1",
                "the text has a link that runs a script",
                "link to an https address, or leave the link out",
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
            if self.rules.shape(shape).role == TypeRole::Reference {
                self.reference(at, targets);
            }
        } else {
            self.error(at, Note::new("type", "must be an object", "put it into curly brackets"));
        }
        is_object
    }
}
