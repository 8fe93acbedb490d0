//! Rows of the site crosswalk.

use super::clean::{Cleaned, Reading};
use super::columns::Header;
use super::dates::DateReader;
use super::store::Site;
use crate::ledger::{Disposition, Exception, Reason};
use crate::sources::{Cell, RawRow, RowRef};
use crate::values::{OdsCode, PartialDate};
use jiff::civil::Date;

/// The columns of the crosswalk, whose names are fixed, in this order.
const COLUMNS: [&str; 5] = ["legacy_site", "name", "provider", "successor_site", "closes_on"];

/// Where a sheet holds them.
pub(super) struct SiteColumns {
    places: [Option<usize>; 5],
    dates: DateReader,
}

impl SiteColumns {
    /// Finds the columns under a header; what is missing becomes an exception at `at`.
    pub fn find(header: &Header, at: RowRef, as_at: Date, exceptions: &mut Vec<Exception>) -> Self {
        let places = COLUMNS.map(|name| header.place(name));
        for (name, rivals) in COLUMNS.iter().filter_map(|name| Some((name, header.rivals(name)?))) {
            exceptions.push(Exception { at, field: format!("sites.{name} ({rivals})"), reason: Reason::ColumnTwice });
        }
        for (name, _) in COLUMNS.iter().zip(&places).filter(|(_, place)| place.is_none()) {
            exceptions.push(Exception { at, field: format!("sites.{name}"), reason: Reason::ColumnMissing });
        }
        SiteColumns { places, dates: DateReader::of_days(["%d/%m/%Y"].into_iter(), as_at) }
    }

    /// Reads a row and says what becomes of it.
    pub fn read(&self, row: &RawRow, sites: &mut Vec<Site>, exceptions: &mut Vec<Exception>) -> Disposition {
        let [legacy_site, name, provider, successor_site, closes_on] =
            self.places.map(|place| place.and_then(|place| row.cells.get(place)).unwrap_or(&Cell::Empty));
        let text = |cell| Reading::of(cell).text().map(|text| text.into_owned()).unwrap_or_default();
        let (legacy_site, name) = (text(legacy_site), text(name));
        if legacy_site.is_empty() && name.is_empty() {
            let reason = Reason::NothingMapped;
            exceptions.push(Exception { at: row.at, field: String::new(), reason });
            return Disposition::SetAside(reason);
        }
        let closes = self.closing(closes_on);
        exceptions.extend(closes.reason.map(|reason| Exception {
            at: row.at,
            field: "sites.closes_on".into(),
            reason,
        }));
        let closes_on = PartialDate::unpack(closes.bits);
        let (provider, successor_site) = (text(provider), text(successor_site));
        for (column, code) in [("provider", &provider), ("successor_site", &successor_site)] {
            let is_code = code.is_empty() || code.parse::<OdsCode>().is_ok();
            let (field, reason) = (format!("sites.{column}"), Reason::OdsCodeShape);
            exceptions.extend((!is_code).then_some(Exception { at: row.at, field, reason }));
        }
        sites.push(Site { at: row.at, legacy_site, name, provider, successor_site, closes_on });
        Disposition::Reference
    }

    fn closing(&self, cell: &Cell) -> Cleaned {
        match Reading::of(cell) {
            Reading::Empty => Cleaned::MISSING,
            Reading::Error => Cleaned::refused(Reason::CellError),
            Reading::Number(number) => self.dates.number(number),
            Reading::Moment(moment) => self.dates.moment(moment),
            other => other.text().map_or(Cleaned::MISSING, |text| self.dates.text(&text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::sample;
    use jiff::civil::date;

    #[track_caller]
    fn check(cells: &[&str], expected: (Option<&str>, Disposition, &[Reason])) {
        let header: Vec<String> = COLUMNS.iter().map(|name| name.to_uppercase()).collect();
        let row = sample::row(0, 2, cells);
        let (mut sites, mut exceptions) = (Vec::new(), Vec::new());
        let columns = SiteColumns::find(&Header::new(&header), row.at, date(2017, 9, 30), &mut exceptions);
        let disposition = columns.read(&row, &mut sites, &mut exceptions);
        let shown: Option<String> = sites.first().map(|site: &Site| {
            let closes = site.closes_on.map(PartialDate::reveal).unwrap_or_default();
            format!("{}|{}|{}|{}|{closes}", site.legacy_site, site.name, site.provider, site.successor_site)
        });
        let reasons: Vec<Reason> = exceptions.iter().map(|exception| exception.reason).collect();
        assert_eq!((shown.as_deref(), disposition, reasons.as_slice()), expected);
    }

    #[test]
    fn a_site_may_close_or_stay() {
        let reference = Disposition::Reference;
        let stays = ["TOWN", " Town  Clinic", "RNU", "NXX01", ""];
        check(&stays, (Some("TOWN|Town Clinic|RNU|NXX01|"), reference, &[]));
        let closes = ["HILL", "Hill", "RNU", "", "30/09/2017"];
        check(&closes, (Some("HILL|Hill|RNU||2017-09-30"), reference, &[]));
        let never = ["HILL", "Hill", "RNU", "", "31/09/2017"];
        check(&never, (Some("HILL|Hill|RNU||"), reference, &[Reason::DateImpossible]));
        let slip = ["HILL", "Hill", "RNU-1", "Hill two", ""];
        let told = [Reason::OdsCodeShape; 2];
        check(&slip, (Some("HILL|Hill|RNU-1|Hill two|"), reference, &told));
        let nobody = ["", "", "RNU", "", ""];
        check(&nobody, (None, Disposition::SetAside(Reason::NothingMapped), &[Reason::NothingMapped]));
    }

    #[test]
    fn missing_columns_are_named() {
        let row = sample::row(0, 1, &[]);
        let mut exceptions = Vec::new();
        SiteColumns::find(&Header::new(&["legacy_site".into()]), row.at, date(2017, 9, 30), &mut exceptions);
        let fields: Vec<&str> = exceptions.iter().map(|exception| exception.field.as_str()).collect();
        assert_eq!(fields, ["sites.name", "sites.provider", "sites.successor_site", "sites.closes_on"]);
    }
}
