//! Who and what nearly every resource of a document points at.

use crate::document::identity::Ids;
use crate::model::datatype::Reference;
use crate::terminology::role;
use crate::visit::{Practitioner, PractitionerRole, VisitDocument};

pub(in crate::document) struct Cast<'a> {
    pub(in crate::document) patient: Reference<'a>,
    /// In the order of the visit.
    pub(in crate::document) people: Vec<Person<'a>>,
    /// Place of the author among them.
    author: usize,
    pub(in crate::document) organization: Reference<'a>,
    pub(in crate::document) encounter: Reference<'a>,
}

/// Somebody who had a part in the visit.
pub(in crate::document) struct Person<'a> {
    pub(in crate::document) practitioner: &'a Practitioner,
    pub(in crate::document) reference: Reference<'a>,
    /// When the record says what they are.
    pub(in crate::document) role: Option<Reference<'a>>,
}

impl<'a> Person<'a> {
    /// As holder of their post, when the record says which; the Practitioner is one step further.
    pub(in crate::document) fn in_role(&self) -> Reference<'a> {
        self.role.clone().unwrap_or_else(|| self.reference.clone())
    }

    pub(in crate::document) fn has(&self, role: PractitionerRole) -> bool {
        self.practitioner.has(role)
    }

    fn may_interpret(&self) -> bool {
        let Practitioner { designation, qualification, .. } = self.practitioner;
        role::may_interpret(designation.as_deref(), qualification.as_deref())
    }
}

impl<'a> Cast<'a> {
    pub(super) fn new(visit: &'a VisitDocument, ids: &Ids) -> Self {
        let facility = &visit.facility.abdm_facility_name;
        let people = visit.practitioner.as_slice().iter().enumerate();
        Self {
            patient: Reference::to("Patient", ids.of("patient"), &visit.beneficiary.name),
            people: people.map(|(nth, practitioner)| person(nth, practitioner, ids)).collect(),
            author: visit.practitioner.author_index(),
            organization: Reference::to("Organization", ids.of("organization"), facility),
            encounter: Reference::to("Encounter", ids.of("encounter"), &visit.visit.category),
        }
    }

    pub(in crate::document) fn author(&self) -> &Person<'a> {
        &self.people[self.author]
    }

    /// The author, and everybody else who wrote.
    pub(in crate::document) fn authors(&self) -> Vec<Reference<'a>> {
        let others =
            self.people.iter().enumerate().filter(|(nth, person)| {
                *nth != self.author && person.has(PractitionerRole::Author)
            });
        let others = others.map(|(_, person)| person.reference.clone());
        std::iter::once(self.author().reference.clone()).chain(others).collect()
    }

    /// The person of that name, if they had a part in the visit.
    pub(in crate::document) fn named(&self, name: &str) -> Option<&Person<'a>> {
        self.people.iter().find(|person| person.practitioner.full_name.trim() == name.trim())
    }

    /// Who read a result: whom the record names, else who has that role, else the author. Nobody of
    /// the visit whose post is another is made a reader.
    pub(in crate::document) fn interpreter(
        &self,
        name: Option<&'a String>,
    ) -> Option<Reference<'a>> {
        let Some(name) = name else {
            let reader = |person: &&Person<'a>| person.has(PractitionerRole::Interpreter);
            let reader = self.people.iter().find(reader);
            let reader = reader.or_else(|| Some(self.author()).filter(|one| one.may_interpret()));
            return reader.map(|person| person.reference.clone());
        };
        match self.named(name) {
            Some(person) => {
                let reads = person.may_interpret() || person.has(PractitionerRole::Interpreter);
                reads.then(|| person.reference.clone())
            }
            None => Some(Reference::named(name)),
        }
    }

    /// Who made a result: the facility, who has that role, and the author when they did not read it.
    pub(in crate::document) fn performers(&self, is_read: bool) -> Vec<Reference<'a>> {
        let mut performers = vec![self.organization.clone()];
        for (nth, person) in self.people.iter().enumerate() {
            let is_author = nth == self.author;
            if person.has(PractitionerRole::Performer) || (is_author && !is_read) {
                performers.push(person.reference.clone());
            }
        }
        performers
    }
}

/// The first has the id that a document of one practitioner gives them.
fn person<'a>(nth: usize, practitioner: &'a Practitioner, ids: &Ids) -> Person<'a> {
    let id = |what: &str| ids.of(&path(what, nth));
    let name = &practitioner.full_name;
    Person {
        practitioner,
        reference: Reference::to("Practitioner", id("practitioner"), name),
        role: practitioner
            .designation
            .as_ref()
            .map(|_| Reference::to("PractitionerRole", id("practitioner-role"), name)),
    }
}

/// The path of the id of the `nth` person.
pub(in crate::document) fn path(what: &str, nth: usize) -> String {
    if nth == 0 { what.to_owned() } else { format!("{what}/{nth}") }
}
