//! The catalogue of problems: what can be wrong with a package, each with a slug that scripts may rely on.

use serde::Serialize;
use std::fmt;

macro_rules! problems {
    ($($(#[doc = $doc:literal])+ $variant:ident = $slug:literal;)+) => {
        /// What is wrong. Each kind has a stable slug and a sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProblemKind { $($(#[doc = $doc])+ $variant,)+ }

        impl ProblemKind {
            /// Every kind.
            pub const ALL: &'static [ProblemKind] = &[$(ProblemKind::$variant,)+];

            /// Its stable name.
            pub fn slug(self) -> &'static str {
                match self { $(ProblemKind::$variant => $slug,)+ }
            }

            /// One sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(ProblemKind::$variant => concat!($($doc,)+).trim_ascii(),)+ }
            }
        }
    };
}

problems! {
    // The bag.
    /// `bagit.txt` is missing or does not have its form.
    BagDeclaration = "bag-declaration";
    /// `bag-info.txt` is missing, cannot be read, or does not state the size of the payload once.
    BagInfo = "bag-info";
    /// The size of the payload is not the one that `bag-info.txt` states.
    PayloadSize = "payload-size";
    /// There is no manifest of the payload.
    ManifestMissing = "manifest-missing";
    /// A line of a manifest does not have its form.
    ManifestLine = "manifest-line";
    /// A manifest names a file twice.
    ManifestDuplicate = "manifest-duplicate";
    /// A manifest names a path outside its place.
    PathEscape = "path-escape";
    /// A file that a manifest names is not there.
    FileMissing = "file-missing";
    /// A file that a manifest must name is not named.
    FileUnlisted = "file-unlisted";
    /// The bytes of a file are not those that the manifest was written for.
    FileChanged = "file-changed";
    /// There is something other than a file or a folder: a link, a device, a name that is not text.
    NotAFile = "not-a-file";
    /// A file could not be read.
    FileUnreadable = "file-unreadable";
    /// A file that `fetch.txt` promises has not been fetched.
    NotFetched = "not-fetched";
    /// A package does not hold a file of this name.
    FileAdded = "file-added";
    /// Every package holds a file that is not here.
    FileAbsent = "file-absent";

    // Its documents.
    /// A document is not JSON of the form it must have.
    DocumentForm = "document-form";
    /// `datapackage.json` does not describe a table, or describes it twice.
    TableUndescribed = "table-undescribed";
    /// `datapackage.json` describes a table other than the one that is there.
    TableMisdescribed = "table-misdescribed";

    // Tables.
    /// The header of a table is not that of its schema.
    TableHeader = "table-header";
    /// A line of a table has too few or too many fields, or is not UTF-8.
    TableLine = "table-line";
    /// A value that must be there is missing.
    ValueMissing = "value-missing";
    /// A value is not of its column's type.
    ValueType = "value-type";
    /// A value is none of those that its column allows.
    ValueNotAllowed = "value-not-allowed";
    /// A value does not have the form of its column.
    ValueForm = "value-form";
    /// A number is smaller or greater than its column allows.
    ValueRange = "value-range";
    /// Two lines of a table have one key.
    KeyDuplicate = "key-duplicate";
    /// A line refers to something that is not there.
    ReferenceOrphan = "reference-orphan";

    // The account of rows.
    /// There is nothing to account for, so nothing is proved.
    NothingToCheck = "nothing-to-check";
    /// A line cites a row that `audit/rows.csv` does not hold.
    RowUnknown = "row-unknown";
    /// A row is of a sheet that `audit/sources.csv` does not hold.
    SheetUnknown = "sheet-unknown";
    /// The rows of a sheet are not each of one to the last, once.
    RowGap = "row-gap";
    /// The disposition of a row is not what the tables show to have become of it.
    RowDisposition = "row-disposition";
    /// A row that was set aside has no reason, or another row has one.
    RowReason = "row-reason";
    /// A patient, a referral or an appointment states another number of records than it has.
    RecordsDiffer = "records-differ";
    /// A referral that is closed stands on the waiting list.
    WaitingClosed = "waiting-closed";

    /// An id that ended is in use.
    IdEndedInUse = "id-ended-in-use";
    /// What is said to have become of an id cannot be.
    IdChange = "id-change";
    /// What is said to have become of a row cannot be.
    RowChange = "row-change";

    // One table against another.
    /// A value of the waiting list is not that of its referral or of its patient.
    WaitingDiffers = "waiting-differs";
    /// A line is of another patient than its referral or its row.
    PatientDiffers = "patient-differs";
    /// A patient has a value that no row of the patient gives, or lacks one that a row gives.
    ValueUnsupported = "value-unsupported";
    /// An appointment is classified, flagged or said to be recorded otherwise than its rows show.
    ClassificationDiffers = "classification-differs";
    /// What is said of a clock in doubt, and of who decided about it, does not go together.
    ClockDiffers = "clock-differs";
    /// A pair is said to be joined, up for review or refused, and its rows or its probability show otherwise.
    PairStanding = "pair-standing";
    /// The probability of a pair does not go with its weight, or the weight is not the sum of its parts.
    PairWeight = "pair-weight";
    /// A pair too unlikely to join its rows is all that holds them together.
    EdgeWeak = "edge-weak";
    /// A row is said to be joined by something that the package does not show.
    JoinUnsupported = "join-unsupported";

    // The ledger.
    /// The ledger does not hold a count that it must hold.
    CountMissing = "count-missing";
    /// The ledger holds a count that nothing defines.
    CountUnknown = "count-unknown";
    /// A count is not what counting gives.
    CountDiffers = "count-differs";
    /// An identity that every package must satisfy is not stated.
    IdentityMissing = "identity-missing";
    /// An identity does not hold, or is stated in unknown counts.
    IdentityBroken = "identity-broken";

    // Figures, gates, head.
    /// A figure is not the count of its name, or not its numerator over its denominator.
    FigureDiffers = "figure-differs";
    /// A figure that lists what is behind it lists more or fewer things than it counts.
    FigureRows = "figure-rows";
    /// The report shows another value than the table of figures.
    ReportDiffers = "report-differs";
    /// The report holds a script; a package's report never does.
    ReportScript = "report-script";
    /// The gates that the run states are not those of the table.
    GatesDiffer = "gates-differ";
    /// A package that says it is final has a gate that is neither green nor waived.
    FinalGateOpen = "final-gate-open";
    /// The head's counts are not the ledger's.
    HeadDiffers = "head-differs";
    /// The head and the run name different configurations.
    ConfigDiffers = "config-differs";
    /// The key's file could not be read as a key.
    KeyUnreadable = "key-unreadable";
    /// The manifest is not the one that was committed to with this key.
    CommitmentDiffers = "commitment-differs";

    // The sources.
    /// A source file is not there.
    SourceMissing = "source-missing";
    /// A source file is not the one that was read.
    SourceChanged = "source-changed";
    /// A source file could not be read as what it is said to be.
    SourceUnreadable = "source-unreadable";
    /// A sheet of a source file is not accounted for, or is not in the file.
    SheetUnaccounted = "sheet-unaccounted";
    /// A source file has another number of rows than is accounted for.
    SourceRows = "source-rows";
    /// A row of a source file does not hold what the package says was used.
    RowChanged = "row-changed";
    /// A row that is accounted for as blank holds something.
    BlankRowHolds = "blank-row-holds";
}

/// Where: as much of it as is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, relative to the package (or to the sources).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The line, or the row of a source file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The column's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

/// One thing that is wrong. It locates; it never quotes what a cell holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What.
    #[serde(rename = "problem")]
    pub kind: ProblemKind,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// How.
    pub detail: String,
}

impl Place {
    pub(super) fn file(path: &str) -> Self {
        Place { file: path.to_owned(), ..Place::default() }
    }

    pub(super) fn sheet(mut self, sheet: &str) -> Self {
        self.sheet = (!sheet.is_empty()).then(|| sheet.to_owned());
        self
    }

    pub(super) fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    pub(super) fn column(mut self, column: &str) -> Self {
        self.column = Some(column.to_owned());
        self
    }
}

impl Serialize for ProblemKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_tame(formatter, &self.file)?;
        for part in [&self.sheet, &self.line.map(|line| line.to_string()), &self.column].into_iter().flatten() {
            formatter.write_str(":")?;
            write_tame(formatter, part)?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place != Place::default() {
            write!(formatter, "{}: ", self.place)?;
        }
        write_tame(formatter, if self.detail.is_empty() { self.kind.sentence() } else { &self.detail })?;
        write!(formatter, " [{}]", self.kind.slug())
    }
}

/// Names come from a stranger's disk: control characters could steer a terminal.
fn write_tame(formatter: &mut dyn fmt::Write, text: &str) -> fmt::Result {
    for character in text.chars() {
        match character.is_control() {
            true => write!(formatter, "{}", character.escape_unicode())?,
            false => formatter.write_char(character)?,
        }
    }
    Ok(())
}

/// A name on one line.
pub(super) fn tame(name: &str) -> String {
    let mut shown = String::new();
    let _ = write_tame(&mut shown, name);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_problem_has_a_slug_of_its_own_and_a_sentence() {
        let slugs: BTreeSet<&str> = ProblemKind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            assert!(kind.slug().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", kind.slug());
            assert!(kind.sentence().ends_with('.'), "{}", kind.slug());
        }
    }

    #[test]
    fn a_problem_says_where_and_cannot_steer_a_terminal() {
        let place = Place::file("data/\u{1b}[2J.csv").line(3).column("sex");
        let problem = Problem { kind: ProblemKind::ValueNotAllowed, place, detail: "not one of 4 words".into() };
        assert_eq!(problem.to_string(), "data/\\u{1b}[2J.csv:3:sex: not one of 4 words [value-not-allowed]");
        let json = serde_json::to_string(&problem).expect("plain data");
        assert!(json.starts_with(r#"{"problem":"value-not-allowed","file":"data/"#), "{json}");
    }
}
