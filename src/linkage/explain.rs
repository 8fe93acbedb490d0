//! Why a pair weighs what it weighs: one explanation, for whoever asks.
//!
//! "Explain and the review share one function": what a package keeps of a pair is put beside its model, and every part of the
//! weight is named. Nothing is compared again, so an explanation needs no personal data and cannot differ from what was done.

use super::compare::CONDITIONS;
use super::model::{ComparisonModel, LinkModel, hundredths, probability};
use super::product::COMPARISONS;

/// What is kept of a pair: weights in hundredths of a bit, each in the order of the model's comparisons.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptPair {
    /// In all.
    pub weight_hundredths: i32,
    /// Of each comparison that has a weight of its own; `None` where it could not be made, or has none of its own.
    pub weights: Vec<Option<i32>>,
    /// Of all others together.
    pub others: Option<i32>,
    /// The places of level and condition in the model; `None` where a comparison could not be made.
    pub levels: Vec<Option<(usize, usize)>>,
}

/// Every part of a pair's weight, in hundredths of a bit. The prior, the totals of the comparisons and what was added for
/// the number are the total.
#[derive(Clone, Debug, PartialEq)]
pub struct PairExplanation {
    /// What two rows taken at random begin with.
    pub prior_hundredths: i32,
    /// The comparisons that could be made, in the model's order.
    pub made: Vec<Compared>,
    /// The names of those that could not: one of the two says nothing.
    pub not_made: Vec<String>,
    /// What the frequencies of values add of comparisons that have no weight of their own, where it may be of several.
    pub shared_hundredths: i32,
    /// What an equal NHS number with an agreeing date of birth and name adds, where all else together says less.
    pub raised_hundredths: i32,
    /// In all.
    pub total_hundredths: i32,
    /// How likely that makes it that they are one person.
    pub probability: f64,
}

/// One comparison of a pair.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Its name.
    pub comparison: String,
    /// The level that was found.
    pub level: String,
    /// Whether the level is the best there is, the worst, or between.
    pub outcome: Outcome,
    /// The condition under which chances are kept apart; empty where there is only one.
    pub condition: String,
    /// How often two rows of one person show this level.
    pub m: f64,
    /// How often two rows of two people do.
    pub u: f64,
    /// Weight of the level.
    pub level_hundredths: i32,
    /// Whether that weight is not what m and u alone would make it.
    pub is_limited: bool,
    /// What the frequency of the value adds: a rare name says more than a common one.
    pub frequency_hundredths: i32,
    /// Both together.
    pub total_hundredths: i32,
}

/// How a comparison came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The best level.
    Agrees,
    /// Between the best and the worst.
    Alike,
    /// The worst.
    Differs,
}

/// Explains pairs by a model.
pub struct Explainer<'m> {
    model: &'m LinkModel,
}

impl<'m> Explainer<'m> {
    /// Ready to explain; nothing where the model is not one of this version.
    pub fn new(model: &'m LinkModel) -> Option<Self> {
        model.fits(&model.added()).then_some(Explainer { model })
    }

    /// The names of the comparisons, in order.
    pub fn comparisons(&self) -> impl Iterator<Item = &'m str> {
        self.model.comparisons.iter().map(|comparison| comparison.name.as_str())
    }

    /// Explains one; nothing where it was not made by this model.
    pub fn explain(&self, pair: &KeptPair) -> Option<PairExplanation> {
        let model = &self.model.comparisons;
        if pair.weights.len() != model.len() || pair.levels.len() != model.len() {
            return None;
        }
        let (mut made, mut not_made) = (Vec::new(), Vec::new());
        let mut sharing = Vec::new();
        for (place, (weight, level)) in pair.weights.iter().zip(&pair.levels).enumerate() {
            match (weight, level) {
                (Some(_), None) => return None,
                (None, None) => not_made.push(model[place].name.clone()),
                (weight, Some((level, condition))) => {
                    sharing.extend(weight.is_none().then_some(made.len()));
                    made.push(compared(&model[place], *level, *condition, *weight)?);
                }
            }
        }
        if sharing.is_empty() != pair.others.is_none() {
            return None;
        }
        let levels_alone = sharing.iter().map(|place| made[*place].total_hundredths).sum::<i32>();
        let shared_hundredths = share(&mut made, &sharing, pair.others.unwrap_or(0) - levels_alone);
        // Who cannot be compared at all begins with nothing.
        let odds = self.model.prior / (1.0 - self.model.prior);
        let prior = if made.is_empty() { 0 } else { hundredths(odds) };
        let sum = prior + shared_hundredths + made.iter().map(|compared| compared.total_hundredths).sum::<i32>();
        Some(PairExplanation {
            prior_hundredths: prior,
            made,
            not_made,
            shared_hundredths,
            raised_hundredths: pair.weight_hundredths - sum,
            total_hundredths: pair.weight_hundredths,
            probability: probability(pair.weight_hundredths),
        })
    }
}

/// Gives what frequencies add to the one comparison that agrees; what may be of several is given back.
fn share(made: &mut [Compared], sharing: &[usize], more: i32) -> i32 {
    let agreeing: Vec<usize> =
        sharing.iter().copied().filter(|place| made[*place].outcome == Outcome::Agrees).collect();
    match agreeing[..] {
        [alone] => {
            made[alone].frequency_hundredths += more;
            made[alone].total_hundredths += more;
            0
        }
        _ => more,
    }
}

/// One comparison of this total; without one, that of its level. What agrees weighs by how common its value is, too; what
/// weighs otherwise than m and u make it, and does not agree, is held to that.
fn compared(comparison: &ComparisonModel, level: usize, condition: usize, total: Option<i32>) -> Option<Compared> {
    let of_level = comparison.levels.get(level)?;
    let (m, u) = (*of_level.m.get(condition)?, *of_level.u.get(condition)?);
    let by_chances = hundredths(m / u);
    let total = total.unwrap_or(by_chances);
    let outcome = match level {
        1 => Outcome::Agrees,
        level if level + 1 == comparison.levels.len() => Outcome::Differs,
        _ => Outcome::Alike,
    };
    let frequency = if outcome == Outcome::Agrees { total - by_chances } else { 0 };
    Some(Compared {
        comparison: comparison.name.clone(),
        level: of_level.name.clone(),
        outcome,
        condition: condition_name(&comparison.name, condition).to_owned(),
        m,
        u,
        level_hundredths: total - frequency,
        is_limited: total - frequency != by_chances,
        frequency_hundredths: frequency,
        total_hundredths: total,
    })
}

/// What a condition is called; nothing where a comparison has one alone, or is not built in.
fn condition_name(comparison: &str, condition: usize) -> &'static str {
    let place = COMPARISONS.iter().position(|name| *name == comparison);
    let conditions = place.map_or(&[][..], |place| CONDITIONS[place]);
    conditions.get(condition).copied().filter(|_| conditions.len() > 1).unwrap_or("")
}

/// What a comparison is called in words: `date of birth`, and `occupation` for `extra.occupation`.
pub fn title(comparison: &str) -> String {
    match comparison {
        "nhs_number" => "NHS number".into(),
        "gp_practice" => "GP practice".into(),
        "email" => "e-mail".into(),
        "phone" => "telephone".into(),
        name => name.trim_start_matches("extra.").replace('_', " "),
    }
}

impl Compared {
    /// What came of it, in words that need no key.
    pub fn words(&self) -> &str {
        match (self.comparison.as_str(), self.level.as_str()) {
            ("nhs_number", "same") => "same, or one in the other's place",
            ("local_id", "else") => "two ids of one system",
            (_, "exact" | "same" | "full") => "the same",
            (_, "else") => "different",
            (_, "exchanged with family name" | "exchanged with given name") => "given and family name exchanged",
            (_, "short form") => "one a short form of the other",
            (_, "close, same second name") => "nearly the same, second names too",
            (_, "close") => "nearly the same",
            (_, "a slip") => "a slip of the pen apart",
            (_, "slips apart") => "slips of the pen apart",
            (_, "second name in use") => "one is the other's second name",
            (_, "initial") => "the same initial",
            (_, "former name") => "one a former name of the other",
            (_, "shares a part") => "one part the same",
            (_, "one digit or swap") => "one digit or swap apart",
            (_, "year, as far as known") => "the same year; no more known",
            (_, "two parts") => "two of day, month, year the same",
            (_, "one character") => "one character apart",
            (_, "sector") => "the same sector",
            (_, "district") => "the same district",
            (_, "one or two digits") => "one or two digits apart",
            (_, other) => other,
        }
    }

    /// Among whom chances were counted, where that is not everybody.
    pub fn among(&self) -> &str {
        match self.condition.as_str() {
            "elsewhere" | "other postcode" => "",
            "one address" => "among people at one address",
            "one address, one birth date" => "among people of one address and birth date",
            "elsewhere, initial only" => "where one gives an initial only",
            "one address, initial only" => "at one address, where one gives an initial only",
            "one address, one birth date, initial only" => {
                "at one address and birth date, where one gives an initial only"
            }
            "one postcode" => "among people of one postcode",
            "both verified" => "where both are verified",
            "one not verified" => "where one is not verified",
            other => other,
        }
    }
}

impl PairExplanation {
    /// What agrees, what is alike, what differs and what could not be compared, without any score: fit to be shown to
    /// somebody who must judge for themselves.
    pub fn without_scores(&self) -> String {
        let of = |outcome: Outcome| {
            let found = self.made.iter().filter(move |compared| compared.outcome == outcome);
            found.map(move |compared| match outcome {
                Outcome::Alike => format!("{} ({})", title(&compared.comparison), compared.words()),
                _ => title(&compared.comparison),
            })
        };
        let parts: [(&str, Vec<String>); 4] = [
            ("Agree", of(Outcome::Agrees).collect()),
            ("Alike", of(Outcome::Alike).collect()),
            ("Differ", of(Outcome::Differs).collect()),
            ("Not said by both", self.not_made.iter().map(|name| title(name)).collect()),
        ];
        let said = parts.into_iter().filter(|(_, names)| !names.is_empty());
        said.map(|(word, names)| format!("{word}: {}.", names.join(", "))).collect::<Vec<String>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{county, link_by_model, number};
    use super::*;
    use crate::decisions::Decisions;

    #[test]
    fn every_kept_pair_is_explained_and_its_parts_are_the_total() {
        let one = ["0-h", &number(90_001), "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", ""];
        let two = ["1-h", "", "Dunmore", "Hanna", "1984-07-03", "female", "OX3 9QT", ""];
        let (linked, model, ..) = link_by_model(&county(300), &[one], &[two], &Decisions::default());
        let explainer = Explainer::new(&model).expect("a model of this version");
        let mut limited = 0;
        for pair in &linked.pairs {
            let kept = KeptPair {
                weight_hundredths: pair.weight_hundredths,
                weights: pair.weights.iter().take(COMPARISONS.len()).collect(),
                levels: pair.levels.iter().collect(),
                others: None,
            };
            let told = explainer.explain(&kept).expect("made by this model");
            let parts: i32 = told.made.iter().map(|one| one.level_hundredths + one.frequency_hundredths).sum();
            assert_eq!(told.prior_hundredths + parts + told.raised_hundredths, pair.weight_hundredths);
            assert!(told.raised_hundredths >= 0, "only ever more");
            assert_eq!(told.made.len() + told.not_made.len(), COMPARISONS.len());
            for one in &told.made {
                // Nothing but a name or a postcode that is the same is rare or common.
                let by_frequency = ["given_name", "family_name", "postcode"].contains(&one.comparison.as_str());
                assert!(one.frequency_hundredths == 0 || by_frequency && one.outcome == Outcome::Agrees, "{one:?}");
                limited += usize::from(one.is_limited);
            }
        }
        assert!(linked.pairs.len() > 10 && limited < linked.pairs.len());
    }

    #[test]
    fn what_does_not_fit_the_model_is_not_explained() {
        let (_, model, ..) = link_by_model(&county(50), &[], &[], &Decisions::default());
        let explainer = Explainer::new(&model).expect("a model of this version");
        let mut kept = KeptPair { weights: vec![None; 11], levels: vec![None; 11], ..KeptPair::default() };
        let told = explainer.explain(&kept).expect("nothing could be compared");
        assert_eq!((told.prior_hundredths, told.made.len(), told.not_made.len()), (0, 0, 11));
        kept.levels[0] = Some((1, 0));
        assert_eq!(explainer.explain(&kept), None, "a level without a weight");
        kept.weights[0] = Some(700);
        assert!(explainer.explain(&kept).is_some());
        kept.levels[0] = Some((30, 0));
        assert_eq!(explainer.explain(&kept), None, "no such level");
        kept.levels[0] = Some((1, 0));
        kept.others = Some(100);
        assert_eq!(explainer.explain(&kept), None, "there are no others");
        kept.weights.pop();
        assert_eq!(explainer.explain(&kept), None);
        let other = LinkModel { comparisons: Vec::new(), ..model.clone() };
        assert!(Explainer::new(&other).is_none());
    }

    #[test]
    fn comparisons_without_a_weight_of_their_own_share_what_frequencies_add() {
        let (_, model, ..) = link_by_model(&county(50), &[], &[], &Decisions::default());
        let explainer = Explainer::new(&model).expect("a model of this version");
        let of_level = |place: usize, level: usize| {
            let level = &model.comparisons[place].levels[level];
            hundredths(level.m[0] / level.u[0])
        };
        let mut kept = KeptPair { weights: vec![None; 11], levels: vec![None; 11], ..KeptPair::default() };
        (kept.levels[3], kept.levels[6]) = (Some((2, 0)), Some((1, 0)));
        kept.others = Some(of_level(3, 2) + of_level(6, 1) + 25);
        let told = explainer.explain(&kept).expect("they share a weight");
        let frequencies: Vec<i32> = told.made.iter().map(|one| one.frequency_hundredths).collect();
        assert_eq!((frequencies, told.shared_hundredths), (vec![0, 25], 0), "one alone agrees");
        kept.levels[3] = Some((1, 0));
        kept.others = Some(of_level(3, 1) + of_level(6, 1) + 25);
        let told = explainer.explain(&kept).expect("they share a weight");
        assert_eq!((told.made[1].frequency_hundredths, told.shared_hundredths), (0, 25), "two agree");
        let parts: i32 = told.made.iter().map(|one| one.total_hundredths).sum();
        assert_eq!(told.prior_hundredths + parts + 25 + told.raised_hundredths, told.total_hundredths);
    }

    #[test]
    fn words_hold_no_score() {
        let compared = |comparison: &str, level: &str, outcome| Compared {
            comparison: comparison.into(),
            level: level.into(),
            outcome,
            condition: String::new(),
            m: 0.9,
            u: 0.1,
            level_hundredths: 317,
            is_limited: false,
            frequency_hundredths: 0,
            total_hundredths: 317,
        };
        let told = PairExplanation {
            prior_hundredths: -1700,
            made: vec![
                compared("given_name", "short form", Outcome::Alike),
                compared("date_of_birth", "exact", Outcome::Agrees),
                compared("extra.occupation", "else", Outcome::Differs),
                compared("extra.ward", "jaro_winkler 0.88", Outcome::Alike),
            ],
            not_made: vec!["nhs_number".into()],
            shared_hundredths: 0,
            raised_hundredths: 0,
            total_hundredths: 12,
            probability: 0.5,
        };
        assert_eq!(
            told.without_scores(),
            "Agree: date of birth. Alike: given name (one a short form of the other), ward (jaro_winkler 0.88). \
             Differ: occupation. Not said by both: NHS number."
        );
    }
}
