//! Workbooks: several sheets of one file, in as many files as the sheets need.

use super::spool::{Cell, Kind, Layout, Place, Spool, Whose};
use super::truth::Truth;
use crate::Failure;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};
use std::path::Path;

/// A sheet keeps well below Excel's 1,048,576 rows, so that one file is also a reasonable thing to open.
const ROWS_PER_SHEET: usize = 250_000;

/// One sheet and where its rows come from.
pub struct Sheet<'a> {
    pub source: &'static str,
    pub name: &'static str,
    pub spool: &'a mut Spool,
    pub layout: Layout,
}

/// Writes `sources/{stem}_{n}.xlsx`.
pub fn write(stem: &str, sheets: &mut [Sheet], dir: &Path, truth: &mut Truth) -> Result<(), Failure> {
    let orders: Vec<Vec<usize>> = sheets.iter().map(|sheet| sheet.spool.order()).collect();
    let files = orders.iter().map(|order| order.len().div_ceil(ROWS_PER_SHEET)).max().unwrap_or(0).max(1);
    for number in 0..files {
        let mut workbook = Workbook::new();
        // A fixed date of creation, or no two runs would give the same bytes.
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2017, 9, 29)?));
        let file = format!("sources/{stem}_{}.xlsx", number + 1);
        for (sheet, order) in sheets.iter_mut().zip(&orders) {
            let chunk = order.chunks(ROWS_PER_SHEET).nth(number).unwrap_or_default();
            let worksheet = workbook.add_worksheet_with_low_memory()?;
            worksheet.set_name(sheet.name)?;
            let place = Place { source: sheet.source, file: file.clone(), sheet: sheet.name, row: 0 };
            let mut page = Page {
                worksheet,
                place,
                day: Format::new().set_num_format("dd/mm/yyyy"),
                moment: Format::new().set_num_format("dd/mm/yyyy hh:mm"),
            };
            page.around(&sheet.layout.preamble, Kind::Preamble, chunk.len(), truth)?;
            page.line(sheet.layout.header.iter().map(|name| Cell::from(*name)), Whose::nobody(Kind::Header), truth)?;
            for handle in chunk {
                page.line(sheet.spool.cells(*handle), sheet.spool.whose(*handle), truth)?;
                if let Some(wanted) = sheet.spool.places.get_mut(handle) {
                    *wanted = Some(page.place.clone());
                }
            }
            page.around(&sheet.layout.footer, Kind::Footer, chunk.len(), truth)?;
        }
        workbook.save(dir.join(&file))?;
    }
    Ok(())
}

struct Page<'a> {
    worksheet: &'a mut Worksheet,
    place: Place,
    day: Format,
    moment: Format,
}

impl Page<'_> {
    fn around(
        &mut self,
        lines: &[Vec<&'static str>],
        kind: Kind,
        rows: usize,
        truth: &mut Truth,
    ) -> Result<(), Failure> {
        for line in lines {
            let kind = if line.is_empty() { Kind::Blank } else { kind };
            self.line(
                line.iter().map(|cell| Cell::from(cell.replace("{rows}", &rows.to_string()))),
                Whose::nobody(kind),
                truth,
            )?;
        }
        Ok(())
    }

    fn line(&mut self, cells: impl Iterator<Item = Cell>, whose: Whose, truth: &mut Truth) -> Result<(), Failure> {
        let row = u32::try_from(self.place.row)?;
        for (column, cell) in cells.enumerate() {
            let column = u16::try_from(column)?;
            match cell {
                Cell::Blank => continue,
                Cell::Text(text) => self.worksheet.write_string(row, column, text)?,
                Cell::Number(number) => self.worksheet.write_number(row, column, number as f64)?,
                Cell::Day(day) => self.worksheet.write_datetime_with_format(row, column, excel_day(day)?, &self.day)?,
                Cell::Moment(moment) => {
                    let (hour, minute) = (u16::try_from(moment.hour())?, u8::try_from(moment.minute())?);
                    let value = excel_day(moment.date())?.and_hms(hour, minute, 0.0)?;
                    self.worksheet.write_datetime_with_format(row, column, value, &self.moment)?
                }
            };
        }
        self.place.row += 1;
        truth.row(&self.place, whose)
    }
}

fn excel_day(day: jiff::civil::Date) -> Result<ExcelDateTime, Failure> {
    Ok(ExcelDateTime::from_ymd(u16::try_from(day.year())?, u8::try_from(day.month())?, u8::try_from(day.day())?)?)
}
