//! `handover demo`.

use super::exit::{Failure, Outcome};
use super::{Voice, run};
use crate::pipeline::Options;
use crate::values::Shown as _;
use std::fs;
use std::path::Path;

macro_rules! example {
    ($($name:literal,)+) => {
        /// The shipped example, by path, as it stands in `fixtures/msk-transfer`.
        const EXAMPLE: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/msk-transfer/", $name))),)+];
    };
}

example! {
    "commitment.key",
    "handover.toml",
    "mappings/datix.toml",
    "mappings/declared_totals.toml",
    "mappings/diary.toml",
    "mappings/docman.toml",
    "mappings/eq5d.toml",
    "mappings/ers.toml",
    "mappings/ice.toml",
    "mappings/letters.toml",
    "mappings/nxx_bookings.toml",
    "mappings/paper.toml",
    "mappings/rnu_community.toml",
    "mappings/rnu_list.toml",
    "mappings/rth_appointments.toml",
    "mappings/rth_list.toml",
    "mappings/rth_patients.toml",
    "mappings/rth_referrals.toml",
    "mappings/texts.toml",
    "sites.csv",
    "sources/clinic_diary_1.ods",
    "sources/datix_concerns_1.csv",
    "sources/declared_totals_1.csv",
    "sources/declared_waiting_list_1.xlsx",
    "sources/docman_index_1.csv",
    "sources/eq5d_scores_1.csv",
    "sources/ers_worklist_1.csv",
    "sources/ice_outstanding_1.csv",
    "sources/letters_sent_1.tsv",
    "sources/nxx_first_bookings_1.txt",
    "sources/paper_boxes_keyed_1.xlsx",
    "sources/rnu_msk_report_1.csv",
    "sources/rnu_msk_report_2.csv",
    "sources/rth_msk_extract_1.xlsx",
    "sources/text_reminders_1.csv",
}

/// Writes the example and runs it. Never writes over anything.
pub(super) fn demo(dir: &Path, voice: Voice) -> Result<Outcome, Failure> {
    Failure::unless_folder(dir)?;
    let taken = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    if taken {
        let message = format!("{} is not empty", dir.shown());
        return Err(Failure::new(Outcome::Usage, message, "choose another folder; demo never writes over anything"));
    }
    for (name, bytes) in EXAMPLE {
        let path = dir.join(name);
        let parent = path.parent().unwrap_or(dir);
        fs::create_dir_all(parent).map_err(|error| Failure::io(parent, &error))?;
        fs::write(&path, bytes).map_err(|error| Failure::io(&path, &error))?;
    }
    run::run(&dir.join("handover.toml"), &Options::default(), voice)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every file of the example but its truth, its rates and packages that somebody made of it.
    fn files(folder: &Path, below: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("the example is there") {
            let entry = entry.expect("readable");
            let name = entry.file_name().into_string().expect("plain names");
            let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
            let left_out = ["truth", "packages", "rates.toml", "decisions.jsonl"];
            if below.is_empty() && left_out.contains(&name.as_str()) {
                continue;
            }
            if entry.path().is_dir() { files(&entry.path(), &path, found) } else { found.push(path) }
        }
    }

    #[test]
    fn the_example_is_whole() {
        let mut found = Vec::new();
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/msk-transfer"), "", &mut found);
        found.sort();
        let shipped: Vec<&str> = EXAMPLE.iter().map(|(name, _)| *name).collect();
        assert_eq!(found, shipped);
    }
}
