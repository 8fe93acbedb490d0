//! The room's one verb.

use super::closing::Closings;
use super::counts::Counts;
use super::{Measures, exclusions, figures, gates, safety};
use crate::config::Config;
use crate::decisions::{Decisions, Effect, Effects};
use crate::reconcile::Reconciled;

/// Measures what the reconciled data show: figures, safety items and gates.
pub fn measure(config: &Config, reconciled: &Reconciled, decisions: &Decisions) -> Measures {
    let counts = Counts::of(config, reconciled);
    let closings = Closings::of(config, reconciled, decisions);
    let mut effects = Effects::default();
    let safety = safety::rules(config, reconciled, &closings, &mut effects);
    let mut figures = figures::figures(&counts, reconciled);
    figures.extend(safety.iter().flat_map(safety::Rule::figures));
    figures.push(safety::open(&safety));
    figures.extend(exclusions::figures(config, reconciled, &closings));
    for event in config.exclusions.iter().filter_map(|exclusion| closings.signs(exclusion)) {
        effects.note(event, Effect::Signed);
    }
    let gates = gates::gates(&counts, reconciled, &closings, &safety);
    Measures { figures, gates, effects }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Exclusion, SafetySwitch, Waiver};
    use crate::decisions::{Act, ShownRow, example};
    use crate::measures::{Gate, GateState};
    use crate::reconcile::fixture::{COMMUNITY, HOSPITAL, LETTERS, LIST, PAPER, World};
    use crate::reconcile::{Classification, Cohort};
    use crate::records::{PaperFolder, row_name};
    use jiff::civil::date;
    use std::collections::BTreeSet;

    fn world() -> World {
        let mut world = World::new();
        let row = world.row(COMMUNITY, "p");
        row.person(&[("nhs_number", "9990000018")]);
        row.referral(&[("local_id", "1"), ("received", "2017-03-01"), ("priority", "urgent")]);
        row.appointment(&[("local_id", "A1"), ("starts", "2017-03-20T09:00"), ("status", "did-not-attend")]);
        world.row(HOSPITAL, "p").referral(&[("local_id", "1"), ("received", "2017-06-01"), ("specialty", "110")]);
        world.row(COMMUNITY, "q").referral(&[
            ("local_id", "2"),
            ("received", "2017-03-01"),
            ("priority", "two-week-wait"),
        ]);
        world.row(LETTERS, "q").appointment(&[("starts", "2017-10-20T09:00")]);
        world.stray(LETTERS, &[]).appointment(&[("starts", "2017-10-20T10:00")]);
        world.row(LIST, "q").referral(&[("local_id", "2"), ("clock_start", "2017-05-09")]);
        world
    }

    fn measured(world: &World) -> Measures {
        measure(&world.config, &world.reconcile(), &Decisions::default())
    }

    fn figure(measures: &Measures, name: &str) -> (u64, Option<u64>, usize) {
        let found = measures.figures.iter().find(|figure| figure.name == name);
        let figure = found.unwrap_or_else(|| panic!("no figure {name}"));
        (figure.numerator, figure.denominator, figure.items.len())
    }

    fn gate<'m>(measures: &'m Measures, name: &str) -> &'m Gate {
        measures.gates.iter().find(|gate| gate.name == name).expect("a gate of the contract")
    }

    #[test]
    fn figures_count_what_they_say() {
        let measures = measured(&world());
        let check = |name, expected| assert_eq!(figure(&measures, name), expected, "{name}");
        check("rows.read", (6, None, 0));
        check("rows.used", (5, None, 0));
        check("rows.unassigned", (1, None, 1));
        check("patients", (2, None, 0));
        check("patients.with-verified-number", (1, Some(2), 0));
        check("patients.without-verified-number", (1, Some(2), 1));
        check("overlap.people", (1, Some(2), 0));
        check("referrals", (3, None, 0));
        check("referrals.merged", (0, None, 0));
        check("referrals.month.2017-03.referrals", (2, None, 0));
        check("appointments", (3, None, 0));
        check("appointments.recorded-only", (1, None, 0));
        check("appointments.unrecorded", (2, None, 2));
        check("appointments.without-patient", (1, None, 1));
        check("appointments.unresolved", (2, None, 2));
        check("waiting-list.declared", (1, None, 0));
        check("waiting-list.found", (3, None, 0));
        check("waiting-list.people-on-no-list", (1, Some(2), 1));
        check("waiting-list.differences.unexplained", (2, Some(3), 0));
        check("safety.suspected-cancer-open", (1, None, 1));
        check("safety.urgent-without-appointment", (1, None, 1));
        check("safety.open", (2, None, 0));
    }

    #[test]
    fn two_numbers_that_lead_to_somebody_elses_are_two() {
        let check = |successor_is_held: bool, expected| {
            let mut world = World::new();
            for (source, number) in [(COMMUNITY, "9990000018"), (HOSPITAL, "9990000026")] {
                world.row(source, "p").person(&[("nhs_number", number), ("superseded_by", "9990000050")]);
            }
            let held = if successor_is_held { "9990000050" } else { "9990000034" };
            world.row(COMMUNITY, "q").person(&[("nhs_number", held)]);
            assert_eq!(figure(&measured(&world), "patients.without-verified-number"), expected);
        };
        check(true, (1, Some(2), 1));
        check(false, (0, Some(2), 0));
    }

    #[test]
    fn parts_add_up_and_names_are_distinct() {
        let measures = measured(&world());
        let names: BTreeSet<&str> = measures.figures.iter().map(|figure| figure.name.as_str()).collect();
        assert_eq!(names.len(), measures.figures.len());
        let sum = |names: &[String]| names.iter().map(|name| figure(&measures, name).0).sum::<u64>();
        // What is listed is as long as the count says; a figure that lists nothing lists nothing.
        let lists =
            |figure: &crate::measures::Figure| figure.items.is_empty() || figure.items.len() as u64 == figure.numerator;
        assert!(measures.figures.iter().all(lists));
        let rows = ["used", "unassigned", "declared", "keying", "reference", "set-aside", "around"];
        assert_eq!(sum(&rows.map(|row| format!("rows.{row}"))), figure(&measures, "rows.read").0);
        let classes: Vec<String> =
            Classification::ALL.iter().map(|class| format!("appointments.{}", class.word())).collect();
        assert_eq!(sum(&classes), figure(&measures, "appointments").0);
        let cohorts: Vec<String> =
            Cohort::ALL.iter().map(|cohort| format!("referrals.cohort.{}", cohort.word())).collect();
        assert_eq!(sum(&cohorts), figure(&measures, "referrals").0);
    }

    /// Decisions in effect about rows of the world, each row by source and number.
    fn decided(world: &World, reconciled: &Reconciled, acts: &[(Act, &[u32])]) -> Decisions {
        let people = &reconciled.linked.records.people;
        let shown = |person: &u32| ShownRow {
            name: row_name(&world.config, &reconciled.linked.records, people.row(*person)),
            commitment: String::new(),
        };
        example::in_effect(acts.iter().map(|(act, rows)| (act.clone(), rows.iter().map(shown).collect())))
    }

    #[test]
    fn a_clinician_closes_an_item_and_a_person_signs_an_exclusion() {
        let mut world = world();
        let rule = [("not_seen_for".to_owned(), "6 months".to_owned())].into();
        world.config.exclusions.push(Exclusion { name: "x".into(), rule, signed_by: "".into() });
        let reconciled = world.reconcile();
        let closed = |rule: &str| Act::SafetyClosed { rule: rule.into() };
        // The row of the urgent referral.
        let acts: [(Act, &[u32]); 5] = [
            (closed("urgent-without-appointment"), &[0]),
            (closed("suspected-cancer-open"), &[0]),
            (Act::ExclusionSigned { exclusion: "x (not_seen_for = 6 months)".into() }, &[]),
            // A name alone signs nothing, nor does the name with another rule.
            (Act::ExclusionSigned { exclusion: "x".into() }, &[]),
            (Act::ExclusionSigned { exclusion: "x (not_seen_for = 3 months)".into() }, &[]),
        ];
        let measures = measure(&world.config, &reconciled, &decided(&world, &reconciled, &acts));
        let effects = [1, 2, 3, 4, 5].map(|event| measures.effects.of(event));
        assert_eq!(effects, [Effect::Closed, Effect::None, Effect::Signed, Effect::None, Effect::None]);
        assert_eq!(figure(&measures, "safety.urgent-without-appointment"), (0, None, 0));
        assert_eq!(figure(&measures, "safety.urgent-without-appointment.closed"), (1, None, 1));
        assert_eq!(figure(&measures, "safety.suspected-cancer-open"), (1, None, 1));
        assert_eq!(figure(&measures, "safety.open"), (1, None, 0));
        assert_eq!(gate(&measures, "safety_items_open").value, Some(1.0));
        assert_eq!(gate(&measures, "exclusions_unsigned").value, Some(0.0));
    }

    #[test]
    fn an_item_that_gained_a_row_is_open_again() {
        let mut world = World::new();
        for priority in ["urgent", "urgent"] {
            let row = world.row(COMMUNITY, "p");
            row.referral(&[("local_id", "1"), ("received", "2017-03-01"), ("priority", priority)]);
        }
        let reconciled = world.reconcile();
        assert_eq!(reconciled.referrals.len(), 1);
        let rule = "urgent-without-appointment";
        let check = |rows: &[u32], open| {
            let acts = [(Act::SafetyClosed { rule: rule.into() }, rows)];
            let measures = measure(&world.config, &reconciled, &decided(&world, &reconciled, &acts));
            assert_eq!(figure(&measures, "safety.urgent-without-appointment").0, open);
        };
        check(&[0, 1], 0);
        check(&[0], 1);
    }

    #[test]
    fn every_gate_of_the_contract_in_its_order() {
        let names: Vec<&str> = measured(&world()).gates.iter().map(|gate| gate.name).collect();
        assert_eq!(
            names,
            [
                "unreviewed_pairs",
                "exceptions_percent",
                "patients_without_verified_nhs_number_percent",
                "unrecorded_appointments_unresolved",
                "declared_differences_unexplained",
                "safety_items_open",
                "paper_folders_outstanding",
                "paper_disagreements_open",
                "exclusions_unsigned",
                "extract_age_days",
            ]
        );
    }

    #[test]
    fn a_gate_is_green_only_when_measured_and_under_its_ceiling() {
        let check = |ceiling: Option<f64>, waived: bool, expected| {
            let mut world = world();
            let name = "patients_without_verified_nhs_number_percent";
            world.config.gates.extend(ceiling.map(|ceiling| (name.to_owned(), ceiling)));
            if waived {
                let (name, role, reason) = ("A Person".into(), "Lead".into(), "Tracing is under way".into());
                let gate = "patients_without_verified_nhs_number_percent".into();
                world.config.waivers.push(Waiver { gate, name, role, reason, date: date(2017, 9, 30) });
            }
            let measures = measured(&world);
            assert_eq!((gate(&measures, name).state, gate(&measures, name).value), (expected, Some(50.0)));
        };
        check(Some(50.0), false, GateState::Green);
        check(Some(49.999), false, GateState::Red);
        check(None, false, GateState::Red);
        check(None, true, GateState::Waived);
        check(Some(60.0), true, GateState::Green);
    }

    #[test]
    fn nothing_to_measure_is_never_green() {
        let mut world = World::new();
        for gate in measured(&world).gates {
            world.config.gates.insert(gate.name.to_owned(), 1000.0);
        }
        let measures = measured(&world);
        for gate in &measures.gates {
            let expected = match gate.name {
                "exclusions_unsigned" => GateState::Green,
                // Nobody has certified anything.
                "extract_age_days" => GateState::Red,
                _ => GateState::NotMeasured,
            };
            assert_eq!(gate.state, expected, "{}", gate.name);
        }
    }

    #[test]
    fn an_extract_must_be_dated_recent_and_as_many_rows_as_certified() {
        let check = |change: fn(&mut World), expected: (GateState, Option<f64>, &str)| {
            let mut world = world();
            for (source, rows) in world.config.sources.iter_mut().zip([2, 1, 0, 0, 2, 0, 1, 0, 0]) {
                (source.control_rows, source.certified_by) = (Some(rows), Some("Head of Information".into()));
            }
            world.config.gates.insert("extract_age_days".into(), 7.0);
            change(&mut world);
            let measures = measured(&world);
            let gate = gate(&measures, "extract_age_days");
            assert_eq!((gate.state, gate.value, gate.worst_source.as_deref().unwrap_or("")), expected);
        };
        check(|_| {}, (GateState::Green, Some(2.0), "a-community"));
        let old = |world: &mut World| world.config.sources[HOSPITAL].extracted_at = Some(date(2017, 9, 1));
        check(old, (GateState::Red, Some(30.0), "b-hospital"));
        let misdated = |world: &mut World| world.config.sources[LETTERS].extracted_at = Some(date(2099, 1, 1));
        check(misdated, (GateState::Red, Some(2.0), "e-letters"));
        check(|world| world.config.sources[LETTERS].extracted_at = None, (GateState::Red, Some(2.0), "e-letters"));
        let nobody = |world: &mut World| world.config.sources[LETTERS].certified_by = Some(" ".into());
        check(nobody, (GateState::Red, Some(2.0), "e-letters"));
        check(|world| world.config.sources[LETTERS].control_rows = None, (GateState::Red, Some(2.0), "e-letters"));
        let paper = |world: &mut World| world.config.sources[PAPER].certified_by = None;
        check(paper, (GateState::Green, Some(2.0), "a-community"));
        check(|world| world.config.sources[HOSPITAL].control_rows = Some(2), (GateState::Red, Some(2.0), "b-hospital"));
    }

    #[test]
    fn paper_exclusions_and_switches() {
        let mut world = world();
        world.config.exclusions.push(Exclusion { name: "x".into(), rule: Default::default(), signed_by: " ".into() });
        world
            .config
            .safety
            .push(SafetySwitch { rule: "suspected-cancer-open".into(), off_because: "held elsewhere".into() });
        let mut reconciled = world.reconcile();
        let at = reconciled.linked.records.people.row(0);
        let folder = PaperFolder {
            at,
            box_name: "1".into(),
            folder: "1".into(),
            keyings: 1,
            fields_compared: 0,
            fields_disagreeing: 0,
        };
        reconciled.linked.records.paper.push(folder);
        let measures = measure(&world.config, &reconciled, &Decisions::default());
        assert_eq!(gate(&measures, "exclusions_unsigned").value, Some(1.0));
        assert_eq!(gate(&measures, "paper_folders_outstanding").value, Some(1.0));
        assert_eq!(gate(&measures, "safety_items_open").value, Some(1.0));
        assert_eq!(figure(&measures, "safety.suspected-cancer-open").0, 1);
        let text = &measures
            .figures
            .iter()
            .find(|one| one.name == "safety.suspected-cancer-open")
            .expect("the rule")
            .definition;
        assert!(text.contains("held elsewhere"));
        let rules = measures.figures.iter().filter_map(|figure| figure.name.strip_prefix("safety."));
        assert!(rules.eq(safety::RULES.into_iter().chain(["open"])));
    }
}
