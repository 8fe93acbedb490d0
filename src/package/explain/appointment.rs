//! An appointment: which rows it is of, why it is classified so, and what came nearest to being it.

use super::{
    DecisionTold, ExceptionTold, ExplainError, ROW, Shelf, UnassignedTold, Wanted, decisions, exceptions, four,
    row_name, unassigned, unknown_id,
};
use crate::decisions::RowName;
use crate::measures::UNRESOLVED;
use crate::package::previous::Kind;
use crate::reconcile::{Apart, BookingSaid, Classification, Flag, RecordedBy, Side, bookings_apart};

/// An appointment, explained.
#[derive(Clone, Debug)]
pub struct AppointmentExplained {
    /// Its id.
    pub id: String,
    /// Its patient; empty when not known.
    pub patient: String,
    /// Its referral; empty when there is none.
    pub referral: String,
    /// When it starts.
    pub starts: String,
    /// When it was booked.
    pub booked: String,
    /// What became of it.
    pub status: String,
    /// What the booking systems and the evidence say of it.
    pub classification: Option<Classification>,
    /// Whose system holds it.
    pub recorded_by: Option<RecordedBy>,
    /// What needs a person's eye.
    pub flags: Vec<Flag>,
    /// In a conflict about when it starts: what each side says.
    pub starts_differ: Option<String>,
    /// In a conflict about where it is.
    pub places_differ: bool,
    /// In a conflict about whether it still stands: what each side says.
    pub status_differs: Option<String>,
    /// Which side of a conflict a named person said is right.
    pub held: Option<HeldTold>,
    /// What a named person said became of it.
    pub settled: Option<SettledTold>,
    /// Whether it waits for a named person to say so.
    pub is_unresolved: bool,
    /// Its rows, in order: `recorded`, or which kind of evidence.
    pub rows: Vec<(RowName, String)>,
    /// Its rows whose patient is not known: why, and who it may be.
    pub unassigned: Vec<UnassignedTold>,
    /// Its rows that its slot alone gave a patient, with how sure that is.
    pub by_slot: Vec<(RowName, f64)>,
    /// The patient's appointment that came nearest to being this one, and why it is not.
    pub nearest: Option<Candidate>,
    /// How many other appointments the patient has.
    pub others: usize,
    /// What could not be used of its rows, or needs a person's eye.
    pub exceptions: Vec<ExceptionTold>,
    /// Decisions about its rows.
    pub decisions: Vec<DecisionTold>,
}

/// Which side of a conflict a named person said is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldTold {
    /// Which side.
    pub side: Option<Side>,
    /// When it starts, as far as they differed in that: what each side says.
    pub starts_differed: Option<String>,
    /// Whether they differed in where it is.
    pub places_differed: bool,
    /// Whether it still stands, as far as they differed in that.
    pub status_differed: Option<String>,
    /// The event of the journal that says so.
    pub event: String,
}

/// What a named person said became of a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledTold {
    /// In a word.
    pub how: String,
    /// When the patient comes instead; empty unless it was rebooked.
    pub to: String,
    /// The event of the journal that says so.
    pub event: String,
}

/// An appointment that came near.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// When it starts.
    pub starts: String,
    /// What the booking systems and the evidence say of it.
    pub classification: Option<Classification>,
    /// Why it is another.
    pub apart: Apart,
}

/// A line of `appointments.csv`.
#[derive(Clone, Debug)]
struct AppointmentLine {
    id: String,
    patient: String,
    referral: String,
    starts: String,
    booked: String,
    status: String,
    site: String,
    clinician: String,
    classification: Option<Classification>,
    recorded_by: Option<RecordedBy>,
    flags: String,
    evidence: String,
    differs: String,
    settled: Option<SettledTold>,
    held: Option<HeldTold>,
}

pub(super) fn explain(package: &Shelf<'_>, id: &str) -> Result<AppointmentExplained, ExplainError> {
    let line =
        lines(package, ("appointment_id", id))?.pop().ok_or_else(|| unknown_id(package, Kind::Appointment, id))?;
    let of_patient = if line.patient.is_empty() { Vec::new() } else { lines(package, ("patient_id", &line.patient))? };
    let siblings: Vec<AppointmentLine> = of_patient.into_iter().filter(|of| of.id != id).collect();
    let mut rows = Vec::new();
    let [source, file, sheet, row] = ROW;
    let columns = [source, file, sheet, row, "standing"];
    package.where_is("appointment_records", ("appointment_id", id), columns, |cells| {
        rows.push((row_name(four(&cells)), cells[4].to_owned()));
    })?;
    let mut is_unresolved = false;
    package.where_is("figure_rows", ("item", id), ["figure"], |[figure]| is_unresolved |= figure == UNRESOLVED)?;
    let wanted = Wanted::new(rows.iter().map(|(row, _)| row));
    let mut exceptions = exceptions(package, &wanted)?;
    exceptions.retain(|exception| !exception.field.starts_with("person.") && !exception.field.starts_with("referral."));
    let (starts_differ, places_differ, status_differs) = differences(&line.differs);
    Ok(AppointmentExplained {
        unassigned: unassigned(package, &wanted)?,
        by_slot: by_slot(package, &wanted)?,
        decisions: decisions(package, &wanted)?,
        nearest: nearest(&line, &siblings),
        others: siblings.len(),
        flags: line.flags.split(';').filter_map(Flag::of_word).collect(),
        id: line.id,
        patient: line.patient,
        referral: line.referral,
        starts: line.starts,
        booked: line.booked,
        status: line.status,
        classification: line.classification,
        recorded_by: line.recorded_by,
        starts_differ,
        places_differ,
        status_differs,
        held: line.held,
        settled: line.settled,
        is_unresolved,
        rows,
        exceptions,
    })
}

fn lines(package: &Shelf<'_>, of: (&str, &str)) -> Result<Vec<AppointmentLine>, ExplainError> {
    const COLUMNS: [&str; 19] = [
        "appointment_id",
        "patient_id",
        "referral_id",
        "starts",
        "booked",
        "status",
        "site",
        "clinician",
        "classification",
        "recorded_by",
        "flags",
        "evidence",
        "differs",
        "resolution",
        "rebooked_to",
        "resolution_event",
        "differed",
        "holds",
        "holds_event",
    ];
    let mut found = Vec::new();
    package.where_is("appointments", of, COLUMNS, |cells| {
        let text = |place: usize| cells[place].to_owned();
        found.push(AppointmentLine {
            id: text(0),
            patient: text(1),
            referral: text(2),
            starts: text(3),
            booked: text(4),
            status: text(5),
            site: text(6),
            clinician: text(7),
            classification: Classification::of_word(cells[8]),
            recorded_by: RecordedBy::of_word(cells[9]),
            flags: text(10),
            evidence: text(11),
            differs: text(12),
            settled: (!cells[13].is_empty()).then(|| SettledTold { how: text(13), to: text(14), event: text(15) }),
            held: (!cells[17].is_empty()).then(|| {
                let (starts_differed, places_differed, status_differed) = differences(cells[16]);
                let (side, event) = (Side::of_word(cells[17]), text(18));
                HeldTold { side, starts_differed, places_differed, status_differed, event }
            }),
        });
    })?;
    Ok(found)
}

/// What the evidence could have been of, or of what there could have been evidence: of a booking without any, appointments
/// that have some; of evidence alone, bookings; else any.
fn nearest(line: &AppointmentLine, siblings: &[AppointmentLine]) -> Option<Candidate> {
    let is_alternative = |of: &&AppointmentLine| match line.classification {
        Some(Classification::RecordedOnly) => !of.evidence.is_empty(),
        Some(Classification::Unrecorded) => of.classification != Some(Classification::Unrecorded),
        _ => true,
    };
    let preferred: Vec<&AppointmentLine> = siblings.iter().filter(is_alternative).collect();
    let among = if preferred.is_empty() { siblings.iter().collect() } else { preferred };
    let candidate = |of: &AppointmentLine| Candidate {
        id: of.id.clone(),
        starts: of.starts.clone(),
        classification: of.classification,
        apart: bookings_apart(said(line), said(of)),
    };
    let order = |of: &Candidate| {
        let (other_place, days, minutes) = of.apart.distance;
        (days, minutes, other_place, of.id.clone())
    };
    among.into_iter().map(candidate).min_by_key(order)
}

fn said(of: &AppointmentLine) -> BookingSaid<'_> {
    BookingSaid {
        starts: &of.starts,
        site: &of.site,
        clinician: &of.clinician,
        is_recorded: of.classification != Some(Classification::Unrecorded),
        has_evidence: !of.evidence.is_empty(),
    }
}

/// Of `starts: recorded …, letter …; site: recorded …, letter …; status: recorded …, letter …` the moments, whether places
/// differ, and the words of the status: how a place is written may say where somebody lives.
fn differences(text: &str) -> (Option<String>, bool, Option<String>) {
    const SITE: &str = "site: recorded ";
    const STATUS: &str = "status: recorded ";
    let of_status = if text.starts_with(STATUS) { Some(text) } else { text.rsplit_once("; ").map(|(_, last)| last) };
    let status = of_status.and_then(|last| last.strip_prefix("status: ")).filter(|said| said.starts_with("recorded "));
    let status = status.map(str::to_owned);
    let starts = text.strip_prefix("starts: ").map(|rest| rest.split("; ").next().unwrap_or(rest).to_owned());
    let places = text.starts_with(SITE) || starts.is_some() && text.contains(&format!("; {SITE}"));
    (starts, places, status)
}

fn by_slot(package: &Shelf<'_>, wanted: &Wanted) -> Result<Vec<(RowName, f64)>, ExplainError> {
    let mut found = Vec::new();
    let columns = ["joined_by", "match_probability"];
    package.of_rows("patient_records", (ROW, wanted), columns, |place, [joined_by, sure]| {
        found.extend((joined_by == "slot").then(|| (wanted.row(place), sure.parse().unwrap_or(0.0))));
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, starts: Option<&str>, places: bool, status: Option<&str>) {
        assert_eq!(differences(text), (starts.map(str::to_owned), places, status.map(str::to_owned)), "{text}");
    }

    #[test]
    fn moments_are_told_and_places_are_not() {
        check("", None, false, None);
        let moments = "recorded 2017-10-04T09:30, letter 2017-10-04T10:30";
        check(&format!("starts: {moments}"), Some(moments), false, None);
        check(&format!("starts: {moments}; site: recorded 1 Long Lane, letter HC"), Some(moments), true, None);
        check("site: recorded 1 Long Lane; starts: Mrs X, letter HC", None, true, None);
        let called_off = "recorded booked, letter cancelled-by-patient";
        check(&format!("status: {called_off}"), None, false, Some(called_off));
        check(&format!("starts: {moments}; status: {called_off}"), Some(moments), false, Some(called_off));
    }
}
