//! A document while it is being written.

mod cast;
mod finish;
mod kind;

use uuid::Uuid;

use super::context::BuildContext;
use super::identity::Ids;
use super::replaced::Replaced;
use super::source::Source;
use crate::check::Finding;
use crate::hi_type::HiType;
use crate::model::Text;
use crate::model::datatype::Reference;
use crate::model::resource::{Diagnosis, Entry, Part};
use crate::rules::Rules;
use crate::visit::{Moment, VisitDocument};

pub(super) use self::cast::{Cast, Person, path as person_path};
pub(super) use self::kind::{Kind, OneOfMany, TypeConcept};

/// What a section lists: a resource of the document, and a line about it for people.
pub(super) struct Item<'a> {
    pub(super) reference: Reference<'a>,
    pub(super) line: String,
}

/// Collects the resources of one document; the people and the visit are there from the start.
pub(super) struct Draft<'a> {
    pub(super) visit: &'a VisitDocument,
    pub(super) context: &'a BuildContext,
    /// Filled by the diagnoses; read by the encounter and the prescriptions.
    pub(super) diagnoses: Vec<Diagnosis<'a>>,
    /// The people and the visit, pointed at from nearly everything.
    pub(super) cast: Cast<'a>,
    /// The latest time that the document tells of: the document itself is not older.
    latest: &'a Moment,
    /// Whether something that it reports on is still to come.
    pub(super) is_incomplete: bool,
    /// Lines of the section at work that no resource can carry.
    words_only: Vec<String>,
    kind: &'static Kind,
    /// Which one, where a visit may yield several of the kind.
    one: Option<OneOfMany>,
    /// What was told before, when the visit was amended.
    replaced: Option<&'a Replaced>,
    rules: &'a Rules,
    ids: Ids,
    entries: Vec<Entry<'a>>,
    left_out: Vec<Finding>,
}

impl<'a> Draft<'a> {
    /// The only document of its kind.
    pub(super) fn new(kind: &'static Kind, source: &Source<'a>) -> Self {
        Self::start(kind, None, source)
    }

    /// One of several documents of its kind.
    pub(super) fn one(kind: &'static Kind, one: OneOfMany, source: &Source<'a>) -> Self {
        Self::start(kind, Some(one), source)
    }

    fn start(kind: &'static Kind, one: Option<OneOfMany>, source: &Source<'a>) -> Self {
        let key = one.as_ref().map(|one| one.key.as_str());
        let ids = Ids::new(source.visit, kind.hi_type, key, &source.digest);
        Self {
            visit: source.visit,
            context: source.context,
            diagnoses: vec![],
            cast: Cast::new(source.visit, &ids),
            latest: &source.visit.visit.visit_date,
            is_incomplete: false,
            words_only: vec![],
            kind,
            one,
            replaced: source.replaced,
            rules: source.rules,
            ids,
            entries: vec![],
            left_out: vec![],
        }
    }

    pub(super) fn hi_type(&self) -> HiType {
        self.kind.hi_type
    }

    /// The id of the resource at `path`, such as `complaint/0`; a path is used once.
    pub(super) fn id(&self, path: &str) -> Uuid {
        self.ids.of(path)
    }

    pub(super) fn patient(&self) -> Reference<'a> {
        self.cast.patient.clone()
    }

    /// Who answers for the visit.
    pub(super) fn practitioner(&self) -> Reference<'a> {
        self.cast.author().reference.clone()
    }

    pub(super) fn organization(&self) -> Reference<'a> {
        self.cast.organization.clone()
    }

    pub(super) fn encounter(&self) -> Reference<'a> {
        self.cast.encounter.clone()
    }

    /// The practitioner of the visit, unless the record names somebody else: of them nothing is
    /// known but the name, if they had no part in the visit.
    pub(super) fn person(&self, name: Option<&'a String>) -> Reference<'a> {
        let Some(name) = name else {
            return self.practitioner();
        };
        let known = self.cast.named(name);
        known.map_or_else(|| Reference::named(name), |person| person.reference.clone())
    }

    /// The time of something that the document tells; that of the visit when it is not known.
    pub(super) fn at(&mut self, moment: Option<&'a Moment>) -> &'a Moment {
        let moment = moment.unwrap_or(&self.visit.visit.visit_date);
        if moment.at() > self.latest.at() {
            self.latest = moment;
        }
        moment
    }

    /// Tells something in the words of the section alone.
    pub(super) fn tell(&mut self, line: String) {
        self.words_only.push(line);
    }

    /// What was told in words alone since this was asked last.
    pub(super) fn take_words(&mut self) -> Vec<String> {
        std::mem::take(&mut self.words_only)
    }

    /// Adds a resource to the document.
    pub(super) fn add<P: Part<'a>>(
        &mut self,
        part: P,
        display: impl Into<Text<'a>>,
        line: String,
    ) -> Item<'a> {
        let reference = Reference::to(P::TYPE, part.id(), display);
        self.entries.push(Entry::of(part));
        Item { reference, line }
    }

    /// Notes that the document is silent about something in the visit; `path` is its field there.
    pub(super) fn leave_out(&mut self, path: String, message: &'static str) {
        self.left_out.push(Finding::left_out(path, message));
    }
}
