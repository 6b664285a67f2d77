//! Data types with rules that their definitions give in prose only.

use super::{Note, View, Walk};
use crate::rules::name::Name;
use crate::rules::table::TypeRole;
use crate::terminology::ucum;
use crate::validate::primitive;
use crate::validate::tape::Kind;

const UCUM: &str = "http://unitsofmeasure.org";

impl<'t> Walk<'_, 't> {
    #[inline]
    pub(super) fn data_type(&mut self, at: View<'t>, role: TypeRole, is_label: bool) {
        match role {
            // References are checked where their targets are known, see `inner_object`.
            TypeRole::Plain | TypeRole::Extension | TypeRole::Reference => {}
            TypeRole::Attachment => self.attachment(at),
            TypeRole::Coding if is_label => self.code(at, Self::stricter),
            TypeRole::Coding | TypeRole::Quantity => self.code(at, Self::error),
            TypeRole::Meta => self.labels(at),
        }
    }

    /// A code must be one of its system, however binding the value set is. Of a label
    /// the validator of HL7 asks only what the binding asks.
    fn code(&mut self, at: View<'t>, refuse: fn(&mut Self, View<'t>, Note)) {
        let Some((system, code)) = at.text_of(Name::SYSTEM).zip(at.text_of(Name::CODE)) else {
            return;
        };
        if system == UCUM {
            if !ucum::is_unit(code) {
                self.no_unit(at);
            }
        } else if self.rules.has_code(system, code) == Some(false) {
            let message = "the code system does not have this code";
            refuse(self, at, Note::new("code-unknown", message, "use a code of the system"));
        }
    }

    #[cold]
    fn no_unit(&mut self, at: View<'t>) {
        let message = "the code is no unit of UCUM";
        let mend = "write the unit as UCUM does, such as mm[Hg], or leave out system and code";
        self.error(at, Note::new("ucum", message, mend));
    }

    /// `size` is that of the data, when they are here.
    fn attachment(&mut self, at: View<'t>) {
        let data = at.text_of(Name::DATA).and_then(primitive::decoded_len);
        let size = at.member(Name::SIZE).filter(|size| size.kind() == Kind::Number);
        let told = size.and_then(|size| size.literal().parse::<usize>().ok());
        if let Some((size, (told, data))) = size.zip(told.zip(data))
            && told != data
        {
            let message = "is not the number of bytes in data";
            self.error(size, Note::new("attachment-size", message, "count the decoded bytes"));
        }
    }

    /// Extensions of anything but an extension: only inside of one may an address be relative.
    pub(super) fn extensions(&mut self, list: View<'t>) {
        let modifies = list.name() == Name::MODIFIER_EXTENSION;
        for one in list.members().filter(|one| one.kind() == Kind::Object) {
            let url = one.member(Name::URL).filter(|url| url.is_text());
            let is_relative = |url: &View<'_>| !url.text().is_some_and(primitive::is_absolute_uri);
            if let Some(url) = url.filter(is_relative) {
                let message = "the address of an extension must be absolute";
                let mend = "write the canonical address of its definition";
                self.error(url, Note::new("extension-url", message, mend));
            }
            if modifies {
                let message = "changes the meaning of what it is in, and a reader may not know how";
                let mend = "say it with elements that every reader knows";
                self.warning(one, Note::new("modifier-extension", message, mend));
            }
        }
    }

    /// The same label twice says nothing more.
    fn labels(&mut self, at: View<'t>) {
        let Some(list) = at.member(Name::SECURITY).filter(|list| list.count() > 1) else {
            return;
        };
        let name =
            |label: View<'t>| Some((label.text_of(Name::SYSTEM), label.text_of(Name::CODE)?));
        let mut names: Vec<_> = list.members().filter_map(name).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            let message = "holds the same security label twice";
            self.error(list, Note::new("security-duplicate", message, "remove one of them"));
        }
    }
}
