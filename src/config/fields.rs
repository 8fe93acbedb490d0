//! The fields a mapping may fill, by kind of record. The names are fixed.

/// What one row may say something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// Who: every row of data has at most one.
    Person,
    /// A referral.
    Referral,
    /// A booking, or evidence of one.
    Appointment,
    /// A diagnostic request.
    Diagnostic,
    /// A document of the record.
    Document,
    /// An outcome score, such as EQ-5D.
    OutcomeScore,
    /// An incident or complaint.
    Concern,
    /// Box and folder of a row that was keyed from paper.
    Paper,
}

/// How the text of a field is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Text, white space folded.
    Text,
    /// A calendar date with its precision.
    Date,
    /// A date with perhaps a time.
    Moment,
    /// An NHS number.
    NhsNumber,
    /// One of these words, after the mapping's `codes`.
    Coded(&'static [&'static str]),
}

/// One field: its place in [`RecordKind::fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field {
    /// The kind of record it belongs to.
    pub kind: RecordKind,
    /// Its place among the kind's fields.
    pub place: usize,
}

use crate::values::{AppointmentStatus, Priority, ReferralStatus, Sex};
use FieldType::{Coded, Date, Moment, NhsNumber, Text};

const PERSON: &[(&str, FieldType)] = &[
    ("local_id", Text),
    ("nhs_number", NhsNumber),
    ("nhs_number_status", Text),
    ("superseded_by", NhsNumber),
    ("traced_on", Date),
    ("family_name", Text),
    ("given_name", Text),
    ("other_names", Text),
    ("full_name", Text),
    ("title", Text),
    ("previous_family_name", Text),
    ("date_of_birth", Date),
    ("date_of_death", Date),
    ("sex", Coded(Sex::WORDS)),
    ("address", Text),
    ("postcode", Text),
    ("phone", Text),
    ("mobile", Text),
    ("email", Text),
    ("gp_practice", Text),
    ("sensitive", Text),
    ("language", Text),
    ("communication_need", Text),
    ("guardian", Text),
];

const REFERRAL: &[(&str, FieldType)] = &[
    ("local_id", Text),
    ("ubrn", Text),
    ("pathway_id", Text),
    ("pathway_issuer", Text),
    ("person_local_id", Text),
    ("referred", Date),
    ("received", Moment),
    ("priority", Coded(Priority::WORDS)),
    ("triage_priority", Coded(Priority::WORDS)),
    ("triaged", Moment),
    ("triaged_by", Text),
    ("source_of_referral", Text),
    ("specialty", Text),
    ("condition", Text),
    ("referrer", Text),
    ("commissioner", Text),
    ("clinician", Text),
    ("decided_to_refer", Date),
    ("referred_on", Date),
    ("referred_on_to", Text),
    ("parent_local_id", Text),
    ("status", Coded(ReferralStatus::WORDS)),
    ("closed", Date),
    ("close_reason", Text),
    ("clock_start", Date),
    ("original_received", Date),
    ("rtt_status", Text),
    ("last_seen", Date),
    ("review_due", Date),
];

const APPOINTMENT: &[(&str, FieldType)] = &[
    ("local_id", Text),
    ("referral_local_id", Text),
    ("person_local_id", Text),
    ("offered", Date),
    ("booked", Moment),
    ("starts", Moment),
    ("site", Text),
    ("clinician", Text),
    ("kind", Text),
    ("status", Coded(AppointmentStatus::WORDS)),
    ("outcome", Text),
];

const DIAGNOSTIC: &[(&str, FieldType)] = &[
    ("local_id", Text),
    ("person_local_id", Text),
    ("test", Text),
    ("requested", Date),
    ("sent", Date),
    ("expected", Date),
    ("resulted", Date),
    ("reviewed", Date),
    ("reviewed_by", Text),
    ("status", Text),
];

const DOCUMENT: &[(&str, FieldType)] = &[
    ("local_id", Text),
    ("person_local_id", Text),
    ("kind", Text),
    ("dated", Date),
    ("location", Text),
    ("bytes", Text),
];

const OUTCOME_SCORE: &[(&str, FieldType)] = &[
    ("person_local_id", Text),
    ("instrument", Text),
    ("stage", Text),
    ("completed", Date),
    ("answered_by", Text),
    ("entered_by", Text),
    ("value", Text),
];

const CONCERN: &[(&str, FieldType)] = &[("local_id", Text), ("raised", Date), ("category", Text), ("text", Text)];

const PAPER: &[(&str, FieldType)] =
    &[("box", Text), ("folder", Text), ("pass", Text), ("keyed_by", Text), ("image", Text), ("unreadable", Text)];

impl RecordKind {
    /// Every kind that a mapping may have a table for, by its name there.
    pub const ALL: &'static [(RecordKind, &'static str)] = &[
        (RecordKind::Person, "person"),
        (RecordKind::Referral, "referral"),
        (RecordKind::Appointment, "appointment"),
        (RecordKind::Diagnostic, "diagnostic"),
        (RecordKind::Document, "document"),
        (RecordKind::OutcomeScore, "outcome_score"),
        (RecordKind::Concern, "concern"),
        (RecordKind::Paper, "paper"),
    ];

    /// Its name in a mapping.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// Its fields: name and type, in a fixed order.
    pub fn fields(self) -> &'static [(&'static str, FieldType)] {
        match self {
            RecordKind::Person => PERSON,
            RecordKind::Referral => REFERRAL,
            RecordKind::Appointment => APPOINTMENT,
            RecordKind::Diagnostic => DIAGNOSTIC,
            RecordKind::Document => DOCUMENT,
            RecordKind::OutcomeScore => OUTCOME_SCORE,
            RecordKind::Concern => CONCERN,
            RecordKind::Paper => PAPER,
        }
    }

    /// The field of this name.
    pub fn field(self, name: &str) -> Option<Field> {
        self.fields().iter().position(|(field, _)| *field == name).map(|place| Field { kind: self, place })
    }
}

impl Field {
    /// Its name in a mapping and in tables.
    pub fn name(self) -> &'static str {
        self.kind.fields()[self.place].0
    }

    /// How its text is understood.
    pub fn field_type(self) -> FieldType {
        self.kind.fields()[self.place].1
    }
}

/// The field of this name, found when the program is built.
const fn field(kind: RecordKind, fields: &[(&str, FieldType)], name: &str) -> Field {
    let mut place = 0;
    while place < fields.len() {
        if same(fields[place].0, name) {
            return Field { kind, place };
        }
        place += 1;
    }
    panic!("no field of this name")
}

const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut place = 0;
    while place < left.len() {
        if left[place] != right[place] {
            return false;
        }
        place += 1;
    }
    true
}

macro_rules! names {
    ($module:ident, $kind:ident, $table:ident: $($constant:ident $name:literal,)+) => {
        /// Each field as a constant.
        pub mod $module {
            use super::{Field, RecordKind, field};
            $(#[doc = concat!("The field `", $name, "`.")]
            pub const $constant: Field = field(RecordKind::$kind, super::$table, $name);)+
        }
    };
}

names!(person, Person, PERSON:
    LOCAL_ID "local_id", NHS_NUMBER "nhs_number", NHS_NUMBER_STATUS "nhs_number_status", SUPERSEDED_BY "superseded_by",
    TRACED_ON "traced_on", FAMILY_NAME "family_name", GIVEN_NAME "given_name", OTHER_NAMES "other_names",
    FULL_NAME "full_name", TITLE "title", PREVIOUS_FAMILY_NAME "previous_family_name", DATE_OF_BIRTH "date_of_birth",
    DATE_OF_DEATH "date_of_death", SEX "sex", ADDRESS "address", POSTCODE "postcode", PHONE "phone", MOBILE "mobile",
    EMAIL "email", GP_PRACTICE "gp_practice", SENSITIVE "sensitive", LANGUAGE "language",
    COMMUNICATION_NEED "communication_need", GUARDIAN "guardian",);
names!(referral, Referral, REFERRAL:
    LOCAL_ID "local_id", UBRN "ubrn", PATHWAY_ID "pathway_id", PATHWAY_ISSUER "pathway_issuer",
    PERSON_LOCAL_ID "person_local_id", REFERRED "referred", RECEIVED "received", PRIORITY "priority",
    TRIAGE_PRIORITY "triage_priority", TRIAGED "triaged", TRIAGED_BY "triaged_by", SOURCE_OF_REFERRAL "source_of_referral",
    SPECIALTY "specialty", CONDITION "condition", REFERRER "referrer", COMMISSIONER "commissioner", CLINICIAN "clinician",
    DECIDED_TO_REFER "decided_to_refer", REFERRED_ON "referred_on", REFERRED_ON_TO "referred_on_to",
    PARENT_LOCAL_ID "parent_local_id", STATUS "status", CLOSED "closed", CLOSE_REASON "close_reason",
    CLOCK_START "clock_start", ORIGINAL_RECEIVED "original_received", RTT_STATUS "rtt_status", LAST_SEEN "last_seen",
    REVIEW_DUE "review_due",);
names!(appointment, Appointment, APPOINTMENT:
    LOCAL_ID "local_id", REFERRAL_LOCAL_ID "referral_local_id", PERSON_LOCAL_ID "person_local_id", OFFERED "offered",
    BOOKED "booked", STARTS "starts", SITE "site", CLINICIAN "clinician", KIND "kind", STATUS "status", OUTCOME "outcome",);
names!(diagnostic, Diagnostic, DIAGNOSTIC: LOCAL_ID "local_id", PERSON_LOCAL_ID "person_local_id", EXPECTED "expected",);
names!(document, Document, DOCUMENT: LOCAL_ID "local_id", PERSON_LOCAL_ID "person_local_id", DATED "dated",);
names!(outcome_score, OutcomeScore, OUTCOME_SCORE: PERSON_LOCAL_ID "person_local_id",);
names!(paper, Paper, PAPER: BOX "box", FOLDER "folder", PASS "pass", KEYED_BY "keyed_by", IMAGE "image", UNREADABLE "unreadable",);
