//! Answers of the national service, and the rows they were asked about. A reference is the keyed digest of a row's cells:
//! it says nothing about anybody, and finds its row again wherever the row stands by then.

use super::store::{PersonId, Records};
use crate::config::fields::person;
use crate::config::{Config, Standing};
use crate::ledger::{Exception, Reason};
use crate::values::CommitmentKey;
use std::collections::HashMap;

/// An answer and the rows it was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traced {
    /// The answer's person record.
    pub answer: PersonId,
    /// The person records that its reference stands for: several when a source repeats a row, none when no row is as it
    /// was when it was asked about.
    pub about: Vec<PersonId>,
}

impl Records {
    /// Finds the rows that answers were asked about, and says of an answer without a number that it is one.
    pub fn find_traced(&mut self, config: &Config, key: &CommitmentKey) {
        let is_trace: Vec<bool> = config.sources.iter().map(|source| source.standing == Standing::Trace).collect();
        if !is_trace.contains(&true) {
            return;
        }
        let mut answers: Vec<PersonId> = Vec::new();
        let mut asked: HashMap<String, Vec<PersonId>> = HashMap::new();
        for record in self.people.places() {
            if is_trace[usize::from(self.source[record as usize])] {
                answers.push(record);
                let reference = self.people.text(&self.texts, person::LOCAL_ID, record);
                asked.entry(reference.to_owned()).or_default();
            }
        }
        for record in self.people.places().filter(|record| !is_trace[usize::from(self.source[*record as usize])]) {
            let reference = key.reference(&self.digest[record as usize]);
            if let Some(about) = asked.get_mut(&reference) {
                about.push(record);
            }
        }
        for answer in answers {
            if self.people.nhs_number(&self.texts, person::NHS_NUMBER, answer).is_none() {
                let (at, field) = (self.people.row(answer), "person.nhs_number".to_owned());
                self.exceptions.push(Exception { at, field, reason: Reason::TraceUnanswered });
            }
            let about = asked[self.people.text(&self.texts, person::LOCAL_ID, answer)].clone();
            self.traced.push(Traced { answer, about });
        }
    }
}
