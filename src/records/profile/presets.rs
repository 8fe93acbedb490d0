//! Exports of systems that are known by the names of their columns.

use super::product::Likeness;
use std::collections::BTreeSet;

/// One kind of export.
pub(super) struct Preset {
    /// The system.
    pub system: &'static str,
    /// What it looks like.
    pub what: &'static str,
    /// Where the names are from.
    pub note: &'static str,
    /// Names that such an export has.
    pub signature: &'static [&'static str],
    /// How many of them must be there.
    pub least: usize,
    /// Fields, and the column of each.
    pub fields: &'static [(&'static str, &'static str)],
}

impl Preset {
    pub fn likeness(&self) -> Likeness {
        Likeness { system: self.system, what: self.what, note: self.note }
    }
}

/// Names of columns compare without regard to case and to the signs between words.
pub(super) fn fold(name: &str) -> String {
    name.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The preset whose signature the names hold; the one that more of them speak for.
pub(super) fn find<'a>(names: impl Iterator<Item = &'a str>) -> Option<&'static Preset> {
    let names: BTreeSet<String> = names.map(fold).collect();
    let held = |preset: &Preset| preset.signature.iter().filter(|name| names.contains(&fold(name))).count();
    let fitting = PRESETS.iter().filter(|preset| held(preset) >= preset.least);
    fitting.max_by_key(|preset| (held(preset) * 100 / preset.signature.len(), held(preset)))
}

const PRESETS: &[Preset] = &[];
