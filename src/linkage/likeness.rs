//! How two names are alike. What is soon told of a name is kept by its word, and shows of most pairs of names that they have
//! nothing in common; of the others it is told once, however many pairs of people bear them.

use super::blocking::mix;
use super::blocks::{Blocks, blocks};
use super::features::Profile;
use super::names::{self, Look, Nicknames};
use crate::records::{Symbol, Texts};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

/// All names, by the places of their words.
pub(super) struct Likeness {
    names: Vec<Name>,
    /// Short forms of given names.
    pub nicknames: Nicknames,
    /// Pairs of words, each with the ways in which they are alike. What stands in a place is whole, and is of two words alone:
    /// it does not matter who wrote it last.
    told: Vec<AtomicU64>,
}

/// What is soon told of a name.
#[derive(Clone, Copy, Default)]
struct Name {
    look: Look,
    /// How many people bear it.
    bearers: u32,
    first: u8,
    /// Whether it is a name that is given to many.
    is_known: bool,
}

/// The ways in which two different names are alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ways(u8);

/// A name that so many people bear is no slip in another,
const USUAL_AT_LEAST: u32 = 3;
/// unless so many times as many bear the other: in a table that is kept with little care the likeliest slips in a common name
/// come again and again.
const TIMES_AS_USUAL: u32 = 40;
/// So many rows show which names people bear; of fewer, names that are given to many are known beforehand.
const PEOPLE_THAT_SHOW_NAMES: usize = 20_000;
/// Of those who share the other name and the birth date, the names of so many are held beside one another.
const HELD_BESIDE: usize = 16;

/// So many pairs of words are kept in mind: what a processor's own cache holds.
const KEPT: usize = 1 << 18;
/// The bits that a word takes in what is kept; of later words nothing is.
const WORD: u32 = 29;

const SHORT_FORM: u8 = 1;
const SAME_LETTERS: u8 = 2;
const SHARES_PART: u8 = 4;
const CLOSE: u8 = 8;
const SLIPS: u8 = 16;

impl Ways {
    /// One is a short form of the other.
    pub(super) fn short_form(self) -> bool {
        self.0 & SHORT_FORM != 0
    }

    /// They are equal once spaces are gone.
    pub(super) fn same_letters(self) -> bool {
        self.0 & SAME_LETTERS != 0
    }

    /// See [`names::shares_part`].
    pub(super) fn shares_part(self) -> bool {
        self.0 & SHARES_PART != 0
    }

    /// See [`names::close`].
    pub(super) fn close(self) -> bool {
        self.0 & CLOSE != 0
    }

    /// See [`names::slips_apart`]; nothing of how many people bear them.
    fn slips_apart(self) -> bool {
        self.0 & SLIPS != 0
    }
}

impl Likeness {
    /// Of the names that profiles bear.
    pub(super) fn of(words: &Texts, profiles: &[Profile]) -> Self {
        let nicknames = Nicknames::built_in();
        let last = |profile: &Profile| {
            let Profile { given, others, family, previous, .. } = *profile;
            [given, others, family, previous].iter().map(|name| name.place()).max().unwrap_or(0)
        };
        let count = profiles.par_iter().map(last).max().unwrap_or(0) as usize + 1;
        let bearers = bearers(words, profiles, count);
        // A table of many people shows by itself which names they bear.
        let usual = if profiles.len() < PEOPLE_THAT_SHOW_NAMES { names::usual() } else { BTreeSet::new() };
        let name = |(place, bearers): (usize, u32)| {
            let text = words.text(Symbol::at(place as u32));
            let first = text.bytes().next().unwrap_or(0);
            let is_known = nicknames.holds(text) || usual.contains(text);
            Name { look: Look::of(text), bearers, first, is_known }
        };
        let names = bearers.into_par_iter().enumerate().map(name).collect();
        Likeness { names, nicknames, told: (0..KEPT).map(|_| AtomicU64::new(0)).collect() }
    }

    /// All names have places below this.
    pub(super) fn count(&self) -> usize {
        self.names.len()
    }

    fn name(&self, name: Symbol) -> &Name {
        &self.names[name.place() as usize]
    }

    /// Whether a name is a letter alone.
    pub(super) fn is_initial(&self, name: Symbol) -> bool {
        self.name(name).look.length == 1
    }

    /// Whether two names begin with one letter.
    pub(super) fn one_initial(&self, left: Symbol, right: Symbol) -> bool {
        self.name(left).first == self.name(right).first
    }

    /// Whether neither is an initial, and their lengths differ by a letter at most.
    pub(super) fn nearly_as_long(&self, left: Symbol, right: Symbol) -> bool {
        let [one, two] = [left, right].map(|name| self.name(name).look.length);
        one.abs_diff(two) <= 1 && one > 1 && two > 1
    }

    /// Whether both names are such as people bear, neither what a slip makes of the other.
    pub(super) fn are_usual(&self, left: Symbol, right: Symbol) -> bool {
        let [left, right] = [left, right].map(|name| self.name(name));
        let enough = |other: &Name| USUAL_AT_LEAST.max(other.bearers / TIMES_AS_USUAL);
        let is_usual = |name: &Name, other: &Name| name.is_known || name.bearers >= enough(other);
        is_usual(left, right) && is_usual(right, left)
    }

    /// Whether two different names are as near as slips leave a name, and one of them at least is hardly anybody's: Ava and
    /// Va, but not Mia and Tia.
    pub(super) fn are_slips(&self, ways: Ways, left: Symbol, right: Symbol) -> bool {
        ways.slips_apart() && !self.are_usual(left, right)
    }

    /// The ways in which two different names are alike; both must be there.
    pub(super) fn ways(&self, words: &Texts, left: Symbol, right: Symbol) -> Ways {
        let (one, two) = (self.name(left), self.name(right));
        if !(one.is_known && two.is_known) && one.look.is_unlike(two.look) {
            return Ways::default();
        }
        let key = u64::from(left.place()) << WORD | u64::from(right.place());
        if left.place().max(right.place()) >> WORD != 0 {
            return self.tell(words.text(left), words.text(right));
        }
        let place = &self.told[(key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize & (KEPT - 1)];
        let told = place.load(Ordering::Relaxed);
        if told >> 6 == key {
            return Ways((told & 63) as u8);
        }
        let ways = self.tell(words.text(left), words.text(right));
        place.store(key << 6 | u64::from(ways.0), Ordering::Relaxed);
        ways
    }

    fn tell(&self, left: &str, right: &str) -> Ways {
        let is = |whether: bool, way: u8| if whether { way } else { 0 };
        Ways(
            is(self.nicknames.related(left, right), SHORT_FORM)
                | is(names::same_letters(left, right), SAME_LETTERS)
                | is(names::shares_part(left, right), SHARES_PART)
                | is(names::close(left, right), CLOSE)
                | is(names::slips_apart(left, right), SLIPS),
        )
    }
}

/// How many people bear each name, by the place of its word. A slip mostly stands beside what it is a slip of: a name close to
/// it, with the same other name and the same birth date. What stands so does not count.
fn bearers(words: &Texts, profiles: &[Profile], count: usize) -> Vec<u32> {
    let mut counts = vec![0u32; count];
    count_bearers(words, profiles, |profile| (profile.given, profile.family), &mut counts);
    count_bearers(words, profiles, |profile| (profile.family, profile.given), &mut counts);
    counts
}

/// Adds to the count of each name how many people bear it, who are told apart by the other name and the birth date; `names`
/// gives a name and the other.
fn count_bearers(
    words: &Texts,
    profiles: &[Profile],
    names: impl Fn(&Profile) -> (Symbol, Symbol) + Sync,
    counts: &mut [u32],
) {
    let name = |record: &u32| names(&profiles[*record as usize]).0.place();
    let known_as = |record: u32| {
        let profile = &profiles[record as usize];
        let (name, other) = names(profile);
        name.is_some().then(|| mix(u64::from(other.place()) << 32 | u64::from(profile.born)))
    };
    let text = |name: u32| words.text(Symbol::at(name));
    // Each record for itself; of those who are known as one, each name once.
    profiles.iter().for_each(|profile| counts[names(profile).0.place() as usize] += 1);
    let once = |block: &[u32], fewer: &mut Vec<(u32, u32)>| {
        let first = name(&block[0]);
        if block.iter().all(|record| name(record) == first) {
            fewer.push((first, block.len() as u32 - 1));
            return;
        }
        let mut all: Vec<u32> = block.iter().map(name).collect();
        all.sort_unstable();
        let distinct: Vec<&[u32]> = all.chunk_by(|one, two| one == two).collect();
        let is_near = |one: &[u32], other: &[u32]| one[0] != other[0] && names::is_near(text(one[0]), text(other[0]));
        for same in &distinct {
            let has_neighbour = distinct.len() <= HELD_BESIDE && distinct.iter().any(|other| is_near(same, other));
            fewer.push((same[0], same.len() as u32 - u32::from(!has_neighbour)));
        }
    };
    let of_part = |part: &Blocks| {
        let mut fewer = Vec::new();
        part.iter().for_each(|block| once(block, &mut fewer));
        fewer
    };
    let fewer: Vec<Vec<(u32, u32)>> = blocks(profiles.len(), known_as).par_iter().map(of_part).collect();
    fewer.into_iter().flatten().for_each(|(name, fewer)| counts[name as usize] -= fewer);
    counts[0] = 0;
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_is_told_of_two_words_is_what_their_texts_show(
            slips in proptest::collection::vec("[A-C]{1,3}[A-E ]{0,5}", 1..8)
        ) {
            let mut words = Texts::default();
            let texts = slips.iter().map(String::as_str).chain(["BOB", "ROBERT", "ROBRET", "MARY ANN", "ANN"]);
            let symbols: Vec<Symbol> = texts.map(|text| words.intern(text)).collect();
            let profile = |given: &Symbol| Profile { given: *given, ..Profile::default() };
            let profiles: Vec<Profile> = symbols.iter().map(profile).collect();
            let likeness = Likeness::of(&words, &profiles);
            // The second time it is kept in mind.
            for _ in 0..2 {
                let pairs = symbols.iter().flat_map(|left| symbols.iter().map(move |right| (*left, *right)));
                for (left, right) in pairs.filter(|(left, right)| left != right) {
                    let (one, two) = (words.text(left), words.text(right));
                    let ways = likeness.ways(&words, left, right);
                    let told = [ways.same_letters(), ways.shares_part(), ways.close(), ways.slips_apart()];
                    let shown = [names::same_letters, names::shares_part, names::close, names::slips_apart];
                    proptest::prop_assert_eq!(told, shown.map(|is| is(one, two)), "{} {}", one, two);
                    let related = likeness.nicknames.related(one, two);
                    proptest::prop_assert_eq!(ways.short_form(), related, "{} {}", one, two);
                }
            }
        }
    }
}
