//! Opens every file of every source and gives its rows out in batches.

use super::{Batch, Error, Intake};
use crate::config::Config;

/// What the reader tells a terminal while it works.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The file being read.
    pub path: &'a str,
    /// Rows read so far, over all files.
    pub rows: u64,
    /// Bytes read so far, over all files (workbooks count when done).
    pub bytes: u64,
    /// Bytes of all files.
    pub bytes_in_all: u64,
}

/// Reads every file of every source, and the site crosswalk, in the order of source id and path; hands their rows to
/// `take` in order and tells `progress` after each batch.
pub fn read(
    _config: &Config,
    _take: &mut dyn FnMut(Batch<'_>),
    _progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Intake, Error> {
    unreachable!("furnished next")
}
