//! Whether probabilities mean what they say, where it is known who is who; and what to make of them where people answered
//! about some pairs.

/// Where the bins begin; the last ends with certainty. Most pairs are close to certain, and there it matters most.
const BINS: [f64; 12] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 0.999];

fn bin_of(probability: f64) -> usize {
    BINS.partition_point(|start| *start <= probability).saturating_sub(1)
}

/// Pairs of like probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Probabilities from here,
    pub from: f64,
    /// to less than here; up to certainty in the last.
    pub to: f64,
    /// How many pairs.
    pub pairs: u64,
    /// Their mean probability; nothing where there is none.
    pub probability: Option<f64>,
    /// The share of them that is of one person; nothing where there is none.
    pub observed: Option<f64>,
}

/// Probabilities held against what is true.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reliability {
    /// By probability, lowest first.
    pub bins: Vec<Bin>,
    /// How many pairs.
    pub pairs: u64,
    /// How far probability and truth lie apart, each bin counting by its pairs; nothing where there is none.
    pub expected_calibration_error: Option<f64>,
}

impl Reliability {
    /// Of pairs with their probability and whether they are of one person.
    pub fn of(pairs: impl Iterator<Item = (f64, bool)>) -> Self {
        let sums = Sums::of(pairs);
        let all: u64 = sums.0.iter().map(|sum| sum.pairs).sum();
        let apart: f64 = sums.0.iter().map(|sum| (sum.same as f64 - sum.probability()).abs()).sum();
        let ends = BINS.iter().skip(1).chain([&1.0]);
        let bin = |((from, to), sum): ((&f64, &f64), &Sum)| {
            let share = |part: f64| (sum.pairs > 0).then(|| part / sum.pairs as f64);
            let (probability, observed) = (share(sum.probability()), share(sum.same as f64));
            Bin { from: *from, to: *to, pairs: sum.pairs, probability, observed }
        };
        Reliability {
            bins: BINS.iter().zip(ends).zip(&sums.0).map(bin).collect(),
            pairs: all,
            expected_calibration_error: (all > 0).then(|| apart / all as f64),
        }
    }
}

/// What one bin adds up to. Probabilities are given to a millionth, and added up so: the order does not matter.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    pairs: u64,
    millionths: u64,
    same: u64,
}

impl Sum {
    fn probability(&self) -> f64 {
        self.millionths as f64 / 1e6
    }
}

struct Sums([Sum; BINS.len()]);

impl Sums {
    fn of(pairs: impl Iterator<Item = (f64, bool)>) -> Self {
        let mut sums = [Sum::default(); BINS.len()];
        for (probability, same) in pairs {
            let sum = &mut sums[bin_of(probability)];
            sum.pairs += 1;
            sum.millionths += (probability * 1e6).round() as u64;
            sum.same += u64::from(same);
        }
        Sums(sums)
    }
}

/// So many answers in a bin weigh as much as what the model says.
const MODEL_AS_ANSWERS: f64 = 10.0;

/// Probabilities corrected by what people answered, apart for pairs that a rule bars a machine from joining: of those most are
/// asked about, and they say nothing of others.
pub(super) struct Corrected([[f64; BINS.len()]; 2]);

impl Corrected {
    /// By answers: the probability of each pair, whether it is barred, and whether people said that it is one person.
    pub(super) fn by(answers: impl Iterator<Item = (f64, bool, bool)>) -> Self {
        let mut of: [Vec<(f64, bool)>; 2] = [Vec::new(), Vec::new()];
        answers.for_each(|(probability, barred, same)| of[usize::from(barred)].push((probability, same)));
        let shift = |sum: Sum| (sum.same as f64 - sum.probability()) / (sum.pairs as f64 + MODEL_AS_ANSWERS);
        Corrected(of.map(|answers| Sums::of(answers.into_iter()).0.map(shift)))
    }

    /// How likely a pair is one person.
    pub(super) fn probability(&self, probability: f64, barred: bool) -> f64 {
        (probability + self.0[usize::from(barred)][bin_of(probability)]).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of each probability, of which so many are of one person.
    fn planted(of: &[(f64, u64, u64)]) -> Reliability {
        let pairs = of
            .iter()
            .flat_map(|(probability, count, same)| (0..*count).map(move |place| (*probability, place < *same)));
        Reliability::of(pairs)
    }

    #[test]
    fn probabilities_that_mean_what_they_say_have_no_error() {
        let found = planted(&[(0.05, 1_000, 50), (0.35, 200, 70), (0.75, 400, 300), (0.995, 2_000, 1_990)]);
        assert_eq!((found.pairs, found.expected_calibration_error), (3_600, Some(0.0)));
        let filled: Vec<f64> = found.bins.iter().filter_map(|bin| bin.observed).collect();
        assert_eq!(filled, [0.05, 0.35, 0.75, 0.995]);
    }

    #[test]
    fn the_error_is_the_mean_distance_by_pairs() {
        // Too sure by 0.2 in 100 pairs, not sure enough by 0.1 in 300: (100 × 0.2 + 300 × 0.1) ÷ 400.
        let found = planted(&[(0.95, 100, 75), (0.6, 300, 210)]);
        assert!((found.expected_calibration_error.expect("pairs") - 0.125).abs() < 1e-9);
        assert_eq!(planted(&[]).expected_calibration_error, None);
    }

    #[test]
    fn every_probability_has_one_bin() {
        let found = planted(&[(0.0, 1, 0), (0.9, 1, 1), (0.899_999, 1, 1), (0.999, 1, 1), (1.0, 1, 1)]);
        let counted: Vec<(f64, f64, u64)> =
            found.bins.iter().filter(|bin| bin.pairs > 0).map(|bin| (bin.from, bin.to, bin.pairs)).collect();
        assert_eq!(counted, [(0.0, 0.1, 1), (0.8, 0.9, 1), (0.9, 0.99, 1), (0.999, 1.0, 2)]);
    }

    #[test]
    fn answers_correct_pairs_of_like_probability_and_no_others() {
        // Of 90 pairs at 0.95 people said of 36 that they are one: 0.4 observed against 0.95.
        let answers = (0..90).map(|place| (0.95, false, place < 36));
        let corrected = Corrected::by(answers);
        let expected = 0.95 + (36.0 - 90.0 * 0.95) / 100.0;
        assert!((corrected.probability(0.95, false) - expected).abs() < 1e-9);
        assert_eq!(corrected.probability(0.95, true), 0.95, "barred pairs are another matter");
        assert_eq!(corrected.probability(0.75, false), 0.75);
        assert!((corrected.probability(0.901, false) - (expected - 0.049)).abs() < 1e-9);
    }
}
