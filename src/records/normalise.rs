//! Batches of rows in, records out.

use super::Records;
use crate::config::Config;
use crate::sources::{Batch, Intake};

/// Takes batches while the sources are read, and gives the records when the last has come.
pub struct Normaliser<'a> {
    config: &'a Config,
    records: Records,
}

impl<'a> Normaliser<'a> {
    /// Ready for the first batch.
    pub fn new(config: &'a Config) -> Self {
        Normaliser { config, records: Records::empty() }
    }

    /// Maps the rows of a batch.
    pub fn take(&mut self, _batch: Batch<'_>) {
        let _ = (&self.config, &self.records);
        unreachable!("furnished next")
    }

    /// Compares the keyings of paper, sorts exceptions, gives the records.
    pub fn finish(self, _intake: Intake) -> Records {
        unreachable!("furnished next")
    }
}
