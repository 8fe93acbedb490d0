//! Gives rows out in batches, mints their references, and tells how far reading has come.

use super::{Batch, Cell, Finding, Origin, Progress, RawRow, RowKind, RowRef};
use crate::values::Digest;

/// Rows of one batch: few enough that they lie in a core's own cache when they are mapped.
pub(super) const BATCH_ROWS: usize = 2048;
/// A batch of very wide rows is given out sooner.
const BATCH_CELLS: usize = 1 << 19;

/// Whoever takes rows gives back those that are done with, whose memory is then used again; none at all is as good.
pub type Take<'a> = &'a mut dyn FnMut(Batch<'_>) -> Vec<RawRow>;

/// Who takes the rows, who is told, and how far reading has come over all files.
pub(super) struct Desk<'a> {
    pub(super) take: Take<'a>,
    pub(super) progress: &'a mut dyn FnMut(Progress<'_>),
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) bytes_in_all: u64,
    /// Cells of rows that are done with: their memory is used again.
    pub(super) spare: Vec<Vec<Cell>>,
}

/// The rows of one sheet on their way out.
pub(super) struct Outlet<'a, 'b> {
    desk: &'a mut Desk<'b>,
    path: &'a str,
    origin: Origin,
    file: u16,
    sheet: u16,
    pub(super) header: Vec<String>,
    rows: Vec<RawRow>,
    cells: usize,
    blank: Digest,
}

impl<'a, 'b> Outlet<'a, 'b> {
    pub(super) fn new(desk: &'a mut Desk<'b>, path: &'a str, origin: Origin, file: u16, sheet: u16) -> Self {
        let blank = Digest::of_cells([]);
        Outlet { desk, path, origin, file, sheet, header: Vec::new(), rows: Vec::new(), cells: 0, blank }
    }

    pub(super) fn give(&mut self, row: u32, kind: RowKind, cells: Vec<Cell>, digest: Digest, findings: Vec<Finding>) {
        // The last row stays until another comes: something may be found of it when the sheet has ended.
        if self.rows.len() == BATCH_ROWS || self.cells >= BATCH_CELLS {
            self.flush();
        }
        let at = RowRef::mint(self.file, self.sheet, row);
        self.cells += cells.len();
        self.rows.push(RawRow { at, kind, cells, digest, findings, padded: Vec::new() });
    }

    /// Which columns of the last row stand between white space.
    pub(super) fn pad_last(&mut self, padded: Vec<u16>) {
        if let Some(last) = self.rows.last_mut() {
            last.padded = padded;
        }
    }

    /// What was found of the last row, if it is used.
    pub(super) fn find_of_last(&mut self, finding: Finding) {
        if let Some(last) = self.rows.last_mut().filter(|row| row.kind == RowKind::Data) {
            last.findings.push(finding);
        }
    }

    /// A run of blank rows; however long, it is given out in batches.
    pub(super) fn give_blank(&mut self, from: u32, count: u32) {
        for row in from..from + count {
            self.give(row, RowKind::Blank, Vec::new(), self.blank, Vec::new());
        }
    }

    /// As many lists of cells as there are rows, with memory that was used before as far as there is any.
    pub(super) fn spare(&mut self, rows: usize) -> Vec<Vec<Cell>> {
        let kept = self.desk.spare.len().saturating_sub(rows);
        let mut spare = self.desk.spare.split_off(kept);
        spare.resize_with(rows, Vec::new);
        spare
    }

    pub(super) fn flush(&mut self) {
        if self.rows.is_empty() {
            return;
        }
        self.cells = 0;
        let rows = std::mem::take(&mut self.rows);
        self.desk.rows += rows.len() as u64;
        self.rows = (self.desk.take)(Batch { origin: self.origin, header: &self.header, rows });
        let room = BATCH_ROWS.saturating_sub(self.desk.spare.len());
        self.desk.spare.extend(self.rows.drain(..).map(|row| row.cells).take(room));
        let (rows, bytes, bytes_in_all) = (self.desk.rows, self.desk.bytes, self.desk.bytes_in_all);
        (self.desk.progress)(Progress { path: self.path, rows, bytes, bytes_in_all });
    }

    /// Bytes of the file that were read since the last time.
    pub(super) fn count_bytes(&mut self, bytes: u64) {
        self.desk.bytes += bytes;
    }
}
