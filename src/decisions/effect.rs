//! What each decision changed: every stage notes what it did because a person said so.

use std::collections::BTreeMap;

macro_rules! effects {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+) => {
        /// What a decision changed, against what a machine would have done without it and others of its kind: answers that
        /// join for one that joins, answers that keep apart for one that keeps apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Effect { $($(#[doc = $doc])+ $variant,)+ }

        impl Effect {
            /// Every effect.
            pub const ALL: &'static [Effect] = &[$(Effect::$variant,)+];

            /// The word used in `review_decisions.csv`.
            pub fn word(self) -> &'static str {
                match self { $(Effect::$variant => $word,)+ }
            }
        }
    };
}

effects! {
    /// Two records are of one patient.
    Joined = "joined",
    /// Two records are of two patients, or a patient is no candidate for a row.
    KeptApart = "kept-apart",
    /// A row without a patient of its own came to one.
    Placed = "placed",
    /// A row stays without a patient, and nobody is asked for one again.
    LeftOut = "left-out",
    /// A reading of a folder was taken, and two keyings no longer disagree.
    ReadingTaken = "reading-taken",
    /// Evidence is of a booking.
    Matched = "matched",
    /// Evidence is not of a booking.
    Unmatched = "unmatched",
    /// A difference has its cause.
    Explained = "explained",
    /// What waited for a named person does so no longer: a future booking, a conflict, the clock of a re-referral.
    Settled = "settled",
    /// An item of the safety list is closed.
    Closed = "closed",
    /// A proposed exclusion is signed.
    Signed = "signed",
    /// A value is right as it was used, and no exception any more.
    Repaired = "repaired",
    /// A value was taken out.
    ValueRemoved = "value-removed",
    /// It would make one patient of two different verified NHS numbers though nobody was shown both: it joins nothing, and
    /// the question is asked again.
    HeldBack = "held-back",
    /// Nothing: it came to the same end without it, it is not in effect, or what it is about is no more.
    None = "none",
}

/// What each event changed, by its number. What is not noted is [`Effect::None`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects(BTreeMap<usize, Effect>);

impl Effects {
    /// Notes what an event changed. Of an event that speaks of several things, that one was changed is what counts.
    pub fn note(&mut self, event: usize, effect: Effect) {
        if effect != Effect::None {
            self.0.entry(event).or_insert(effect);
        }
    }

    /// What an event changed.
    pub fn of(&self, event: usize) -> Effect {
        self.0.get(&event).copied().unwrap_or(Effect::None)
    }

    /// Takes in what another stage noted.
    pub fn absorb(&mut self, other: &Effects) {
        other.0.iter().for_each(|(event, effect)| self.note(*event, *effect));
    }
}
