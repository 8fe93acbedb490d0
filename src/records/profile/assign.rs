//! Which column fills which field: what the rows speak of first, then one column a field and one field a column, the best
//! fits first.

use super::fit::{self, Facts, NameFit};
use super::presets::Preset;
use super::product::{ColumnType, FieldDraft};
use super::synonyms::TABLE;
use super::value::Mark;
use crate::config::fields::{appointment, diagnostic, document, outcome_score, person, referral};
use crate::config::{Field, FieldType, RecordKind};
use std::collections::BTreeSet;

/// What came of it.
#[derive(Default)]
pub(super) struct Assigned {
    pub kinds: Vec<RecordKind>,
    /// In the order of the catalogue.
    pub fields: Vec<FieldDraft>,
    /// A column's name says a field, and its values do not agree: column, field, why not.
    pub doubts: Vec<(usize, Field, String)>,
}

/// A column that may fill a field.
struct Candidate {
    column: usize,
    field: Field,
    name: Option<NameFit>,
    values: f64,
    preset: bool,
}

impl Candidate {
    fn score(&self) -> f64 {
        let name = self.name.map_or(0.0, |name| name.score);
        // A clinician or a place of a row with a booking is the booking's.
        let nearer = if self.field.kind == RecordKind::Appointment { 0.05 } else { 0.0 };
        name + self.values + nearer + if self.preset { 6.0 } else { 0.0 }
    }
}

/// Finds the fields of a sheet.
pub(super) fn assign(columns: &[Facts<'_>], preset: Option<&Preset>) -> Assigned {
    let all = candidates(columns, preset);
    let kinds = kinds(&all, columns, preset);
    let is_open = |candidate: &&Candidate| kinds.contains(&candidate.field.kind);
    let mut taken: (BTreeSet<usize>, BTreeSet<Field>) = Default::default();
    let mut open: Vec<&Candidate> = all.iter().filter(is_open).filter(|one| one.values > 0.0 || one.preset).collect();
    open.sort_by(|left, right| {
        let order = right.score().total_cmp(&left.score());
        order.then(left.column.cmp(&right.column)).then(left.field.cmp(&right.field))
    });
    let mut assigned = Assigned { kinds, ..Assigned::default() };
    for candidate in open {
        let follows =
            candidate.field == appointment::REFERRAL_LOCAL_ID && assigned.kinds.contains(&RecordKind::Referral);
        if follows || taken.0.contains(&candidate.column) || !taken.1.insert(candidate.field) {
            continue;
        }
        taken.0.insert(candidate.column);
        assigned.fields.push(FieldDraft {
            field: candidate.field,
            columns: vec![candidate.column],
            join: "",
            dates: Vec::new(),
            why: why(candidate, &columns[candidate.column], preset),
            mapped: true,
        });
    }
    join_address(&mut assigned, &all, &mut taken.0);
    join_times(&mut assigned, columns, &mut taken.0);
    mobile_of_messages(&mut assigned, columns);
    ids_of_persons(&mut assigned);
    doubts(&mut assigned, &all, columns, &taken);
    assigned.fields.sort_by_key(|draft| draft.field);
    assigned
}

fn candidates(columns: &[Facts<'_>], preset: Option<&Preset>) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (column, facts) in columns.iter().enumerate() {
        let stated = preset.map_or(&[][..], |preset| preset.fields);
        let of_preset: Vec<Field> = stated
            .iter()
            .filter(|(_, name)| super::presets::fold(name) == super::presets::fold(facts.name))
            .filter_map(|(path, _)| field_of(path))
            .collect();
        for &field in &of_preset {
            let values = fit::by_values(field, None, facts);
            all.push(Candidate { column, field, name: None, values, preset: true });
        }
        for synonyms in TABLE {
            let Some(field) = field_of_parts(synonyms.kind, synonyms.field) else { continue };
            let name = fit::by_name(synonyms, field, &facts.words);
            if let Some(name) = name.filter(|_| !of_preset.contains(&field)) {
                let values = fit::by_values(field, Some(name), facts);
                all.push(Candidate { column, field, name: Some(name), values, preset: false });
                if field == referral::LOCAL_ID {
                    all.push(Candidate {
                        column,
                        field: appointment::REFERRAL_LOCAL_ID,
                        name: Some(name),
                        values,
                        preset: false,
                    });
                }
            }
        }
        let by_values = fit::without_a_name(facts.column_type)
            .and_then(|(name, score)| Some((RecordKind::Person.field(name)?, score)));
        if let Some((field, values)) = by_values
            && !all.iter().any(|one| one.column == column && one.field == field)
        {
            all.push(Candidate { column, field, name: None, values, preset: false });
        }
    }
    all
}

/// The field of a path such as `person.sex`.
pub(super) fn field_of(path: &str) -> Option<Field> {
    let (kind, name) = path.split_once('.')?;
    field_of_parts(kind, name)
}

fn field_of_parts(kind: &str, name: &str) -> Option<Field> {
    RecordKind::ALL.iter().find(|(_, known)| *known == kind).and_then(|(kind, _)| kind.field(name))
}

/// What rows speak of. A kind is there when its own fields are: a referral's number on a row of appointments makes no referral.
fn kinds(all: &[Candidate], columns: &[Facts<'_>], preset: Option<&Preset>) -> Vec<RecordKind> {
    let fits = |kind: RecordKind, name: &str| {
        let field = kind.field(name);
        all.iter().any(|one| Some(one.field) == field && one.values > 0.0)
    };
    let told = |kind: RecordKind| all.iter().filter(move |one| one.field.kind == kind && one.values > 0.0);
    let named = |kind: RecordKind| {
        all.iter().filter(|one| one.field.kind == kind).map(|one| one.column).collect::<BTreeSet<usize>>().len()
    };
    let tells = |kind: RecordKind, except: &[&str]| {
        told(kind).any(|one| one.name.is_some_and(|name| name.telling) && !except.contains(&one.field.name()))
    };
    let is = |kind: RecordKind| match kind {
        RecordKind::Person => {
            let people = ["nhs_number", "family_name", "full_name", "date_of_birth", "given_name"];
            people.iter().any(|name| fits(kind, name)) || (fits(kind, "local_id") && !is_of_places(all, columns))
        }
        RecordKind::Referral => {
            tells(kind, &["local_id", "referrer", "clinician", "pathway_issuer", "last_seen", "referred_on_to"])
                && named(kind) >= 2
        }
        RecordKind::Appointment => fits(kind, "starts"),
        RecordKind::Diagnostic => {
            fits(kind, "test") && ["requested", "resulted", "sent"].iter().any(|name| fits(kind, name))
        }
        RecordKind::Document => {
            (fits(kind, "location") || fits(kind, "kind"))
                && (fits(kind, "dated") || fits(kind, "local_id"))
                && tells(kind, &["dated"])
        }
        RecordKind::OutcomeScore => {
            fits(kind, "value") && (fits(kind, "instrument") || fits(kind, "completed")) && tells(kind, &[])
        }
        RecordKind::Concern => {
            fits(kind, "raised") && fits(kind, "text") && (fits(kind, "category") || tells(kind, &[]))
        }
        RecordKind::Paper => fits(kind, "box") && fits(kind, "folder"),
    };
    let of_preset = |kind: RecordKind| {
        preset.is_some_and(|preset| {
            preset.fields.iter().filter_map(|(path, _)| field_of(path)).any(|field| field.kind == kind)
        }) && all.iter().any(|one| one.preset && one.field.kind == kind)
    };
    RecordKind::ALL.iter().map(|(kind, _)| *kind).filter(|kind| is(*kind) || of_preset(*kind)).collect()
}

/// Whether the rows list places: they say where each lies or what it is called, and the id is not said to be a patient's.
fn is_of_places(all: &[Candidate], columns: &[Facts<'_>]) -> bool {
    let says = |facts: &Facts<'_>, wanted: &[&str]| facts.words.iter().any(|word| wanted.contains(&word.as_str()));
    let of_patients = all
        .iter()
        .filter(|one| one.field == person::LOCAL_ID)
        .any(|one| says(&columns[one.column], &["patient", "mrn", "pas", "crn", "unit", "medical", "emis", "rio"]));
    let of_place = |facts: &Facts<'_>| {
        let is_named =
            says(facts, &["name"]) && says(facts, &["location", "hospital", "site", "practice", "organisation"]);
        is_named || says(facts, &["longitude", "latitude", "easting", "northing"])
    };
    !of_patients && columns.iter().any(of_place)
}

fn why(candidate: &Candidate, facts: &Facts<'_>, preset: Option<&Preset>) -> String {
    let is = facts.column_type.word();
    if let Some(preset) = preset.filter(|_| candidate.preset) {
        return format!("by name, as in {}", preset.what);
    }
    match candidate.name {
        None => format!("by its values alone ({is}); its name does not say so"),
        Some(_) => "by name and values".to_owned(),
    }
}

/// A field as messages name it.
pub(super) fn path(field: Field) -> String {
    format!("{}.{}", field.kind.name(), field.name())
}

/// Lines of an address in columns of their own.
fn join_address(assigned: &mut Assigned, all: &[Candidate], taken: &mut BTreeSet<usize>) {
    let Some(draft) = assigned.fields.iter_mut().find(|draft| draft.field == person::ADDRESS) else { return };
    let lines =
        all.iter().filter(|one| one.field == person::ADDRESS && one.values > 0.0 && !taken.contains(&one.column));
    draft.columns.extend(lines.map(|one| one.column));
    draft.columns.sort_unstable();
    draft.columns.dedup();
    taken.extend(draft.columns.iter().copied());
    draft.join = if draft.columns.len() > 1 { ", " } else { "" };
}

/// A time of day in a column beside its date.
fn join_times(assigned: &mut Assigned, columns: &[Facts<'_>], taken: &mut BTreeSet<usize>) {
    let without = |facts: &Facts<'_>| {
        let words = facts.words.iter().filter(|word| !["date", "time", "start"].contains(&word.as_str()));
        words.cloned().collect::<BTreeSet<String>>()
    };
    let moments = assigned.fields.iter_mut().filter(|draft| draft.field.field_type() == FieldType::Moment);
    for draft in moments {
        let date = draft.columns[0];
        if columns[date].column_type != ColumnType::Date {
            continue;
        }
        let own = without(&columns[date]);
        let fits = |time: &usize| {
            let words = without(&columns[*time]);
            let starts = draft.field == appointment::STARTS && words.is_empty();
            columns[*time].column_type == ColumnType::Time && !taken.contains(time) && (starts || words == own)
        };
        if let Some(time) = (0..columns.len()).find(fits) {
            taken.insert(time);
            draft.columns.push(time);
            draft.join = " ";
            draft.why.push_str("; its time of day stands in a column of its own");
        }
    }
}

/// Text messages go to mobiles, whatever the column is called.
fn mobile_of_messages(assigned: &mut Assigned, columns: &[Facts<'_>]) {
    let says = |word: &str| columns.iter().any(|facts| facts.words.iter().any(|known| known == word));
    if !(says("message") || says("reply") || says("sms"))
        || assigned.fields.iter().any(|draft| draft.field == person::MOBILE)
    {
        return;
    }
    let mobile = |draft: &&mut FieldDraft| {
        draft.field == person::PHONE && columns[draft.columns[0]].tally.share_of(Mark::Mobile) >= 0.8
    };
    if let Some(draft) = assigned.fields.iter_mut().find(mobile) {
        draft.field = person::MOBILE;
        draft.why.push_str("; text messages go to mobiles");
    }
}

/// The person's own number names the person of every record of the row. Where it is all that is known of the person, the
/// row is about somebody who is described elsewhere.
fn ids_of_persons(assigned: &mut Assigned) {
    let column_of = |assigned: &Assigned, field: Field| {
        assigned.fields.iter().find(|draft| draft.field == field).map(|draft| draft.columns.clone())
    };
    let draft = |field: Field, columns: Vec<usize>, why: &str| FieldDraft {
        field,
        columns,
        join: "",
        dates: Vec::new(),
        why: why.to_owned(),
        mapped: true,
    };
    if let (Some(columns), true) =
        (column_of(assigned, referral::LOCAL_ID), assigned.kinds.contains(&RecordKind::Appointment))
        && column_of(assigned, appointment::REFERRAL_LOCAL_ID).is_none()
    {
        assigned.fields.push(draft(appointment::REFERRAL_LOCAL_ID, columns, "the referral of the row"));
    }
    let Some(columns) = column_of(assigned, person::LOCAL_ID) else { return };
    let mut of_others = false;
    for field in [
        referral::PERSON_LOCAL_ID,
        appointment::PERSON_LOCAL_ID,
        diagnostic::PERSON_LOCAL_ID,
        document::PERSON_LOCAL_ID,
        outcome_score::PERSON_LOCAL_ID,
    ] {
        if assigned.kinds.contains(&field.kind) && column_of(assigned, field).is_none() {
            assigned.fields.push(draft(field, columns.clone(), "the person of the row"));
            of_others = true;
        }
    }
    let more =
        assigned.fields.iter().any(|draft| draft.field.kind == RecordKind::Person && draft.field != person::LOCAL_ID);
    if of_others && !more {
        assigned.fields.retain(|draft| draft.field != person::LOCAL_ID);
        assigned.kinds.retain(|kind| *kind != RecordKind::Person);
    }
}

/// Names that speak for a field while the values do not, for a person to look at.
fn doubts(
    assigned: &mut Assigned,
    all: &[Candidate],
    columns: &[Facts<'_>],
    taken: &(BTreeSet<usize>, BTreeSet<Field>),
) {
    for (column, facts) in columns.iter().enumerate().filter(|(column, _)| !taken.0.contains(column)) {
        let open = all.iter().filter(|one| one.column == column && (one.name.is_some() || one.preset));
        let open = open.filter(|one| assigned.kinds.contains(&one.field.kind) || one.field.kind == RecordKind::Person);
        let best = open.filter(|one| !taken.1.contains(&one.field)).max_by(|left, right| {
            let score = |one: &Candidate| one.name.map_or(6.0, |name| name.score);
            score(left).total_cmp(&score(right)).then(right.field.cmp(&left.field))
        });
        let Some(best) = best.filter(|one| one.name.is_none_or(|name| name.score >= 0.8) && one.values == 0.0) else {
            continue;
        };
        let why = match facts.column_type {
            ColumnType::Empty => "its name says so, but it is empty".to_owned(),
            is => format!("its name says so, but its values are of another kind ({})", is.word()),
        };
        assigned.doubts.push((column, best.field, why));
    }
}

#[cfg(test)]
mod tests {
    use super::super::judge;
    use super::super::tally::Tally;
    use super::super::words::words;
    use super::*;
    use crate::sources::Cell;

    #[track_caller]
    fn check(columns: &[(&str, &str)], expected: &[RecordKind]) {
        let tallies = columns.iter().map(|(_, value)| {
            let mut tally = Tally::new();
            (1..9).for_each(|row| {
                tally.see(&Cell::Text(value.replace('#', &row.to_string()).into()), jiff::civil::date(2026, 1, 1))
            });
            tally
        });
        let tallies: Vec<Tally> = tallies.collect();
        let facts = columns.iter().zip(&tallies).map(|((name, _), tally)| {
            let words = words(name);
            let column_type = judge::column_type(tally, &words);
            Facts { name, words, column_type, tally }
        });
        assert_eq!(assign(&facts.collect::<Vec<_>>(), None).kinds, expected, "{columns:?}");
    }

    #[test]
    fn a_list_of_places_speaks_of_nobody() {
        let place = [("HospitalID", "H10#"), ("Postcode", "TX# 1AB"), ("Address", "# Mill Lane, Ely")];
        check(&[&place[..], &[("Location Name", "Clinic #")]].concat(), &[]);
        check(&[&place[..], &[("Longitude", "-4.5#"), ("Latitude", "55.#")]].concat(), &[]);
        check(&place, &[RecordKind::Person]);
        check(
            &[&place[..], &[("Location Name", "Clinic #"), ("Date of birth", "0#/02/1961")]].concat(),
            &[RecordKind::Person],
        );
        check(
            &[("Patient ID", "H10#"), ("Postcode", "TX# 1AB"), ("Practice name", "Surgery #")],
            &[RecordKind::Person],
        );
    }
}
