//! Blocking: which pairs are worth comparing. A rule's key is a 64-bit hash of some values; units that share a key are
//! compared. Each pair comes out once, with the first rule that found it.

use super::blocks::{Blocks, blocks, pairs_among};
use super::candidates::{Candidates, Found, Sought, Spread};
use super::features::Features;
use super::names;
use super::units::Units;
use crate::records::Symbol;
use rayon::prelude::*;

/// A blocking rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule(u8);

impl Rule {
    /// No rule: a person spoke of the two.
    pub(super) const DECISION: Rule = Rule(u8::MAX);

    /// What it is called.
    pub fn name(self) -> &'static str {
        let further = self.0.checked_sub(RULES.len() as u8).and_then(|place| FURTHER.get(usize::from(place)));
        RULES.get(usize::from(self.0)).or(further).copied().unwrap_or("decision")
    }
}

/// What one rule did.
#[derive(Clone, Debug)]
pub(super) struct RuleReport {
    pub name: String,
    /// Pairs it found, others' pairs included.
    pub pairs: u64,
    /// Blocks that were split by sex and initial because they were too large.
    pub blocks_split: u64,
    /// Pairs of split blocks that no part holds, and so were not compared by this rule.
    pub pairs_left_out: u64,
}

/// A block above this many units is split by a further key.
const LARGEST_BLOCK: usize = 120;

/// The rules, in order, each with what it calls itself.
const RULES: [&str; 27] = [
    "nhs number",
    "family name + birth date",
    "given name + birth date",
    "postcode + given name",
    "postcode + birth year",
    "family name + given name + birth year",
    "family name + given name + birth day and month",
    "telephone",
    "e-mail",
    "postcode + family name",
    "names exchanged + birth year",
    "sound of family name + birth date, day and month in either order",
    "former family name + birth date",
    "first half of nhs number + birth year",
    "second half of nhs number + birth year",
    "birth date",
    "given name + family name",
    "family name + address",
    "given name + address",
    "start of e-mail",
    "address",
    "family name + birth year",
    "given name + birth year",
    "sounds of both names",
    "address + birth year",
    "family name",
    "given name",
];

/// What rules that are not built in call themselves, in order: blocks that a configuration asks for, then those by columns that
/// are compared unasked.
const FURTHER: [&str; CONFIGURED_NAMES + 6] = [
    "configured block 1",
    "configured block 2",
    "configured block 3",
    "configured block 4",
    "configured block 5",
    "configured block 6",
    "configured block 7",
    "configured block 8",
    "configured block 9",
    "configured block 10",
    "configured block 11",
    "configured block 12",
    "a further configured block",
    "extra column + given name",
    "extra column + family name",
    "extra column + birth year",
    "extra column + postcode",
    "extra column",
    "everybody",
];
/// How many names there are for configured blocks.
const CONFIGURED_NAMES: usize = 13;
/// So few units are compared each with each, unless somebody's care hangs on it.
const EVERYBODY: usize = 1_500;

/// Rules from this one on are wide: each is kept only where its pairs are few for the table.
const FIRST_WIDE: u8 = 15;
/// The pairs that a wide rule may find: so many a unit,
const WIDE_PAIRS_A_UNIT: u64 = 3;
/// or so many in all, which cost next to nothing.
const WIDE_PAIRS: u64 = 100_000;

/// Finds every candidate pair, and compares it.
pub(super) fn block(features: &Features, units: &Units) -> (Candidates, Vec<RuleReport>) {
    let mut blocking = Blocking { features, units, rules: Vec::new(), found: Vec::new(), reports: Vec::new() };
    let comparisons = &features.comparisons;
    for (place, block) in comparisons.blocks.iter().enumerate() {
        let rule = Rule((RULES.len() + place.min(CONFIGURED_NAMES - 1)) as u8);
        let on: Vec<&str> = block.iter().map(|column| comparisons.field_of(*column)).collect();
        let name = format!("{} ({})", rule.name(), on.join(" + "));
        let place = |value: Symbol| value.is_some().then_some(u64::from(value.place()));
        let key = |unit: u32| [join(block.iter().map(|column| place(units.kept(unit)[*column]))), None];
        blocking.look(rule, name, false, &key);
    }
    if comparisons.blocks.is_empty() {
        let sounds = Sounds::of(features);
        for rule in (0..RULES.len() as u8).map(Rule) {
            let is_wide = rule.0 >= FIRST_WIDE;
            blocking.look(rule, rule.name().to_owned(), is_wide, &|unit| keys(features, &sounds, units, rule, unit));
        }
    }
    if comparisons.blocks.is_empty() && !features.is_care {
        for (comparison, with) in comparisons.added().flat_map(|comparison| (0..5).map(move |with| (comparison, with)))
        {
            let rule = Rule((RULES.len() + CONFIGURED_NAMES + with) as u8);
            let name = rule.name().replace("extra column", comparisons.name(comparison));
            let column = comparisons.column_of(comparison);
            blocking.look(rule, name, true, &|unit| [extra_key(units, column, with, unit), None]);
        }
        if units.len() <= EVERYBODY {
            blocking.everybody(Rule((RULES.len() + FURTHER.len() - 1) as u8));
        }
    }
    (Candidates::of(&blocking.found, blocking.rules, features, units), blocking.reports)
}

/// The keys of a unit under a rule; at most two.
type Keys<'a> = dyn Fn(u32) -> [Option<u64>; 2] + Sync + 'a;

/// What the rules found so far.
struct Blocking<'a> {
    features: &'a Features,
    units: &'a Units,
    /// In the order of their turns.
    rules: Vec<Rule>,
    found: Vec<Sought>,
    reports: Vec<RuleReport>,
}

/// So much of the blocks of a rule is paired at a time.
const PARTS_AT_A_TIME: usize = 16;

impl Blocking<'_> {
    /// Adds the pairs of a rule.
    fn look(&mut self, rule: Rule, name: String, is_wide: bool, keys: &Keys<'_>) {
        let parts = blocks(self.units.len(), |unit| keys(unit).into_iter().flatten());
        let mut report = RuleReport { name, pairs: 0, blocks_split: 0, pairs_left_out: 0 };
        let in_part = |part: &Blocks| part.iter().map(|block| pairs_among(block.len())).sum::<u64>();
        let pairs: u64 = if is_wide { parts.par_iter().map(in_part).sum() } else { 0 };
        let limit = WIDE_PAIRS.max(self.units.len() as u64 * WIDE_PAIRS_A_UNIT);
        if pairs > limit {
            report.pairs_left_out = pairs;
        } else {
            let (turn, spread) = (self.turn(rule), Spread::of(self.units.len()));
            let pairs = |parts: &[Blocks]| {
                let mut report = RuleReport { name: String::new(), pairs: 0, blocks_split: 0, pairs_left_out: 0 };
                let found = self.pairs(parts, &mut report);
                (found.sorted(spread, turn), report)
            };
            for (found, part) in parts.par_chunks(PARTS_AT_A_TIME).map(pairs).collect::<Vec<_>>() {
                report.pairs += part.pairs;
                report.blocks_split += part.blocks_split;
                report.pairs_left_out += part.pairs_left_out;
                self.found.push(found);
            }
        }
        self.reports.push(report);
    }

    /// The turn of a rule. Where several go by one name, those that follow one another take one turn.
    fn turn(&mut self, rule: Rule) -> u8 {
        if self.rules.last() != Some(&rule) {
            self.rules.push(rule);
        }
        u8::try_from(self.rules.len() - 1).expect("there are few rules")
    }

    /// The pairs of some blocks, and a report of them.
    fn pairs(&self, parts: &[Blocks], report: &mut RuleReport) -> Found {
        let mut found = Found::default();
        for block in parts.iter().flat_map(Blocks::iter) {
            if block.len() <= LARGEST_BLOCK {
                add_pairs(block, |unit| *unit, &mut found);
                continue;
            }
            let before = found.count();
            self.split(block, &mut found);
            report.blocks_split += 1;
            report.pairs_left_out += pairs_among(block.len()).saturating_sub(found.count() - before);
        }
        report.pairs = found.count();
        found
    }

    fn everybody(&mut self, rule: Rule) {
        let turn = self.turn(rule);
        let all: Vec<u32> = (0..self.units.len() as u32).collect();
        let mut found = Found::default();
        add_pairs(&all, |unit| *unit, &mut found);
        let pairs = found.count();
        self.found.push(found.sorted(Spread::of(all.len()), turn));
        self.reports.push(RuleReport { name: rule.name().to_owned(), pairs, blocks_split: 0, pairs_left_out: 0 });
    }

    /// Splits a block that is too large by the initial of the given name and the birth year, those without either among all;
    /// a part that is still too large is compared within a window of neighbours in the order of names and dates.
    fn split(&self, block: &[u32], found: &mut Found) {
        let Blocking { features, units, .. } = self;
        let keyed = block.iter().map(|unit| {
            let profile = &units.profiles[*unit as usize];
            let initial = features.word(profile.given).bytes().next().unwrap_or(0);
            ((initial, profile.birth().map_or(0, |birth| birth.0)), *unit)
        });
        let mut keyed: Vec<((u8, i16), u32)> = keyed.collect();
        keyed.sort_unstable();
        for part in keyed.chunk_by(|left, right| left.0 == right.0) {
            if part.len() <= LARGEST_BLOCK {
                add_pairs(part, |(_, unit)| *unit, found);
                continue;
            }
            let mut part: Vec<u32> = part.iter().map(|(_, unit)| *unit).collect();
            let order = |unit: &u32| {
                let profile = &units.profiles[*unit as usize];
                let [family, given, postcode] =
                    [profile.family, profile.given, profile.postcode].map(|value| features.word(value));
                (family, given, profile.born, postcode)
            };
            part.sort_by(|left, right| order(left).cmp(&order(right)));
            for place in 0..part.len() {
                let end = (place + 1 + LARGEST_BLOCK / 2).min(part.len());
                part[place + 1..end].iter().for_each(|other| found.add(part[place], *other));
            }
        }
    }
}

/// Each member with each.
fn add_pairs<T>(members: &[T], unit: impl Fn(&T) -> u32, found: &mut Found) {
    for (place, one) in members.iter().enumerate() {
        members[place + 1..].iter().for_each(|other| found.add(unit(one), unit(other)));
    }
}

/// A column that is compared unasked, with something else or alone.
fn extra_key(units: &Units, column: usize, with: usize, unit: u32) -> Option<u64> {
    let profile = &units.profiles[unit as usize];
    let symbol = |symbol: Symbol| symbol.is_some().then_some(u64::from(symbol.place()));
    let kept = symbol(units.kept(unit)[column]);
    match with {
        0 => join([kept, symbol(profile.given)]),
        1 => join([kept, symbol(profile.family)]),
        2 => join([kept, profile.birth().map(|birth| birth.0 as u64)]),
        3 => join([kept, symbol(profile.postcode)]),
        _ => join([kept]),
    }
}

/// By the place of its word, what keys are made of that is of a name.
struct Sounds(Vec<Sound>);

struct Sound {
    first_three: u32,
    first_four: u32,
    sound: u32,
}

impl Sounds {
    fn of(features: &Features) -> Self {
        let first = |word: &str, letters| word.bytes().take(letters).fold(0, |key, byte| key << 8 | u32::from(byte));
        let of_word = |place: usize| {
            let word = features.word(Symbol::at(place as u32));
            let sound = u32::from_be_bytes(names::soundex(word));
            Sound { first_three: first(word, 3), first_four: first(word, 4), sound }
        };
        Sounds((0..features.likeness.count()).into_par_iter().map(of_word).collect())
    }

    fn part(&self, name: Symbol, of: impl Fn(&Sound) -> u32) -> Option<u64> {
        name.is_some().then(|| u64::from(of(&self.0[name.place() as usize])))
    }
}

/// The keys of a unit under a rule; at most two.
fn keys(features: &Features, sounds: &Sounds, units: &Units, rule: Rule, unit: u32) -> [Option<u64>; 2] {
    let profile = &units.profiles[unit as usize];
    let birth = || profile.birth();
    let exact = || profile.birth().filter(|birth| birth.3 == crate::values::Precision::Day);
    let year = || birth().map(|birth| birth.0 as u64);
    let day_month = || exact().map(|birth| birth.1 as u64 * 32 + birth.2 as u64);
    let sorted_date =
        || exact().map(|birth| birth.0 as u64 * 1024 + birth.1.min(birth.2) as u64 * 32 + birth.1.max(birth.2) as u64);
    let date = || exact().map(|_| u64::from(profile.born));
    let symbol = |symbol: Symbol| symbol.is_some().then_some(u64::from(symbol.place()));
    let (given, family) = (symbol(profile.given), symbol(profile.family));
    let sound = |name: Symbol| sounds.part(name, |sound| sound.sound);
    let first_three = |name: Symbol| sounds.part(name, |sound| sound.first_three);
    let first_four = |name: Symbol| sounds.part(name, |sound| sound.first_four);
    let number = (profile.number != 0).then_some(profile.number);
    let one = |key: Option<u64>| [key, None];
    match rule.0 {
        0 => {
            // Those that carry numbers of one chain meet on the smallest of them.
            let kin = number.and_then(|number| features.superseded.kin(number));
            [join([number]), join([kin]).filter(|_| kin != number)]
        }
        1 => one(join([first_four(profile.family), date()])),
        2 => one(join([first_three(profile.given), date()])),
        3 => one(join([symbol(profile.postcode), first_three(profile.given)])),
        4 => one(join([symbol(profile.postcode), year()])),
        5 => one(join([family, given, year()])),
        6 => one(join([family, given, day_month()])),
        7 => {
            let [mobile, phone] = profile.phones.map(symbol);
            [join([mobile]), join([phone]).filter(|_| phone != mobile)]
        }
        8 => one(join([symbol(profile.email)])),
        9 => one(join([symbol(profile.postcode), first_three(profile.family)])),
        10 => one(join([given.min(family), given.max(family), year()]).filter(|_| given.is_some() && family.is_some())),
        11 => one(join([sound(profile.family), sorted_date()])),
        12 => {
            let former = symbol(profile.previous);
            [join([family, date()]), join([former, date()])]
        }
        13 => one(join([number.map(|number| number / 100_000), year()])),
        14 => one(join([number.map(|number| number % 100_000), year()])),
        15 => one(join([date()])),
        16 => one(join([given.min(family), given.max(family)]).filter(|_| given.is_some() && family.is_some())),
        17 => one(join([family, symbol(profile.address)])),
        18 => one(join([given, symbol(profile.address)])),
        19 => {
            let mailbox = features.word(profile.email).split('@').next().unwrap_or_default();
            one((mailbox.len() >= 5).then(|| mailbox.bytes().fold(0, |key, byte| mix(key ^ u64::from(byte)))))
        }
        20 => one(join([symbol(profile.address)])),
        21 => one(join([family, year()])),
        22 => one(join([given, year()])),
        23 => one(join([sound(profile.given), sound(profile.family)])),
        24 => one(join([symbol(profile.address), year()])),
        25 => one(join([family])),
        26 => one(join([given])),
        _ => unreachable!("as many rules as names"),
    }
}

/// One 64-bit key of several values; none when one is missing.
fn join(values: impl IntoIterator<Item = Option<u64>>) -> Option<u64> {
    values.into_iter().try_fold(0x9e37_79b9_7f4a_7c15u64, |key, value| value.map(|value| mix(key ^ mix(value))))
}

/// The finaliser of SplitMix64: every bit of the input reaches every bit of the output.
pub(super) fn mix(value: u64) -> u64 {
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}
