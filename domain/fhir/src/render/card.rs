//! What is to be said of one thing.

/// One thing, with what is to be said of it.
pub(super) struct Card<'v> {
    pub(super) heading: Option<String>,
    /// Why it does not hold, as `entered in error`: it is struck through.
    pub(super) void: Option<String>,
    /// What must not be overlooked, as `do not take`.
    pub(super) alert: Option<&'static str>,
    pub(super) facts: Vec<Fact>,
    pub(super) picture: Option<Picture<'v>>,
    /// Results within a report, lines of a bill.
    pub(super) cards: Vec<Card<'v>>,
}

/// A line of a card; without a value it reads `NA`.
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) value: Option<String>,
}

/// A picture of a kind that every browser shows.
pub(super) struct Picture<'v> {
    pub(super) content_type: &'static str,
    /// Base64, and nothing else.
    pub(super) data: &'v str,
}

impl<'v> Card<'v> {
    pub(super) fn new(heading: Option<String>) -> Self {
        Self { heading, void: None, alert: None, facts: vec![], picture: None, cards: vec![] }
    }

    /// A field that a reader expects.
    pub(super) fn wanted(mut self, label: &'static str, value: Option<String>) -> Self {
        self.facts.push(Fact { label, value });
        self
    }

    /// A field that is shown when it is there.
    pub(super) fn extra(self, label: &'static str, value: Option<String>) -> Self {
        if value.is_some() { self.wanted(label, value) } else { self }
    }

    pub(super) fn with(mut self, cards: impl IntoIterator<Item = Card<'v>>) -> Self {
        self.cards.extend(cards);
        self
    }

    pub(super) fn shown(mut self, picture: Option<Picture<'v>>) -> Self {
        self.picture = picture;
        self
    }

    /// Says that it does not hold, if there is a reason.
    pub(super) fn void(mut self, why: Option<String>) -> Self {
        self.void = why;
        self
    }

    pub(super) fn alert(mut self, alert: Option<&'static str>) -> Self {
        self.alert = alert;
        self
    }

    /// Adds the fields without a value to `found`, each with its place.
    pub(super) fn missing(&self, within: &str, found: &mut Vec<String>) {
        let name = self.heading.as_deref().unwrap_or("NA");
        let place = if within.is_empty() { name.to_owned() } else { format!("{within}, {name}") };
        if self.heading.is_none() {
            found.push(format!("{place}: name"));
        }
        for fact in self.facts.iter().filter(|fact| fact.value.is_none()) {
            found.push(format!("{place}: {}", fact.label));
        }
        for card in &self.cards {
            card.missing(&place, found);
        }
    }
}
