//! Validation of FHIR documents against compiled [`Rules`].
//!
//! ```text
//! bytes ─► tape (limits, strict JSON) ─► entries by address ─► one walk against the shapes
//!                                                              ─► rules of bundles ─► policy
//! ```
//! Input may come from anybody: what is too large or nested too deep is refused before anything is
//! built, and the number of findings is bounded. A document without findings costs a handful of
//! allocations; a [`Validator`] that is kept uses its memory again.

mod bundle;
mod entries;
mod finding;
pub(crate) mod invariant;
mod limits;
mod narrative;
mod outcome;
mod place;
mod policy;
mod primitive;
mod reachable;
mod refused;
mod report;
mod tape;
mod walk;

pub use self::finding::{Finding, Layer, Severity};
pub use self::limits::Limits;
pub use self::report::{FINDINGS_MAX, Report};

use self::entries::Entries;
use self::reachable::Graph;
use self::tape::{Buffers, Kind, View};
use self::walk::Walk;
use crate::hi_type::HiType;
use crate::model::profile::DOCUMENT_BUNDLE;
use crate::rules::Rules;
use crate::rules::name::Name;
use crate::rules::table::{ProfileId, TypeRole};

/// What to check beside FHIR and the profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ValidateOptions {
    /// The kind of document that it should be.
    pub hi_type: Option<HiType>,
    /// Leave out what only the network's practice and the safety of patients ask for.
    pub fhir_only: bool,
    /// Report also what FHIR merely recommends, such as a text for people in every resource.
    pub best_practice: bool,
    /// What the input may cost.
    pub limits: Limits,
}

/// Validates one document, or one resource.
///
/// A bundle is held to the profile `DocumentBundle` of the guide unless it claims another one that
/// the rules know, or [`ValidateOptions::fhir_only`] is set. Each resource is held to the profiles that it claims, or else to R4.
pub fn validate(json: &[u8], rules: &Rules, options: &ValidateOptions) -> Report {
    Validator::new(rules).validate(json, options)
}

/// Validates one document after the other with the same memory.
pub struct Validator<'r> {
    rules: &'r Rules,
    buffers: Buffers,
    graph: Graph,
}

impl<'r> Validator<'r> {
    /// A validator that checks by `rules`.
    pub fn new(rules: &'r Rules) -> Self {
        Self { rules, buffers: Buffers::default(), graph: Graph::default() }
    }

    /// As [`validate`].
    pub fn validate(&mut self, json: &[u8], options: &ValidateOptions) -> Report {
        let Self { rules, buffers, graph } = self;
        let mut report = Report::default();
        match tape::scan(json, rules, &options.limits, buffers) {
            Ok(text) => {
                let tape = buffers.tape(text);
                document(tape.root(), rules, options, graph, &mut report);
            }
            Err(refusal) => report.findings.push(refused::finding(refusal, options)),
        }
        report
    }
}

fn document(
    root: View<'_>,
    rules: &Rules,
    options: &ValidateOptions,
    graph: &mut Graph,
    report: &mut Report,
) {
    let entries = Entries::of(root, rules);
    graph.clear();
    let mut walk = Walk {
        rules,
        entries: &entries,
        report,
        edges: &mut graph.edges,
        owed: vec![],
        wants_advice: options.best_practice,
        fhir_only: options.fhir_only,
        role: TypeRole::Plain,
        is_in_label: false,
        entry: None,
        resource: root,
        container: root,
        profile: None,
    };
    walk.resource(root, if options.fhir_only { None } else { wanted(root, rules) });
    walk.settle();
    if root.is(Name::RESOURCE_TYPE, "Bundle") {
        bundle::check(root, &entries, report);
        reachable::check(&entries, graph, report);
        if !options.fhir_only {
            policy::check(root, &entries, options.hi_type, report);
        }
    }
}

/// The profile that a bundle is held to, whatever it claims.
fn wanted(root: View<'_>, rules: &Rules) -> Option<ProfileId> {
    if root.kind() != Kind::Object || !root.is(Name::RESOURCE_TYPE, "Bundle") {
        return None;
    }
    let document = rules.profile_at(DOCUMENT_BUNDLE)?;
    let of_bundles = rules.profile(document).resource;
    let mut claims = root.member(Name::META).into_iter().flat_map(|meta| meta.each(Name::PROFILE));
    let is_known = claims.any(|claim| {
        let known = claim.text().and_then(|url| rules.profile_at(url));
        known.is_some_and(|known| {
            rules.profile(known).resource == of_bundles
                && rules.definition(of_bundles) != Some(known)
        })
    });
    (!is_known).then_some(document)
}
