//! The catalogue of reasons: why a row or a value could not be used, or needs a person's eye.

use crate::sources::RowRef;

/// How much a reason costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing was left out.
    Notice,
    /// A value was left out or repaired, or needs a person's eye; the row is used.
    Warning,
    /// The row was set aside.
    Error,
}

impl Severity {
    /// The word used in `exceptions.csv`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Notice => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// Something that is wrong with the data. It never stops the run, and never quotes a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exception {
    /// The row.
    pub at: RowRef,
    /// The field, such as `referral.received`; empty when it is the row.
    pub field: String,
    /// Why.
    pub reason: Reason,
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $slug:literal, $severity:ident, $todo:literal;)+) => {
        /// Why. Each has a slug that scripts may rely on, a sentence, a severity, and what to do next.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $($(#[doc = $doc])+ $variant,)+ }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Reason] = &[$(Reason::$variant,)+];

            /// Its stable name.
            pub fn slug(self) -> &'static str {
                match self { $(Reason::$variant => $slug,)+ }
            }

            /// The reason of that slug.
            pub fn of_slug(slug: &str) -> Option<Reason> {
                Reason::ALL.iter().copied().find(|reason| reason.slug() == slug)
            }

            /// One sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Reason::$variant => concat!($($doc,)+).trim_ascii(),)+ }
            }

            /// How much it costs.
            pub fn severity(self) -> Severity {
                match self { $(Reason::$variant => Severity::$severity,)+ }
            }

            /// What to do next.
            pub fn what_to_do(self) -> &'static str {
                match self { $(Reason::$variant => $todo,)+ }
            }
        }
    };
}

reasons! {
    // Found by sources: the row as it stands in the file.
    /// The sheet is claimed by no mapping, so none of its rows is used.
    SheetNotMapped = "sheet-not-mapped", Error, "name the sheet in a mapping, or confirm with the provider that it holds no patients";
    /// The row has more cells than the header.
    RowTooWide = "row-too-wide", Error, "look for an unquoted delimiter in the row and have the export corrected";
    /// The row has fewer cells than the header; those that are not there read as empty.
    RowTooNarrow = "row-too-narrow", Warning, "look for a broken line in the row and have the export corrected";
    /// The row holds bytes that the file's encoding does not allow.
    NotDecodable = "not-decodable", Error, "state the right encoding in the mapping's [file] table";
    /// A quoted field swallowed more lines than a field may have.
    StrayQuote = "stray-quote", Error, "find the opening quote that is never closed and have the export corrected";
    /// The row is longer than a row may be.
    RowTooLong = "row-too-long", Error, "have the export corrected, or split the field";
    /// The row holds a NUL character.
    NulCharacter = "nul-character", Error, "have the file exported again; it was damaged on the way";
    /// Cells stand beside the table, right of its header; the row is used without them.
    BesideTable = "beside-table", Warning, "look at the cells, and give them a header if they belong to the row";
    /// A formula was saved without its value (in an .xlsb: with an error in its place), so its cell reads as empty.
    FormulaWithoutValue = "formula-without-value", Warning, "open the workbook, let it calculate, and save it again";
    /// A character stands as two or more strange ones, its bytes having been read in the wrong encoding; the row is used as it stands.
    EncodedTwice = "encoded-twice", Warning, "state encoding = \"utf-8\" in the mapping's [file] table if it says another; else have the file exported again";
    /// The worksheet hides the row; it is used.
    HiddenRow = "hidden-row", Notice, "ask the provider whether rows were hidden because they do not belong to the extract";
    /// A merged cell above covers a place in the row, which reads as empty.
    MergedCells = "merged-cells", Warning, "state fill_merged = true in the mapping's [file] table if the cell speaks of each of its rows";
    /// The table ends in the row where spreadsheets end (65,536 or 1,048,576), so more rows may have been cut off.
    RowLimit = "row-limit", Warning, "ask the provider how many rows the extract has, and for those that were cut off";
    /// Cells stand in a column without a name, which no mapping can read; the first row with one is told.
    UnnamedColumn = "unnamed-column", Warning, "give the column a name if it belongs to the extract";
    /// The row looks like a total or a note, but rows of data follow it; it is used.
    TotalAmongData = "total-among-data", Warning, "have totals and notes taken out of the export";
    /// The mapping reads a sheet that the workbook hides.
    HiddenSheet = "hidden-sheet", Notice, "confirm with the provider that the hidden sheet is the one to read";
    /// The worksheet hides a column that has a name; it is read like any other.
    HiddenColumn = "hidden-column", Notice, "ask the provider whether the column belongs to the extract";
    /// The header is as wide as spreadsheets are (256 or 16,384 columns), so more columns may have been cut off.
    ColumnLimit = "column-limit", Warning, "ask the provider how many columns the extract has";

    // Found by records: values.
    /// The row says nothing of any patient: every mapped cell is empty.
    NothingMapped = "nothing-mapped", Error, "check that the mapping names the right columns";
    /// The row is a test or a placeholder entry, not a patient.
    TestRow = "test-row", Error, "confirm with the provider that the entry was made for testing";
    /// The number is from the range kept for test patients; it is used.
    NhsNumberTest = "nhs-number-test", Notice, "confirm that the source holds test patients only";
    /// The number is a Scottish CHI number; it is used.
    NhsNumberChi = "nhs-number-chi", Notice, "trace the patient for the number that England and Wales know them by";
    /// The first six digits of the Scottish CHI number are another date of birth than the row gives; both are kept.
    ChiBirthDiffers = "chi-birth-differs", Warning, "trace the patient, or ask the provider which of the two is right; the number may be somebody else's";
    /// The number is a Northern Irish Health and Care number; it is used.
    NhsNumberHealthAndCare = "nhs-number-health-and-care", Notice, "trace the patient for the number that England and Wales know them by";
    /// The NHS number passes its check digit, but no register in the United Kingdom issues numbers of its range; it is used.
    NhsNumberNotIssued = "nhs-number-not-issued", Warning, "trace the patient, or ask the provider for the number";
    /// The NHS number does not have ten digits.
    NhsNumberLength = "nhs-number-length", Warning, "trace the patient, or ask the provider for the number";
    /// The NHS number holds something other than digits.
    NhsNumberNotDigits = "nhs-number-not-digits", Warning, "trace the patient, or ask the provider for the number";
    /// The NHS number fails its check digit.
    NhsNumberCheckDigit = "nhs-number-check-digit", Warning, "trace the patient, or ask the provider for the number";
    /// The NHS number is a pattern that belongs to nobody.
    NhsNumberRefused = "nhs-number-refused", Warning, "trace the patient, or ask the provider for the number";
    /// The NHS number has lost digits to a spreadsheet's scientific notation.
    NhsNumberScientific = "nhs-number-scientific", Warning, "have the column exported as text; the digits are gone from this file";
    /// The NHS number had nine digits and fits with a leading nought, which a spreadsheet may have dropped; used as proposed.
    NhsNumberLeadingZero = "nhs-number-leading-zero", Warning, "confirm the number, and have the column exported as text";
    /// The value is not a date in any of the stated forms.
    DateNotUnderstood = "date-not-understood", Warning, "add the form to the mapping's dates";
    /// The value has a date's form but is no day of the calendar.
    DateImpossible = "date-impossible", Warning, "ask the provider for the date";
    /// The value is a number such as spreadsheets count days by; which day it means, the file does not say.
    DateSerial = "date-serial", Warning, "have the column exported as dates";
    /// The date is a placeholder that stands for "unknown".
    DatePlaceholder = "date-placeholder", Warning, "ask the provider for the date";
    /// Some dates of the column have the day first and some the month first, as the impossible ones show; each is read as the mapping says.
    DatesTwoWays = "dates-two-ways", Warning, "have the column exported with the year first; until then take no date for sure at whose row date-either-way stands";
    /// The column's dates have day and month the other way round than they are read, as the impossible ones show; each is read as the mapping says.
    DatesOtherWay = "dates-other-way", Warning, "correct the order of day and month in the mapping's dates";
    /// The workbook's dates are all days that could be months, and texts stand where they could not: a program may have exchanged day and month.
    DatesTurned = "dates-turned", Warning, "have the export made again and not opened in a spreadsheet on the way; until then take no date for sure at whose row date-either-way stands";
    /// The date is read as the mapping or the workbook says, but day and month may be exchanged, as others of its column are.
    DateEitherWay = "date-either-way", Warning, "look at what is said of the column at its header, and confirm the date";
    /// Times of the column say how far they are from Greenwich; used is the day and time that clocks in the United Kingdom showed.
    TimesWithOffset = "times-with-offset", Notice, "confirm with the provider that these times are marked rightly, and are not of clocks here";
    /// The date of birth is 1 January: counted as a year only.
    BirthYearOnly = "birth-year-only", Notice, "ask the patient at the next contact";
    /// The date of birth lies after the census date or more than 120 years before it.
    BirthDateImplausible = "birth-date-implausible", Warning, "ask the provider for the date";
    /// The date lies before 1948 or more than ten years after the census date; it is not used.
    DateImplausible = "date-implausible", Warning, "ask the provider for the date";
    /// The date lies more than two years after the census date; it is used.
    DateFarAhead = "date-far-ahead", Warning, "confirm the date: a booking so far ahead is rare, and a slip in its year looks the same";
    /// What the date tells of has happened, but the date lies after the census date; it is used.
    DateAfterCensus = "date-after-census", Warning, "confirm the date; where the extract was made later than the census date, state its day as extracted_at of the source";
    /// What the date tells of happened between the census date and the day of the extract; it is kept, and the census is without it.
    DateBeforeExtract = "date-before-extract", Notice, "nothing is wrong; to have it counted, have as_at set to the day of the extract";
    /// Clocks in the United Kingdom went forward over this time of day, so none ever showed it; it is used as it stands.
    TimeSkipped = "time-skipped", Warning, "ask the provider by which clock the times are; by Greenwich all the year, those of summer are an hour early";
    /// The value is not one of the coded words and the mapping's codes do not list it.
    CodeNotMapped = "code-not-mapped", Warning, "add the value to the mapping's codes";
    /// The value looks like the code of an organisation and has no shape of such codes; it is kept as found.
    OdsCodeShape = "ods-code-shape", Warning, "ask the provider for the code; a spreadsheet may have changed it";
    /// The organisation of the code had closed by the census date; the code is kept as found.
    OdsCodeClosed = "ods-code-closed", Notice, "name the organisation that followed it wherever the code is to be used from now on";
    /// The practice code stands for no practice, or one that is not known; it is treated as missing.
    PracticeNone = "practice-none", Warning, "ask the patient for their practice at the next contact";
    /// The postcode has no legal shape; it is kept as found and not used for matching.
    PostcodeShape = "postcode-shape", Warning, "correct the postcode at the next contact";
    /// The postcode stands for no fixed abode, not known or abroad; it is not used for matching.
    PostcodePseudo = "postcode-pseudo", Notice, "none; the patient may need another way of contact";
    /// The cell holds a spreadsheet error.
    CellError = "cell-error", Warning, "have the formula corrected and the file saved again";
    /// The value was stored as a number of more than 15 digits, or stands in scientific notation, so its last digits are lost.
    DigitsRounded = "digits-rounded", Warning, "have the column exported as text; the digits are gone from this file";
    /// The row declares no figure: what stands in its place is not a number.
    FigureNotNumber = "figure-not-number", Error, "ask the provider for the figure";
    /// One of the row's declared figures is not a number; its other figures are used.
    FigureInPart = "figure-in-part", Warning, "ask the provider for the figure";
    /// A column that the mapping names is not in this file, so its field is empty throughout.
    ColumnMissing = "column-missing", Warning, "correct the column's name in the mapping, or have the column exported";
    /// Several columns of this file have the name that the mapping gives; the first of them is used.
    ColumnTwice = "column-twice", Warning, "have the columns told apart by name, or confirm that the first is the right one";

    // Found by records: paper.
    /// The two keyings of a folder disagree on a field.
    KeyingsDisagree = "keyings-disagree", Warning, "look at the folder and record what it says";
    /// Two keyings of a folder have nothing in common that tells who it is about; both are kept, neither is the other's check.
    KeyingsUnlike = "keyings-unlike", Warning, "look for two people in one folder, or a folder number used twice";
    /// The folder was keyed once where it must be keyed twice.
    KeyedOnce = "keyed-once", Warning, "key the folder a second time";
    /// The folder was keyed more often than twice.
    KeyedTooOften = "keyed-too-often", Error, "look for a folder number used twice";
    /// The row names no box or no folder, so its second keying cannot be found.
    FolderUnnamed = "folder-unnamed", Warning, "write the box and the folder into the row";
    /// The pass is neither 1 nor 2.
    PassUnknown = "pass-unknown", Warning, "write 1 or 2 into the row's pass";

    // Found by linkage.
    /// The row names a patient by a local id that no row of that system explains.
    PersonNotFound = "person-not-found", Warning, "ask the provider for the patient of that local id";
    /// The local id is a patient's in that system, but the details beside it are not that patient's.
    PersonDiffers = "person-differs", Warning, "look for a mistyped id, or ask the provider whose row it is";
    /// The local id stands for more than one person in that system.
    PersonAmbiguous = "person-ambiguous", Warning, "decide in review which patient the row belongs to";
    /// The national service's answer has another name or date of birth than the person it was asked about.
    TraceDisagrees = "trace-disagrees", Warning, "decide in review whether the answer is about this person";
    /// The national service found nobody, or several people, for the person it was asked about.
    TraceUnanswered = "trace-unanswered", Notice, "trace the person by hand, with what the provider's paper says";
    /// The row says too little to be matched to any patient.
    PersonTooThin = "person-too-thin", Warning, "find the patient by hand; someone will turn up";
    /// Two rows that are otherwise one patient carry different verified NHS numbers.
    NhsNumberConflict = "nhs-number-conflict", Warning, "decide in review; trace both numbers";
    /// Two rows carry one NHS number, or one that took its place, but the date of birth or the name does not agree.
    NhsNumberAlone = "nhs-number-alone", Warning, "decide in review; one of the numbers may be somebody else's";
    /// Two rows agree in much, but the given names are clearly different: perhaps twins or relatives.
    GivenNamesDiffer = "given-names-differ", Warning, "decide in review";
    /// Two rows agree in much, but the dates of birth do not agree even in part: perhaps a parent and a child.
    BirthDatesDiffer = "birth-dates-differ", Warning, "decide in review";
    /// Two rows agree in much, but one system gives them different ids.
    LocalIdsDiffer = "local-ids-differ", Warning, "decide in review";
    /// Two rows have too little in common beyond a name.
    TooLittleInCommon = "too-little-in-common", Warning, "decide in review";
    /// The row fits two clearly different people almost equally well.
    CloseRival = "close-rival", Warning, "decide in review which of them it is";
    /// The two may be one person, but a list that names everybody once names both, or has another row that fits better.
    AnotherFitsBetter = "another-fits-better", Warning, "decide in review; if both rows are of the person, the list names somebody twice";

    /// A person said in review that the two rows are of two people.
    KeptApart = "kept-apart", Notice, "none; take the decision back in review if it was wrong";
    /// A person said in review that the row is of nobody in these data.
    PlacedNobody = "placed-nobody", Notice, "none; take the decision back in review if it was wrong";

    // Found by reconcile.
    /// The same referral id stands on rows of different patients.
    ReferralIdShared = "referral-id-shared", Warning, "ask the provider whose referral it is";
    /// The appointment names a referral that no row explains.
    ReferralNotFound = "referral-not-found", Notice, "ask the provider for the referral";
    /// The appointment has no date.
    AppointmentUndated = "appointment-undated", Warning, "ask the provider when the appointment is";
    /// The site is neither in the crosswalk nor like any name in it.
    SiteUnknown = "site-unknown", Warning, "add the site to the crosswalk";
    /// The referral has no date from which a clock could start.
    ClockUnknown = "clock-unknown", Warning, "ask the provider when the referral was received";
    /// The row says that the referral was received after the census date; that takes nobody off the waiting list.
    ReceivedAfterCensus = "received-after-census", Warning, "confirm the date; one mistyped hides how long the patient has waited";
    /// One system's rows of one referral say both open and closed, and no dates tell which is later; it is kept open.
    StatusContradictory = "status-contradictory", Warning, "ask the provider whether the referral is closed; until then the patient stays on the list";
    /// Two open referrals of the patient may be one: one system holds both under two ids from one day, or one repeats the other.
    ReferralRepeated = "referral-repeated", Warning, "ask the provider whether it is one referral entered twice; both are kept";
    /// The row's dates contradict each other, or what it says had not happened yet.
    SequenceImplausible = "sequence-implausible", Warning, "ask the provider which date is right";
    /// The row's clock start is one day that its source gives to many, the transfer date or one on which none was received: clocks were started anew.
    ClockResetInBulk = "clock-reset-in-bulk", Warning, "ask the provider for the clock starts before they were set anew; this one is not used";
    /// The referral repeats an earlier one, and nothing tells whether, or when, that one's clock was stopped.
    ClockUncertain = "clock-uncertain", Warning, "ask the provider how and when the earlier referral ended, and say so in review (clocks)";
    /// The RTT status cannot follow the one before it, or contradicts how the referral ended.
    RttStatusImplausible = "rtt-status-implausible", Warning, "ask the provider for the status and its day";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_earns_its_place() {
        let slugs: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.slug()).collect();
        assert_eq!(slugs.len(), Reason::ALL.len(), "slugs are distinct");
        for reason in Reason::ALL {
            assert!(reason.slug().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", reason.slug());
            assert!(reason.sentence().ends_with('.'), "{}", reason.slug());
            assert!(!reason.what_to_do().is_empty(), "{}", reason.slug());
        }
    }
}
