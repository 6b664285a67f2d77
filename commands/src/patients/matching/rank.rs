//! Selects one of several candidates, or none.

use hip_domain::discovery::MatchedBy;

/// The selected candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice<T> {
    /// No candidate matched.
    Nobody,
    /// Exactly one candidate is best.
    One(T),
    /// This many candidates are equally good.
    Several(usize),
}

/// The candidate with the most matching identifiers. If two are equally good, none is selected: a reply contains only
/// one patient, and a guess could show one patient's visits to another.
pub fn choose<T>(recognised: Vec<T>, matched_by: impl Fn(&T) -> &[MatchedBy]) -> Choice<T> {
    let most = recognised.iter().map(|one| matched_by(one).len()).max();
    let Some(most) = most else { return Choice::Nobody };
    let mut best = recognised.into_iter().filter(|one| matched_by(one).len() == most);
    match (best.next(), best.count()) {
        (Some(one), 0) => Choice::One(one),
        (Some(_), others) => Choice::Several(others + 1),
        (None, _) => Choice::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(found: &[&'static [MatchedBy]]) -> Choice<&'static [MatchedBy]> {
        choose(found.to_vec(), |one| *one)
    }

    #[test]
    fn the_one_that_most_identifiers_speak_for_is_meant() {
        let both: &[_] = &[MatchedBy::AbhaAddress, MatchedBy::AbhaNumber];
        let one: &[_] = &[MatchedBy::AbhaNumber];
        assert_eq!(chosen(&[one, both, one]), Choice::One(both));
        assert_eq!(chosen(&[one]), Choice::One(one));
    }

    #[test]
    fn two_of_the_same_rank_are_nobody() {
        let one: &[_] = &[MatchedBy::Mobile];
        assert_eq!(chosen(&[one, one]), Choice::Several(2));
        assert_eq!(chosen(&[]), Choice::Nobody);
    }
}
