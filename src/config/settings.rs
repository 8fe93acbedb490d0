//! What `handover.toml` says, typed.

use super::Mistake;
use super::mapping::Mapping;
use crate::values::Digest;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One transition. Sources are in the order of their ids, whatever their order in the file.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file it came from.
    pub path: PathBuf,
    /// The folder that every path in it is relative to.
    pub folder: PathBuf,
    /// `[transition]`.
    pub transition: Transition,
    /// `[[source]]`, by id.
    pub sources: Vec<Source>,
    /// `[link]`.
    pub link: LinkSettings,
    /// `[gates]`: ceilings by gate; absent is `None`.
    pub gates: GateCeilings,
    /// `[[waiver]]`.
    pub waivers: Vec<Waiver>,
    /// `[[kpi]]`.
    pub kpis: Vec<Kpi>,
    /// `[overlap]`.
    pub overlap: Overlap,
    /// `[clock]`.
    pub clock: ClockSettings,
    /// `[[exclusion]]`.
    pub exclusions: Vec<Exclusion>,
    /// `[[safety]]`.
    pub safety: Vec<SafetySwitch>,
    /// What is probably not meant, and can be used all the same.
    pub warnings: Vec<Mistake>,
    /// Digest of the parsed config and its mappings, keys sorted; layout and comments do not count.
    pub digest: Digest,
}

impl Config {
    /// A transition of these sources of which nothing else is said.
    pub fn of(transition: Transition, sources: Vec<Source>) -> Self {
        Config {
            path: "handover.toml".into(),
            folder: ".".into(),
            transition,
            sources,
            link: LinkSettings::default(),
            gates: GateCeilings::new(),
            waivers: Vec::new(),
            kpis: Vec::new(),
            overlap: Overlap::default(),
            clock: ClockSettings::default(),
            exclusions: Vec::new(),
            safety: Vec::new(),
            warnings: Vec::new(),
            digest: Digest::of(b""),
        }
    }
}

/// `[transition]`.
#[derive(Clone, Debug)]
pub struct Transition {
    /// What people call it.
    pub name: String,
    /// ODS codes of the providers handing over.
    pub from: Vec<String>,
    /// ODS code of the receiver.
    pub to: String,
    /// The first day under the receiver.
    pub transfer_date: Date,
    /// The census date.
    pub as_at: Date,
    /// The site crosswalk, relative to the folder.
    pub sites: Option<String>,
    /// An earlier package whose ids live on, relative to the folder.
    pub previous: Option<String>,
    /// The journal of decisions, relative to the folder.
    pub decisions: String,
    /// The commitment key, relative to the folder.
    pub key: String,
}

#[cfg(test)]
impl Transition {
    /// For the tests of all rooms: on 1 October 2017, of nobody's patients.
    pub fn for_tests(from: &[&str], to: &str) -> Self {
        let date = jiff::civil::date;
        Transition {
            name: "Test".into(),
            from: from.iter().map(|code| (*code).to_owned()).collect(),
            to: to.into(),
            transfer_date: date(2017, 10, 1),
            as_at: date(2017, 9, 30),
            sites: None,
            previous: None,
            decisions: "decisions.jsonl".into(),
            key: "commitment.key".into(),
        }
    }
}

/// One `[[source]]` with its mapping.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its id, unique.
    pub id: String,
    /// A glob relative to the folder.
    pub path: String,
    /// The mapping's path, relative to the folder.
    pub mapping_path: String,
    /// The mapping.
    pub mapping: Mapping,
    /// ODS code of the provider whose data these are.
    pub provider: String,
    /// The system; local ids are known within provider and system.
    pub system: String,
    /// The stream of care.
    pub service_line: String,
    /// What weight its rows have.
    pub standing: Standing,
    /// Certificate of the extract: when it was made.
    pub extracted_at: Option<Date>,
    /// Certificate of the extract: how many rows of data.
    pub control_rows: Option<u64>,
    /// Certificate of the extract: who says so.
    pub certified_by: Option<String>,
}

/// What weight a source's rows have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A system of record.
    Record,
    /// Something that shows a booking was made, but is no booking system.
    Evidence(EvidenceKind),
    /// A person-level list that the sender declares.
    Declared,
    /// An answer of the national tracing service.
    Trace,
}

/// What sort of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceKind {
    /// A letter to the patient.
    Letter,
    /// A text message to the patient.
    Text,
    /// A clinic's or clinician's diary.
    Diary,
    /// A call that was logged.
    Call,
    /// Anything else.
    Other,
}

/// `[link]`.
#[derive(Clone, Debug)]
pub struct LinkSettings {
    /// Posterior probability at or above which records are joined by machine.
    pub match_at: f64,
    /// From here up to `match_at`: clerical review.
    pub review_at: f64,
    /// A fixed model instead of one trained on this data, relative to the folder.
    pub model: Option<String>,
    /// `[[link.comparison]]`.
    pub comparisons: Vec<ComparisonSetting>,
    /// `[[link.block]]`; when not empty, these replace the built-in blocking rules.
    pub blocks: Vec<BlockRule>,
    /// The sources that list each person once, by id, in order: a person of one joins at most one of another.
    pub one_to_one: Vec<String>,
    /// Whether these are patients whose care follows who they are, so that what speaks against one person keeps a machine
    /// from joining however much speaks for it. No key of the file: it goes by what is asked for.
    pub is_care: bool,
    /// Whether, where no comparison is asked for, extra columns are compared that tell people apart. No key of the file either.
    pub chooses_columns: bool,
}

/// How records are linked where nobody says otherwise.
impl Default for LinkSettings {
    fn default() -> Self {
        LinkSettings {
            match_at: 0.99,
            review_at: 0.50,
            model: None,
            comparisons: Vec::new(),
            blocks: Vec::new(),
            one_to_one: Vec::new(),
            is_care: true,
            chooses_columns: false,
        }
    }
}

/// So many sources there may be that list each person once.
pub const LISTS_AT_MOST: usize = 64;
/// So many `[[link.comparison]]` there may be.
pub const COMPARISONS_AT_MOST: usize = 12;
/// So many levels each may have.
pub const COMPARISON_LEVELS_AT_MOST: usize = 12;

/// `[[link.comparison]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparisonSetting {
    /// A person field, or `extra.NAME`.
    pub field: String,
    /// Levels, best first; null before and "else" after are implied.
    pub levels: Vec<String>,
    /// Whether the weight of exact agreement follows the value's frequency.
    pub term_frequency: bool,
    /// Other fields with whose agreement that of this one comes and goes, as a saved model says; found from the data where
    /// nothing says so. No key of the file.
    pub depends_on: Option<Vec<String>>,
}

/// `[[link.block]]`.
#[derive(Clone, Debug)]
pub struct BlockRule {
    /// Fields that must all be present and equal.
    pub on: Vec<String>,
}

/// `[gates]`: the ceiling of each gate, by its name in the file.
pub type GateCeilings = BTreeMap<String, f64>;

/// `[[waiver]]`.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The gate's name.
    pub gate: String,
    /// Who waives it.
    pub name: String,
    /// In which role.
    pub role: String,
    /// Why.
    pub reason: String,
    /// When.
    pub date: Date,
}

/// `[[kpi]]`: kept whole; its words are checked here, its dates are computed in `measures`.
#[derive(Clone, Debug)]
pub struct Kpi {
    /// What people call it.
    pub name: String,
    /// Which version of the definition.
    pub version: String,
    /// Event that starts the clock.
    pub from: String,
    /// Event that stops it.
    pub to: String,
    /// Which month a case counts in.
    pub month: String,
    /// What becomes of people still waiting.
    pub still_open: String,
    /// Conditions, by field.
    pub conditions: BTreeMap<String, String>,
    /// The limit in words.
    pub within: String,
    /// The share that must be within it.
    pub target: f64,
}

/// `[overlap]`.
#[derive(Clone, Debug, Default)]
pub struct Overlap {
    /// The share that was assumed.
    pub assumed: Option<f64>,
}

/// `[clock]`: how waits are counted.
#[derive(Clone, Debug)]
pub struct ClockSettings {
    /// Whether the day on which a wait starts is day nought; else it counts as day one.
    pub day_zero_excluded: bool,
    /// Whether a limit in hours is of hours gone by; else of a working day for every 24.
    pub hours_elapsed: bool,
    /// Which bank holidays do not count as working days.
    pub holidays: Holidays,
    /// Further days that do not, such as a holiday proclaimed late; in order.
    pub added_holidays: Vec<Date>,
}

/// Which bank holidays do not count as working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holidays {
    /// Those of England and Wales.
    England,
    /// None: every Monday to Friday counts.
    None,
}

impl Holidays {
    /// The word used in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Holidays::England => "england",
            Holidays::None => "none",
        }
    }
}

impl Default for ClockSettings {
    fn default() -> Self {
        ClockSettings {
            day_zero_excluded: true,
            hours_elapsed: true,
            holidays: Holidays::England,
            added_holidays: Vec::new(),
        }
    }
}

/// `[[exclusion]]`.
#[derive(Clone, Debug)]
pub struct Exclusion {
    /// What people call it.
    pub name: String,
    /// The rule, by its key.
    pub rule: BTreeMap<String, String>,
    /// Who signed it; empty until someone has.
    pub signed_by: String,
}

impl Exclusion {
    /// What is signed: the name and the rule, so that a rule which is changed is not signed.
    pub fn statement(&self) -> String {
        let rule: Vec<String> = self.rule.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        format!("{} ({})", self.name, rule.join(", "))
    }
}

/// `[[safety]]`.
#[derive(Clone, Debug)]
pub struct SafetySwitch {
    /// The rule that is switched off.
    pub rule: String,
    /// Why.
    pub off_because: String,
}
