//! What is true, written beside the sources.

use super::care::{Plan, Referral};
use super::people::{AS_AT, Household};
use super::places::SITES;
use super::spool::{Place, Whose};
use crate::Failure;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

type Table = csv::Writer<BufWriter<File>>;

/// The tables of truth, open for writing.
pub struct Truth {
    rows: Table,
    people: Table,
    referrals: Table,
    appointments: Table,
    hard_pairs: Table,
    totals: Table,
    /// Physical rows written so far.
    pub physical_rows: u64,
}

/// One cell of the declared totals.
pub struct Total {
    pub measure: &'static str,
    pub group: String,
    pub period: String,
    pub right: u64,
    pub declared: u64,
}

impl Truth {
    pub fn create(dir: &Path) -> Result<Self, Failure> {
        std::fs::create_dir_all(dir)?;
        std::fs::write(dir.join("README.md"), README)?;
        let table = |name: &str, header: &[&str]| -> Result<Table, Failure> {
            let mut table = csv::Writer::from_writer(BufWriter::new(File::create(dir.join(name))?));
            table.write_record(header)?;
            Ok(table)
        };
        Ok(Self {
            rows: table("rows.csv", &["source", "file", "sheet", "row", "kind", "person", "referral", "appointment"])?,
            people: table(
                "people.csv",
                &["person", "nhs_number", "family_name", "given_name", "date_of_birth", "sex", "tags"],
            )?,
            referrals: table(
                "referrals.csv",
                &[
                    "referral",
                    "person",
                    "relation",
                    "parent",
                    "clock_start",
                    "original_received",
                    "priority",
                    "waiting",
                    "tags",
                ],
            )?,
            appointments: table(
                "appointments.csv",
                &["appointment", "person", "referral", "starts", "site", "classification", "tags"],
            )?,
            hard_pairs: table(
                "hard_pairs.csv",
                &[
                    "left_source",
                    "left_file",
                    "left_sheet",
                    "left_row",
                    "right_source",
                    "right_file",
                    "right_sheet",
                    "right_row",
                    "same",
                    "shape",
                ],
            )?,
            totals: table("totals.csv", &["measure", "group", "period", "right_value", "declared_value", "falsified"])?,
            physical_rows: 0,
        })
    }

    /// Every physical row passes here once.
    pub fn row(&mut self, place: &Place, whose: Whose) -> Result<(), Failure> {
        self.physical_rows += 1;
        self.rows.write_record([
            place.source,
            &place.file,
            place.sheet,
            &place.row.to_string(),
            whose.kind.word(),
            &id('P', whose.person),
            &id('R', whose.referral),
            &id('A', whose.appointment),
        ])?;
        Ok(())
    }

    pub fn household(&mut self, household: &Household, plan: &Plan) -> Result<(), Failure> {
        for person in &household.people {
            self.people.write_record([
                &id('P', person.id),
                &format!("{:010}", person.number),
                &person.family,
                &person.given,
                &person.born.to_string(),
                person.sex.word(),
                &person.tags.join(";"),
            ])?;
        }
        for referral in &plan.referrals {
            self.referral(household, plan, referral)?;
        }
        for appointment in &plan.appointments {
            let referral = &plan.referrals[appointment.referral];
            let tags = if appointment.starts.date() > AS_AT { "after-transfer" } else { "" };
            self.appointments.write_record([
                &id('A', appointment.id),
                &id('P', household.people[referral.person].id),
                &id('R', referral.id),
                &appointment.starts.strftime("%Y-%m-%dT%H:%M").to_string(),
                SITES[appointment.site].code,
                appointment.classification(),
                tags,
            ])?;
        }
        Ok(())
    }

    fn referral(&mut self, household: &Household, plan: &Plan, referral: &Referral) -> Result<(), Failure> {
        let stop = referral.closed.as_ref().and_then(|closing| closing.stop).map(|status| format!("stopped-{status}"));
        let tags: Vec<&str> = referral.tags.iter().copied().chain(stop.as_deref()).collect();
        let parent = referral.parent.map_or(0, |parent| plan.referrals[parent].id);
        self.referrals.write_record([
            &id('R', referral.id),
            &id('P', household.people[referral.person].id),
            referral.relation.word(),
            &id('R', parent),
            &referral.clock_start.to_string(),
            &referral.original_received.to_string(),
            referral.priority.word(),
            &referral.waiting.to_string(),
            &tags.join(";"),
        ])?;
        Ok(())
    }

    pub fn hard_pair(&mut self, left: &Place, right: &Place, same: bool, shape: &str) -> Result<(), Failure> {
        self.hard_pairs.write_record([
            left.source,
            &left.file,
            left.sheet,
            &left.row.to_string(),
            right.source,
            &right.file,
            right.sheet,
            &right.row.to_string(),
            if same { "true" } else { "false" },
            shape,
        ])?;
        Ok(())
    }

    pub fn total(&mut self, total: &Total) -> Result<(), Failure> {
        let (right, declared) = (total.right.to_string(), total.declared.to_string());
        let falsified = if right == declared { "false" } else { "true" };
        self.totals.write_record([total.measure, &total.group, &total.period, &right, &declared, falsified])?;
        Ok(())
    }

    pub fn finish(mut self) -> Result<(), Failure> {
        for table in [
            &mut self.rows,
            &mut self.people,
            &mut self.referrals,
            &mut self.appointments,
            &mut self.hard_pairs,
            &mut self.totals,
        ] {
            table.flush()?;
        }
        Ok(())
    }
}

/// An id as the tables print it; nothing for nought.
pub fn id(letter: char, number: u32) -> String {
    if number == 0 { String::new() } else { format!("{letter}{number:07}") }
}

const README: &str = include_str!("../../data/truth.md");
