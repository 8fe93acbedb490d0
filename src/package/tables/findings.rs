//! Tables of figures, gates, exceptions, and of every row and file.

use crate::ledger::Disposition;
use crate::package::contents::Contents;
use crate::package::line::{Lines, decimal};
use crate::sources::{DateSystem, Sheet, SourceFile};
use std::io;

/// Declared figures are of decimals at most, so a smaller difference is one of binary fractions alone.
const SAME_FIGURE: f64 = 0.000_000_5;

pub(super) fn declared(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for comparison in &contents.reconciled.declared {
        let figure = &contents.records().declared[comparison.figure];
        let difference = comparison.found.map(|found| found - figure.value);
        let line = out.begin();
        line.text("measure", &figure.measure);
        line.text("group", &figure.group);
        line.text("period", &figure.period);
        line.shown("declared", figure.value);
        line.maybe("found", comparison.found);
        line.revealed("difference", difference, decimal);
        line.text(
            "explained",
            match difference {
                None => "not-counted",
                Some(difference) if difference.abs() < SAME_FIGURE => "equal",
                Some(_) => "differs",
            },
        );
        line.row("", contents, Some(figure.at));
        line.text("column", &figure.column);
        out.end()?;
    }
    Ok(())
}

pub(super) fn figures(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for figure in &contents.measures.figures {
        let line = out.begin();
        line.text("figure", &figure.name);
        line.text("definition", &figure.definition);
        line.shown("numerator", figure.numerator);
        line.maybe("denominator", figure.denominator);
        match figure.denominator {
            None => line.shown("value", figure.numerator),
            Some(_) => line.text("value", &decimal(figure.value())),
        }
        out.end()?;
    }
    Ok(())
}

pub(super) fn figure_rows(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for figure in &contents.measures.figures {
        for item in &figure.items {
            let (kind, name) = contents.item(*item);
            let line = out.begin();
            line.text("figure", &figure.name);
            line.text("kind", kind);
            line.text("item", &name);
            out.end()?;
        }
    }
    Ok(())
}

pub(super) fn gates(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for gate in &contents.measures.gates {
        let line = out.begin();
        line.text("gate", gate.name);
        line.text("definition", gate.definition);
        line.text("state", gate.state.word());
        line.revealed("value", gate.value, decimal);
        line.found("denominator", || gate.denominator.map(|of| of.to_string()).unwrap_or_default());
        line.revealed("ceiling", gate.ceiling, decimal);
        line.text("worst_source", gate.worst_source.as_deref().unwrap_or(""));
        line.text("closes_by", gate.closes_by);
        let waiver = gate.waiver.as_ref();
        line.text("waived_by", waiver.map_or("", |waiver| &waiver.name));
        line.text("waived_role", waiver.map_or("", |waiver| &waiver.role));
        line.text("waived_because", waiver.map_or("", |waiver| &waiver.reason));
        line.found("waived_on", || waiver.map(|waiver| waiver.date.to_string()).unwrap_or_default());
        out.end()?;
    }
    Ok(())
}

pub(super) fn exceptions(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for exception in &contents.records().exceptions {
        let line = out.begin();
        line.row("", contents, Some(exception.at));
        line.text("field", &exception.field);
        line.text("reason", exception.reason.slug());
        line.text("severity", exception.reason.severity().word());
        out.end()?;
    }
    Ok(())
}

pub(super) fn rows(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for (at, disposition) in contents.reconciled.rows.entries() {
        let line = out.begin();
        line.row("", contents, Some(at));
        line.text("disposition", disposition.word());
        line.text(
            "reason",
            match disposition {
                Disposition::SetAside(reason) => reason.slug(),
                _ => "",
            },
        );
        out.end()?;
    }
    Ok(())
}

pub(super) fn sources(contents: &Contents<'_>, out: &mut Lines<'_>) -> io::Result<()> {
    for file in &contents.records().intake.files {
        for sheet in &file.sheets {
            source_line(contents, file, sheet, out)?;
        }
    }
    Ok(())
}

fn source_line(contents: &Contents<'_>, file: &SourceFile, sheet: &Sheet, out: &mut Lines<'_>) -> io::Result<()> {
    let line = out.begin();
    line.text("source", contents.source_id(file.origin));
    line.text("file", &file.path);
    line.text("sheet", &sheet.name);
    line.shown("bytes", file.bytes);
    line.digest("sha256", &file.digest);
    line.shown("rows", sheet.rows);
    line.text("format", file.read_as.format);
    line.text("encoding", &file.read_as.encoding);
    match file.read_as.delimiter {
        Some(b'\t') => line.text("delimiter", "tab"),
        delimiter => line.maybe("delimiter", delimiter.map(char::from)),
    }
    line.maybe("header_row", sheet.header_row);
    line.text(
        "date_system",
        match file.read_as.date_system {
            Some(DateSystem::From1900) => "1900",
            Some(DateSystem::From1904) => "1904",
            None => "",
        },
    );
    line.shown("hidden", sheet.hidden);
    line.shown("mapped", sheet.mapped);
    line.maybe("header_rows", sheet.header_row.map(|_| sheet.header_rows));
    out.end()
}
