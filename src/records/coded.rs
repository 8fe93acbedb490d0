//! Codes of a source to the words that fields hold.

use super::clean::{Clean, Cleaned, fold, said, unguarded};
use crate::ledger::Reason;
use std::collections::BTreeMap;

/// Raw values by what they mean, all in lower case.
pub(super) struct Codes {
    meanings: BTreeMap<String, &'static str>,
    /// The same by number, since a spreadsheet drops leading noughts.
    numbers: BTreeMap<String, &'static str>,
    words: &'static [&'static str],
}

impl Codes {
    /// Of a mapping's table, and the field's own words.
    pub fn new(codes: &BTreeMap<String, String>, words: &'static [&'static str]) -> Self {
        let mut meanings = BTreeMap::new();
        let mut numbers = BTreeMap::new();
        for (raw, meaning) in codes {
            let Some(word) = words.iter().find(|word| **word == meaning.trim()) else { continue };
            let raw = fold(raw.trim()).to_lowercase();
            if let Some(number) = without_noughts(&raw) {
                numbers.entry(number.to_owned()).or_insert(*word);
            }
            meanings.entry(raw).or_insert(*word);
        }
        Codes { meanings, numbers, words }
    }

    /// The word that a code means.
    pub fn clean(&self, raw: &str) -> Clean<'static> {
        let folded = fold(unguarded(raw.trim())).to_lowercase();
        let word = self.meanings.get(&folded).copied().or_else(|| self.word(&folded)).or_else(|| self.number(&folded));
        match word {
            Some(word) => Clean::text(word, None),
            None if said(raw, false).is_none() => Cleaned::MISSING.into(),
            None => Clean::refused(Reason::CodeNotMapped),
        }
    }

    fn word(&self, folded: &str) -> Option<&'static str> {
        let hyphened = folded.replace([' ', '_'], "-");
        self.words.iter().find(|word| **word == hyphened).copied()
    }

    fn number(&self, folded: &str) -> Option<&'static str> {
        self.numbers.get(without_noughts(folded)?).copied()
    }
}

/// Digits without the noughts before them, one digit at least.
fn without_noughts(text: &str) -> Option<&str> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let rest = text.trim_start_matches('0');
    Some(if rest.is_empty() { "0" } else { rest })
}
