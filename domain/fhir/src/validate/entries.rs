//! The entries of a bundle by address: what references point at.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::limits::Limits;
use super::tape::View;
use crate::rules::Rules;
use crate::rules::name::Name;
use crate::rules::table::{ProfileId, TypeId};

/// What references want to know about an entry.
pub(crate) struct Entry<'t> {
    pub(crate) at: View<'t>,
    pub(crate) full_url: Option<&'t str>,
    pub(crate) resource: Option<View<'t>>,
    /// Empty when the resource does not say.
    pub(crate) kind: &'t str,
    /// `None` if R4 has no such type.
    pub(crate) resource_type: Option<TypeId>,
    /// The first profiles that the resource claims, as far as the rules know them.
    pub(crate) claims: [Option<ProfileId>; Limits::CLAIMS_MAX],
}

/// The entries, in order and by address.
#[derive(Default)]
pub(crate) struct Entries<'t> {
    pub(crate) list: Vec<Entry<'t>>,
    /// Sorted by address; the first of several with the same comes first.
    by_url: Vec<(&'t str, u32)>,
    /// The ids of the resources; only worked out when asked for.
    ids: OnceCell<HashSet<&'t str>>,
}

impl<'t> Entries<'t> {
    pub(super) fn of(bundle: View<'t>, rules: &Rules) -> Self {
        if !bundle.is(Name::RESOURCE_TYPE, "Bundle") {
            return Self::default();
        }
        let count = bundle.member(Name::ENTRY).map_or(0, View::count);
        let mut list = Vec::with_capacity(count);
        let mut by_url = Vec::with_capacity(count);
        for (index, at) in (0..).zip(bundle.each(Name::ENTRY)) {
            let resource = at.member(Name::RESOURCE);
            let kind = resource.and_then(|one| one.text_of(Name::RESOURCE_TYPE)).unwrap_or("");
            let full_url = at.text_of(Name::FULL_URL);
            let resource_type = rules.resource_type(kind);
            let claims = claims(resource, rules);
            list.push(Entry { at, full_url, resource, kind, resource_type, claims });
            by_url.extend(full_url.map(|url| (url, index)));
        }
        by_url.sort_unstable();
        Self { list, by_url, ids: OnceCell::new() }
    }

    /// Whether there is anything to resolve references in.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The entry that holds this resource. Entries lie in the order of the text.
    pub(super) fn with_resource(&self, resource: View<'t>) -> Option<usize> {
        let next = self.list.partition_point(|entry| entry.at.is_before(resource));
        let index = next.checked_sub(1)?;
        (self.list[index].resource == Some(resource)).then_some(index)
    }

    /// Whether a resource has this id.
    pub(super) fn has_id(&self, id: &str) -> bool {
        let ids = || {
            let resources = self.list.iter().filter_map(|entry| entry.resource);
            resources.filter_map(|resource| resource.text_of(Name::ID)).collect()
        };
        self.ids.get_or_init(ids).contains(id)
    }

    pub(super) fn index_of(&self, url: &str) -> Option<usize> {
        let place = self.by_url.partition_point(|(known, _)| *known < url);
        let (known, index) = self.by_url.get(place)?;
        (*known == url).then_some(*index as usize)
    }

    pub(crate) fn at_url(&self, url: &str) -> Option<&Entry<'t>> {
        self.list.get(self.index_of(url)?)
    }

    /// The later ones of entries that share an address.
    pub(super) fn doubles(&self) -> impl Iterator<Item = &Entry<'t>> {
        let pairs = self.by_url.windows(2);
        let doubles = pairs.filter(|pair| pair[0].0 == pair[1].0);
        doubles.filter_map(|pair| self.list.get(pair[1].1 as usize))
    }
}

/// The profiles that a resource claims and the rules know.
pub(super) fn claimed(
    resource: Option<View<'_>>,
    rules: &Rules,
) -> impl Iterator<Item = ProfileId> {
    let meta = resource.and_then(|resource| resource.member(Name::META));
    let claims = meta.into_iter().flat_map(|meta| meta.each(Name::PROFILE));
    claims.filter_map(|claim| rules.profile_at(claim.text()?))
}

fn claims(resource: Option<View<'_>>, rules: &Rules) -> [Option<ProfileId>; Limits::CLAIMS_MAX] {
    let mut claimed = claimed(resource, rules);
    std::array::from_fn(|_| claimed.next())
}
