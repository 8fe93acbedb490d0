//! What linkage gives.

pub use super::blocking::Rule;
use super::model::probability;
use super::rulings::Rulings;
use super::thresholds::AtThreshold;
use crate::config::COMPARISONS_AT_MOST;
use crate::decisions::Effects;
use crate::ledger::Reason;
use crate::records::{PersonId, Records};

/// A patient: a place in [`Linked::members`].
pub type PatientIndex = u32;

/// The built-in comparisons, in order.
pub const COMPARISONS: [&str; 11] = [
    "given_name",
    "family_name",
    "date_of_birth",
    "sex",
    "postcode",
    "address",
    "phone",
    "email",
    "nhs_number",
    "gp_practice",
    "local_id",
];

/// What the weights of a pair are told as: of each built-in comparison, or of what stands for it, and of all others together.
pub const WEIGHTS: [&str; COMPARISONS.len() + 1] = {
    let mut names = ["extra"; COMPARISONS.len() + 1];
    let mut place = 0;
    while place < COMPARISONS.len() {
        names[place] = COMPARISONS[place];
        place += 1;
    }
    names
};

/// Records grouped into patients.
#[derive(Debug)]
pub struct Linked {
    /// The records.
    pub records: Records,
    /// Members of each patient, never empty, in order of person records. Patients are in the order of their first member.
    pub members: Vec<Vec<PersonId>>,
    /// What became of each person record.
    pub places: Vec<Place>,
    /// Cluster edges, the review band and the nearest refusals, in order of (left, right).
    pub pairs: Vec<ScoredPair>,
    /// What people said of who is who.
    pub rulings: Rulings,
    /// What each decision changed so far.
    pub effects: Effects,
    /// What a machine would likely join at each threshold, lowest first; empty where nobody asked ([`super::Prepared::with_answers`]).
    pub thresholds: Vec<AtThreshold>,
}

/// What became of a person record.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// It is of this patient.
    Patient {
        /// The patient.
        patient: PatientIndex,
        /// Probability that it is, rounded to a millionth.
        probability: f64,
        /// Who or what joined it.
        joined_by: JoinedBy,
    },
    /// Its patient is not known. `reconcile` may still place it through the slot of its appointment.
    Unplaced {
        /// Why.
        reason: Reason,
        /// Patients it may be of, best first.
        candidates: Vec<PatientIndex>,
    },
}

/// Who or what joined a record to its patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JoinedBy {
    /// The patient has no other record.
    Alone,
    /// The same local id in the same system, with agreeing details or without any; or an answer of the national service,
    /// with agreeing details.
    LocalId,
    /// The same NHS number, or one that took its place, with a date of birth and a name that agree.
    NhsNumber,
    /// The model.
    Model,
    /// The slot of an appointment.
    Slot,
    /// A person.
    Decision,
}

impl JoinedBy {
    /// The word used in `patient_records.csv`.
    pub fn word(self) -> &'static str {
        match self {
            JoinedBy::Alone => "alone",
            JoinedBy::LocalId => "local-id",
            JoinedBy::NhsNumber => "nhs-number",
            JoinedBy::Model => "model",
            JoinedBy::Slot => "slot",
            JoinedBy::Decision => "decision",
        }
    }
}

/// Each of [`WEIGHTS`] in hundredths of a bit, two bytes each: there are millions of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComparisonWeights([i16; WEIGHTS.len()]);

/// Stands for a comparison that could not be made.
const NOT_MADE: i16 = i16::MIN;

impl ComparisonWeights {
    /// Of weights within ±32,000; `None` where a comparison could not be made.
    pub fn new(weights: [Option<i32>; WEIGHTS.len()]) -> Self {
        ComparisonWeights(weights.map(|weight| weight.map_or(NOT_MADE, |weight| weight.clamp(-32_000, 32_000) as i16)))
    }

    /// In the order of [`WEIGHTS`]; `None` where a comparison could not be made.
    pub fn iter(&self) -> impl Iterator<Item = Option<i32>> + '_ {
        self.0.iter().map(|weight| (*weight != NOT_MADE).then_some(i32::from(*weight)))
    }
}

/// The level that each comparison of the model came to and the condition it was made under, half a byte each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComparisonLevels {
    count: u8,
    of: [u8; COMPARISONS.len() + COMPARISONS_AT_MOST],
}

impl ComparisonLevels {
    /// The places of level and condition in the model, in the order of its comparisons: level nought where one could not be made.
    pub fn new(levels: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut kept = ComparisonLevels { count: 0, of: [0; COMPARISONS.len() + COMPARISONS_AT_MOST] };
        for (place, (level, condition)) in kept.of.iter_mut().zip(levels) {
            *place = (level & 15) as u8 | ((condition & 15) as u8) << 4;
            kept.count += 1;
        }
        kept
    }

    /// As `pairs.csv` has it: `level/condition` of each, empty where there is none, joined by `;`.
    pub fn text(&self) -> String {
        let shown = |of: Option<(usize, usize)>| of.map_or(String::new(), |of| format!("{}/{}", of.0, of.1));
        self.iter().map(shown).collect::<Vec<String>>().join(";")
    }

    /// In the order of the model's comparisons: the places of level and condition in it; `None` where one could not be made.
    pub fn iter(&self) -> impl Iterator<Item = Option<(usize, usize)>> + '_ {
        let kept = self.of[..usize::from(self.count)].iter();
        kept.map(|both| (usize::from(both & 15), usize::from(both >> 4))).map(|of| (of.0 > 0).then_some(of))
    }
}

/// Two records that were compared, and are worth showing.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredPair {
    /// The record that stands first.
    pub left: PersonId,
    /// The other.
    pub right: PersonId,
    /// What became of it.
    pub standing: PairStanding,
    /// The blocking rule that found it first.
    pub rule: Rule,
    /// Match weight in hundredths of a bit.
    pub weight_hundredths: i32,
    /// Weight of each comparison.
    pub weights: ComparisonWeights,
    /// Level of each comparison.
    pub levels: ComparisonLevels,
    /// Why it was refused or sent to review, where the model alone did not decide.
    pub reason: Option<Reason>,
}

impl ScoredPair {
    /// Posterior probability, rounded to a millionth.
    pub fn probability(&self) -> f64 {
        probability(self.weight_hundredths)
    }
}

/// What became of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PairStanding {
    /// It holds a patient together.
    Edge,
    /// A person must decide.
    Review,
    /// Not joined.
    Refused,
}

impl PairStanding {
    /// The word used in `pairs.csv`.
    pub fn word(self) -> &'static str {
        match self {
            PairStanding::Edge => "edge",
            PairStanding::Review => "review",
            PairStanding::Refused => "refused",
        }
    }
}

impl Place {
    /// The patient, where it is known.
    pub fn patient(&self) -> Option<PatientIndex> {
        match self {
            Place::Patient { patient, .. } => Some(*patient),
            Place::Unplaced { .. } => None,
        }
    }
}

impl Linked {
    /// The patient of a person record, where it is known.
    pub fn patient_of(&self, record: PersonId) -> Option<PatientIndex> {
        self.places[record as usize].patient()
    }
}
