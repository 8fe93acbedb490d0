//! The rates of everything that goes wrong, and of how care is made up. `xtask/rates.toml` says where each comes from.

use crate::Failure;
use serde::Deserialize;
use std::path::Path;

/// The rates that hold where a rates file says nothing.
pub const DEFAULTS: &str = include_str!("../../rates.toml");

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Already applied to `error` once loaded.
    multiplier: f64,
    pub error: Errors,
    pub structure: Structure,
}

/// Probabilities of an error, each where it can happen.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Errors {
    pub typo_single_keyed: f64,
    pub typo_double_keyed: f64,
    pub paper_unreadable_field: f64,
    pub number_missing_community: f64,
    pub number_missing_hospital: f64,
    pub number_missing_ers: f64,
    pub number_missing_receiver: f64,
    pub number_missing_paper: f64,
    pub number_missing_letters: f64,
    pub number_missing_documents: f64,
    pub number_missing_scores: f64,
    pub number_missing_diagnostics: f64,
    pub number_missing_declared: f64,
    pub number_one_digit: f64,
    pub number_transposed: f64,
    pub number_of_another_person: f64,
    pub birth_day_month_swapped: f64,
    pub birth_first_january: f64,
    pub birth_1900: f64,
    pub birth_digit: f64,
    pub birth_missing: f64,
    pub given_nickname: f64,
    pub given_second_in_use: f64,
    pub given_initial_only: f64,
    pub names_swapped: f64,
    pub title_in_name: f64,
    pub newborn_without_name: f64,
    pub hyphen_variant: f64,
    pub particle_variant: f64,
    pub accent_lost: f64,
    pub old_family_name: f64,
    pub sex_wrong: f64,
    pub sex_missing: f64,
    pub postcode_missing: f64,
    pub postcode_old: f64,
    pub postcode_pseudo: f64,
    pub address_missing: f64,
    pub phone_missing: f64,
    pub registered_twice: f64,
    pub test_patient: f64,
    pub referral_entered_twice: f64,
    pub ubrn_not_entered: f64,
    pub priority_lowered: f64,
    pub clock_restated: f64,
    pub site_misspelt: f64,
    pub booking_conflict: f64,
    pub booking_unrecorded_future: f64,
    pub booking_unrecorded_past: f64,
    pub paper_second_keying_missing: f64,
    pub text_first_name_only: f64,
    pub declared_left_off: f64,
    pub declared_not_waiting: f64,
    pub declared_clock_reset: f64,
    pub declared_cell_wrong: f64,
}

/// Shares and probabilities of what is simply so.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Structure {
    pub household_pair: f64,
    pub household_family: f64,
    pub twins: f64,
    pub same_name_child: f64,
    pub married_name_changed: f64,
    pub moved_recently: f64,
    pub superseded_number: f64,
    pub family_phone: f64,
    pub has_mobile: f64,
    pub has_email: f64,
    pub group_south_asian_muslim: f64,
    pub group_sikh: f64,
    pub group_hindu: f64,
    pub group_polish: f64,
    pub group_african_caribbean: f64,
    pub group_chinese: f64,
    pub group_european: f64,
    pub mirror_people: f64,
    pub second_referral: f64,
    pub community_line: f64,
    pub onward_to_hospital: f64,
    pub both_lines_otherwise: f64,
    pub re_referred: f64,
    pub re_referred_after_stop: f64,
    pub through_ers: f64,
    pub ers_only: f64,
    pub on_paper: f64,
    pub paper_only: f64,
    pub letter_sent: f64,
    pub text_sent: f64,
    pub diary_kept: f64,
    pub receiver_honoured: f64,
    pub receiver_rebooked: f64,
    pub receiver_first_booking: f64,
    pub diagnostic_open: f64,
    pub document_indexed: f64,
    pub score_kept: f64,
    pub concern_raised: f64,
}

impl Rates {
    /// The defaults, with whatever the file overrides, and the text of the rates in force.
    pub fn load(path: Option<&Path>) -> Result<(Self, String), Failure> {
        let mut table: toml::Table = toml::from_str(DEFAULTS)?;
        if let Some(path) = path {
            let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
            overlay(&mut table, toml::from_str(&text)?);
        }
        let given: Self = table.clone().try_into()?;
        let rates = given.multiplied(&mut table)?;
        Ok((rates, written(&table)))
    }

    fn multiplied(&self, table: &mut toml::Table) -> Result<Self, Failure> {
        let errors = table.get_mut("error").and_then(toml::Value::as_table_mut).ok_or("no [error] table")?;
        let mut multiplied = errors.clone();
        for value in multiplied.iter_mut().map(|(_, value)| value) {
            let rate = value
                .as_float()
                .or_else(|| value.as_integer().map(|whole| whole as f64))
                .ok_or("a rate is a number")?;
            // A probability stays one however often errors are multiplied.
            *value = toml::Value::Float((rate * self.multiplier).min(0.95));
        }
        Ok(Self { multiplier: self.multiplier, error: multiplied.try_into()?, structure: self.structure.clone() })
    }
}

fn overlay(table: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (table.get_mut(&key), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(given)) => overlay(inner, given),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

/// The commented defaults with the numbers in force in their place: what is written beside the sources.
fn written(table: &toml::Table) -> String {
    let mut section = table;
    let mut text = String::new();
    for line in DEFAULTS.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = table[name].as_table().expect("a section of the defaults is a table");
        }
        match line.split_once(" = ") {
            Some((key, _)) if !line.starts_with('#') => text.push_str(&format!("{key} = {}", section[key])),
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_multiplier_doubles_errors_and_nothing_else() {
        let doubled = concat!(env!("CARGO_MANIFEST_DIR"), "/rates-doubled.toml");
        let (once, text) = Rates::load(None).expect("defaults load");
        let (twice, _) = Rates::load(Some(Path::new(doubled))).expect("the shipped file loads");
        assert!((twice.error.typo_single_keyed - 2.0 * once.error.typo_single_keyed).abs() < 1e-12);
        assert!((twice.structure.twins - once.structure.twins).abs() < 1e-12);
        assert_eq!(text, DEFAULTS, "the defaults written out are the defaults");
    }
}
