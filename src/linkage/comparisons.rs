//! Which comparisons there are: the built-in ones, and those of `[[link.comparison]]`. Of the latter each adds one, or
//! stands for a built-in one; what keeps a machine from joining goes by the built-in levels all the same. Where nobody
//! asks for any, and nobody's care hangs on it, extra columns are compared that tell people apart.

use super::columns;
use super::compare::{self, BEST, COUNT, NULL, Pattern, of};
use super::features::{Profile, Profiles};
use super::model;
use super::names;
use super::product::{COMPARISONS, ComparisonLevels};
use crate::config::{COMPARISON_LEVELS_AT_MOST, COMPARISONS_AT_MOST, ComparisonSetting, Config};
use crate::records::{Records, Symbol, Texts};
use std::borrow::Cow;

/// All comparisons, in order: the built-in ones, then those that were added.
#[derive(Default)]
pub(super) struct Comparisons {
    /// The fields whose values are kept for comparisons and blocks, in order.
    columns: Vec<String>,
    added: Vec<Added>,
    /// The columns on which each configured block agrees; with blocks, these replace the built-in rules.
    pub blocks: Vec<Vec<usize>>,
}

/// A comparison that is not built in.
pub(super) struct Added {
    setting: ComparisonSetting,
    levels: Vec<Level>,
    column: usize,
    /// The built-in comparison that it stands for.
    replaces: Option<usize>,
    /// Other comparisons: where one of them agrees, strangers agree on this more often.
    depends_on: Vec<usize>,
}

/// Nothing that it depends on agrees, nor is anything known to differ.
const ANYWHERE: usize = 0;
/// Something that it depends on agrees, or the two share an address.
const WITH_ANOTHER: usize = 1;
/// What it depends on differs: who moved has another town, too.
const WITHOUT_ANOTHER: usize = 2;

/// A level of agreement.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Level {
    Exact,
    JaroWinkler(f64),
    DamerauLevenshtein(usize),
}

/// Pairs of strangers that must show it before one comparison is held to depend on another,
const DEPENDENCE_SEEN: usize = 20;
/// and how much likelier than elsewhere, and by how much more at the least, they must agree on it.
const DEPENDENCE_RATIO: f64 = 1.5;
const DEPENDENCE_SHARE: f64 = 0.02;

impl Comparisons {
    /// Those of a configuration; without any, columns of the data.
    pub(super) fn of(config: &Config, records: &Records, profiles: &[Profile]) -> Self {
        let settings = &config.link;
        let chooses = settings.chooses_columns && settings.comparisons.is_empty();
        let wanted = if chooses { columns::chosen(records, profiles) } else { settings.comparisons.clone() };
        let mut comparisons = Comparisons::with(&wanted);
        for block in &settings.blocks {
            let on = block.on.iter().map(|field| comparisons.column(field)).collect();
            comparisons.blocks.push(on);
        }
        comparisons
    }

    /// With these added.
    pub(super) fn with(added: &[ComparisonSetting]) -> Self {
        let mut comparisons = Comparisons::default();
        for setting in added {
            let replaces = built_in(&setting.field).filter(|place| !comparisons.is_replaced(*place));
            let levels = setting.levels.iter().filter_map(|level| Level::of(level)).collect();
            let column = comparisons.column(&setting.field);
            let setting = setting.clone();
            comparisons.added.push(Added { setting, levels, column, replaces, depends_on: Vec::new() });
        }
        for place in 0..comparisons.added.len() {
            let on = comparisons.added[place].setting.depends_on.clone().unwrap_or_default();
            comparisons.added[place].depends_on = on.iter().filter_map(|field| comparisons.place_of(field)).collect();
        }
        comparisons
    }

    /// The comparison of a field: an added one before a built-in one.
    fn place_of(&self, field: &str) -> Option<usize> {
        let added = self.added.iter().position(|added| added.setting.field == field).map(|place| COUNT + place);
        added.or_else(|| COMPARISONS.iter().position(|comparison| *comparison == field))
    }

    /// Whether all that was added can be compared: a document that was read may say anything.
    pub(super) fn are_sound(&self) -> bool {
        let is_sound = |added: &Added| {
            (1..=COMPARISON_LEVELS_AT_MOST).contains(&added.levels.len())
                && added.levels.len() == added.setting.levels.len()
        };
        self.added.len() <= COMPARISONS_AT_MOST && self.added.iter().all(is_sound)
    }

    fn column(&mut self, field: &str) -> usize {
        self.columns.iter().position(|known| known == field).unwrap_or_else(|| {
            self.columns.push(field.to_owned());
            self.columns.len() - 1
        })
    }

    /// The field of a column.
    pub(super) fn field_of(&self, column: usize) -> &str {
        &self.columns[column]
    }

    /// How many values are kept of each record.
    pub(super) fn kept(&self) -> usize {
        self.columns.len()
    }

    /// Normalises the values that are kept: those of a record stand together.
    pub(super) fn values(&self, records: &Records, words: &mut Texts) -> Vec<Symbol> {
        columns::values(&self.columns, records, words)
    }

    /// Finds which added comparisons depend on which others: strangers who agree on a suburb agree on its state, too. What fewer
    /// strangers agree on comes first, so that nothing depends on itself in the end.
    pub(super) fn find_dependence(&mut self, words: &Texts, profiles: &Profiles) {
        let free = |added: &Added| added.setting.depends_on.is_none() && added.is_of_a_household();
        if !self.added.iter().any(free) {
            return;
        }
        let agree = |place: usize, pairs: &[(u32, u32)]| -> (usize, usize) {
            let of = |record: u32| profiles.kept[record as usize * self.kept() + self.added[place].column];
            let made = pairs.iter().map(|(one, two)| (of(*one), of(*two)));
            let made: Vec<bool> =
                made.filter(|(one, two)| one.is_some() && two.is_some()).map(|(one, two)| one == two).collect();
            (made.iter().filter(|agree| **agree).count(), made.len())
        };
        let anywhere = columns::strangers(profiles, |_| Some(0));
        let share = |(agreeing, made): (usize, usize)| agreeing as f64 / made.max(1) as f64;
        let usual: Vec<f64> = (0..self.added.len()).map(|place| share(agree(place, &anywhere))).collect();
        let mut found: Vec<Vec<usize>> = vec![Vec::new(); self.added.len()];
        let mut find = |on: usize, there: &[(u32, u32)], places: &mut dyn Iterator<Item = usize>| {
            for place in places.filter(|place| free(&self.added[*place]) && self.added[*place].replaces != Some(on)) {
                let seen = agree(place, there);
                let more = share(seen) > usual[place] * DEPENDENCE_RATIO + DEPENDENCE_SHARE;
                if seen.1 >= DEPENDENCE_SEEN && more {
                    found[place].push(on);
                }
            }
        };
        for on in 0..self.added.len() {
            let column = self.added[on].column;
            let kept = |record: usize| profiles.kept[record * self.kept() + column];
            let there = columns::strangers(profiles, |record| Some(kept(record).place()).filter(|value| *value != 0));
            find(COUNT + on, &there, &mut (0..usual.len()).filter(|place| (usual[on], on) < (usual[*place], *place)));
        }
        let districts = columns::strangers(profiles, |record| {
            let postcode = words.text(profiles.profiles[record].postcode);
            let district = postcode.split(' ').next().filter(|district| !district.is_empty())?;
            Some(district.bytes().fold(0, |key: u32, byte| key << 8 | u32::from(byte)))
        });
        find(of::POSTCODE, &districts, &mut (0..usual.len()));
        for (added, found) in self.added.iter_mut().zip(found) {
            if added.setting.depends_on.is_none() {
                added.depends_on = found;
            }
        }
    }

    /// Whether one of two comparisons depends on the other.
    pub(super) fn are_tied(&self, one: usize, other: usize) -> bool {
        let depends = |place: usize, on: usize| {
            place.checked_sub(COUNT).is_some_and(|place| self.added[place].depends_on.contains(&on))
        };
        depends(one, other) || depends(other, one)
    }

    /// The fields on whose agreement that of an added comparison depends.
    pub(super) fn depends_on(&self, comparison: usize) -> Option<Vec<String>> {
        let added = &self.added[comparison.checked_sub(COUNT)?];
        Some(added.depends_on.iter().map(|other| self.name(*other).to_owned()).collect())
    }

    /// The column of an added comparison.
    pub(super) fn column_of(&self, comparison: usize) -> usize {
        self.added[comparison - COUNT].column
    }

    /// The added comparisons, by their places.
    pub(super) fn added(&self) -> impl Iterator<Item = usize> + use<> {
        COUNT..self.count()
    }

    /// How many there are, those that another stands for among them.
    pub(super) fn count(&self) -> usize {
        COUNT + self.added.len()
    }

    /// Those that weigh.
    pub(super) fn weighed(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.count()).filter(|comparison| !self.is_replaced(*comparison))
    }

    /// Whether another stands for it.
    pub(super) fn is_replaced(&self, comparison: usize) -> bool {
        self.added.iter().any(|added| added.replaces == Some(comparison))
    }

    /// The comparison under whose name its weight is told: of one that replaces a built-in one, that; of others nothing.
    pub(super) fn told_as(&self, comparison: usize) -> Option<usize> {
        if comparison < COUNT { Some(comparison) } else { self.added[comparison - COUNT].replaces }
    }

    /// What was asked for, of an added comparison.
    pub(super) fn setting(&self, comparison: usize) -> Option<&ComparisonSetting> {
        comparison.checked_sub(COUNT).map(|place| &self.added[place].setting)
    }

    /// Its name.
    pub(super) fn name(&self, comparison: usize) -> &str {
        self.setting(comparison).map_or_else(|| COMPARISONS[comparison], |setting| setting.field.as_str())
    }

    /// The names of its levels, null first and else last.
    pub(super) fn levels(&self, comparison: usize) -> Vec<&str> {
        match self.setting(comparison) {
            None => compare::LEVELS[comparison].to_vec(),
            Some(setting) => {
                let between = setting.levels.iter().map(String::as_str);
                ["null"].into_iter().chain(between).chain(["else"]).collect()
            }
        }
    }

    /// How many levels that are not null.
    pub(super) fn made(&self, comparison: usize) -> usize {
        match comparison.checked_sub(COUNT) {
            None => compare::LEVELS[comparison].len() - 1,
            Some(place) => self.added[place].levels.len() + 1,
        }
    }

    /// How many conditions keep its chances apart.
    pub(super) fn conditions(&self, comparison: usize) -> usize {
        match comparison.checked_sub(COUNT) {
            None => compare::CONDITIONS[comparison].len(),
            Some(place) if self.added[place].is_of_a_household() => 3,
            Some(_) => 1,
        }
    }

    /// Which of its conditions holds.
    pub(super) fn condition(&self, pattern: Pattern, comparison: usize) -> usize {
        match comparison.checked_sub(COUNT) {
            None => pattern.condition(comparison),
            Some(place) => self.added_condition(pattern, &self.added[place]),
        }
    }

    /// Level and condition of every comparison that weighs, to be kept with a pair.
    pub(super) fn levels_of(&self, pattern: Pattern) -> ComparisonLevels {
        let of = |comparison| match pattern.level(comparison) {
            NULL => (0, 0),
            level => (usize::from(level), self.condition(pattern, comparison)),
        };
        ComparisonLevels::new(self.weighed().map(of))
    }

    fn added_condition(&self, pattern: Pattern, added: &Added) -> usize {
        let shared = |place: usize| pattern.level(place) == BEST && added.replaces != Some(place);
        let differs = |other: &usize| usize::from(pattern.level(*other)) == self.made(*other);
        let agrees = |other: &usize| match *other {
            of::POSTCODE => pattern.near(),
            _ => pattern.level(*other) != NULL && !differs(other),
        };
        match () {
            () if !added.is_of_a_household() => ANYWHERE,
            () if shared(of::POSTCODE) || shared(of::ADDRESS) => WITH_ANOTHER,
            () if added.depends_on.iter().any(agrees) => WITH_ANOTHER,
            () if added.depends_on.iter().any(differs) => WITHOUT_ANOTHER,
            () => ANYWHERE,
        }
    }

    /// Which of its conditions share what is learned of matches.
    pub(super) fn match_condition(&self, comparison: usize, condition: usize) -> usize {
        if comparison < COUNT {
            compare::match_condition(comparison, condition)
        } else {
            usize::from(condition == WITHOUT_ANOTHER)
        }
    }

    /// How many kinds of [`Comparisons::match_condition`] it has.
    pub(super) fn match_conditions(&self, comparison: usize) -> usize {
        1 + self.match_condition(comparison, self.conditions(comparison) - 1)
    }

    /// Starting values of m.
    pub(super) fn start_m(&self, comparison: usize, condition: usize) -> Cow<'static, [f64]> {
        match comparison.checked_sub(COUNT) {
            None => model::start_m(comparison, condition).into(),
            Some(place) if condition == 0 => self.added[place].start(0.8, 0.1).into(),
            Some(place) => self.added[place].start(0.3, 0.05).into(),
        }
    }

    /// Starting values of u for two people anywhere.
    pub(super) fn start_u(&self, comparison: usize, condition: usize) -> Cow<'static, [f64]> {
        match comparison.checked_sub(COUNT) {
            None => model::start_u(comparison, condition).into(),
            Some(place) => self.added[place].start(0.01, 0.01).into(),
        }
    }

    /// Starting values of u where two people share an address.
    pub(super) fn start_u_at_one_address(&self, comparison: usize, condition: usize) -> Option<Cow<'static, [f64]>> {
        match comparison.checked_sub(COUNT) {
            None => model::start_u_at_one_address(comparison, condition).map(Cow::from),
            Some(_) if condition != WITH_ANOTHER => None,
            Some(place) => {
                let replaced = self.added[place].replaces.and_then(|place| model::start_u_at_one_address(place, 1))?;
                Some(self.added[place].start(replaced[0], 0.05).into())
            }
        }
    }

    /// Whether an agreement's weight follows how common the value is, for an added comparison.
    pub(super) fn heeds_frequency(&self, comparison: usize) -> bool {
        self.setting(comparison).is_some_and(|setting| setting.term_frequency)
            && self.added[comparison - COUNT].levels.first() == Some(&Level::Exact)
    }

    /// The levels of the added comparisons, of two units' kept values.
    pub(super) fn compare<'a>(
        &'a self,
        words: &'a Texts,
        left: &'a [Symbol],
        right: &'a [Symbol],
    ) -> impl Iterator<Item = u8> + 'a {
        self.added.iter().map(move |added| added.level(words, left[added.column], right[added.column]))
    }
}

impl Added {
    /// Whether people who live together may share its values more often than others.
    fn is_of_a_household(&self) -> bool {
        let alone = [of::SEX, of::NUMBER, of::LOCAL_ID];
        self.replaces.is_none_or(|place| !alone.contains(&place))
    }

    /// So much for the best level, so much shared by those between, and the rest for none.
    fn start(&self, best: f64, between: f64) -> Vec<f64> {
        let others = self.levels.len() - 1;
        let each = if others == 0 { 0.0 } else { between / others as f64 };
        let rest = 1.0 - best - each * others as f64;
        [best].into_iter().chain(std::iter::repeat_n(each, others)).chain([rest]).collect()
    }

    fn level(&self, words: &Texts, left: Symbol, right: Symbol) -> u8 {
        if !left.is_some() || !right.is_some() {
            return NULL;
        }
        let (one, two) = (words.text(left), words.text(right));
        let reached = self.levels.iter().position(|level| level.holds(left == right, one, two));
        BEST + reached.unwrap_or(self.levels.len()) as u8
    }
}

impl Level {
    fn of(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            None => (text == "exact").then_some(Level::Exact),
            Some(("jaro_winkler", least)) => least.parse().ok().map(Level::JaroWinkler),
            Some(("damerau_levenshtein", most)) => most.parse().ok().map(Level::DamerauLevenshtein),
            Some(_) => None,
        }
    }

    fn holds(self, equal: bool, one: &str, two: &str) -> bool {
        match self {
            _ if equal => true,
            Level::Exact => false,
            Level::JaroWinkler(least) => {
                names::jaro_winkler_at_most(one, two) >= least && strsim::jaro_winkler(one, two) >= least
            }
            Level::DamerauLevenshtein(most) => {
                // A text that most edits could turn into any other of its length says nothing by a few.
                one.len().max(two.len()) > most
                    && names::apart_at_least(one, two) <= most
                    && strsim::damerau_levenshtein(one, two) <= most
            }
        }
    }
}

/// The built-in comparison of a field.
fn built_in(field: &str) -> Option<usize> {
    match field {
        "mobile" => Some(of::PHONE),
        _ => COMPARISONS.iter().position(|comparison| *comparison == field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(field: &str, levels: &[&str]) -> ComparisonSetting {
        let levels = levels.iter().map(|level| (*level).to_owned()).collect();
        ComparisonSetting { field: field.to_owned(), levels, term_frequency: false, depends_on: None }
    }

    #[track_caller]
    fn check(levels: &[&str], one: &str, two: &str, expected: u8) {
        let comparisons = Comparisons::with(&[setting("extra.town", levels)]);
        let mut words = Texts::default();
        let [one, two] = [one, two].map(|text| words.intern(text));
        words.close();
        let reached: Vec<u8> = comparisons.compare(&words, &[one], &[two]).collect();
        assert_eq!(reached, [expected]);
    }

    #[test]
    fn the_best_level_that_holds_is_the_level() {
        let levels = ["exact", "damerau_levenshtein 1", "jaro_winkler 0.9"];
        for (one, two, expected) in [
            ("OXFORD", "OXFORD", 1),
            ("OXFORD", "OXFROD", 2),
            ("OXFORD", "OXFORDSHIRE", 3),
            ("OXFORD", "READING", 4),
            ("OXFORD", "", 0),
            ("", "", 0),
            ("A", "B", 4),
        ] {
            check(&levels, one, two, expected);
        }
        check(&["jaro_winkler 0.9"], "OXFORD", "OXFORD", 1);
        check(&["damerau_levenshtein 2"], "6988048", "6988048", 1);
        check(&["damerau_levenshtein 2"], "6988048", "6980848", 1);
        check(&["damerau_levenshtein 2"], "6988048", "1234567", 2);
    }

    #[test]
    fn a_field_that_is_compared_already_is_compared_once() {
        let comparisons = Comparisons::with(&[setting("extra.town", &["exact"]), setting("postcode", &["exact"])]);
        assert!(comparisons.is_replaced(of::POSTCODE));
        assert_eq!(comparisons.weighed().count(), COMPARISONS.len() + 1);
        assert_eq!(comparisons.told_as(COUNT + 1), Some(of::POSTCODE));
        assert_eq!(comparisons.told_as(COUNT), None);
    }

    #[test]
    fn what_a_document_asks_for_is_checked() {
        assert!(Comparisons::with(&[setting("extra.town", &["exact"])]).are_sound());
        assert!(!Comparisons::with(&[setting("extra.town", &["soundex"])]).are_sound());
        assert!(!Comparisons::with(&[setting("extra.town", &[])]).are_sound());
        let many: Vec<ComparisonSetting> =
            (0..=COMPARISONS_AT_MOST).map(|number| setting(&format!("extra.{number}"), &["exact"])).collect();
        assert!(!Comparisons::with(&many).are_sound());
    }

    proptest::proptest! {
        #[test]
        fn what_is_told_from_letters_alone_is_true(one in "[A-E0-3 ]{1,9}", two in "[A-EX0-9]{1,9}") {
            proptest::prop_assert!(names::jaro_winkler_at_most(&one, &two) + 1e-9 >= strsim::jaro_winkler(&one, &two));
            proptest::prop_assert!(names::apart_at_least(&one, &two) <= strsim::damerau_levenshtein(&one, &two));
        }
    }
}
