//! Figures against the ledger's counts, and the report against the figures.

use super::account::Facts;
use super::folder::Folder;
use super::ledger::Counts;
use super::problems::{Place, ProblemKind as Kind};
use super::verdict::{Check, Findings};

const FIGURES: &str = "data/tables/figures.csv";
const REPORT: &str = "data/report.html";
/// A share is written with at least three decimals.
const ROUNDING: f64 = 0.000_500_1;

pub(super) fn judge(folder: &Folder, facts: &Facts, counts: &Option<Counts>) -> Check {
    let mut findings = Findings::new("figures");
    for (name, [numerator, denominator, value]) in &facts.figures {
        findings.count(1);
        let place = Place::file(FIGURES).column(name);
        let number = |text: &str| text.parse::<f64>().ok();
        let count = counts.as_ref().and_then(|counts| counts.0.get(name));
        if count.is_some_and(|count| number(value) != Some(*count as f64)) {
            let detail = || "not the ledger's count of the same name".into();
            findings.add(Kind::FigureDiffers, &place, detail);
        }
        // A figure that people work through lists each thing it counts.
        if facts.behind.get(name).is_some_and(|behind| *numerator != behind.to_string()) {
            let detail = || "tables/figure_rows.csv lists more or fewer things than the figure counts".into();
            findings.add(Kind::FigureRows, &place, detail);
        }
        let expected = match (number(numerator), number(denominator)) {
            (Some(numerator), None) => Some(numerator),
            (Some(_), Some(0.0)) => Some(0.0),
            (Some(numerator), Some(denominator)) => Some(numerator / denominator),
            (None, _) => None,
        };
        if let (Some(expected), Some(value)) = (expected, number(value))
            && (expected - value).abs() > ROUNDING
        {
            let detail = || "not its numerator over its denominator".into();
            findings.add(Kind::FigureDiffers, &place, detail);
        }
    }
    let Ok(report) = folder.document(REPORT) else { return findings.close_unable("there is no report.html to read") };
    judge_report(&String::from_utf8_lossy(&report), facts, &mut findings);
    findings.close()
}

fn judge_report(report: &str, facts: &Facts, findings: &mut Findings) {
    for (number, _) in (1..).zip(report.lines()).filter(|(_, line)| line.to_ascii_lowercase().contains("<script")) {
        let detail = "a script, which no report of ours has: do not open it, and ask the sender for the package again";
        findings.add(Kind::ReportScript, &Place::file(REPORT).line(number), || detail.into());
    }
    let shown = shown(report);
    if shown.is_empty() && !facts.figures.is_empty() {
        findings.add(Kind::ReportDiffers, &Place::file(REPORT), || "the report shows none of the figures".into());
    }
    for (name, value) in shown {
        findings.count(1);
        let place = || Place::file(REPORT).column(&name);
        match facts.figures.get(&name) {
            None => findings.add(Kind::ReportDiffers, &place(), || "the table has no figure of this name".into()),
            Some([.., in_table]) if value.as_ref() != Some(in_table) => {
                findings.add(Kind::ReportDiffers, &place(), || "the table of figures has another value".into());
            }
            Some(_) => {}
        }
    }
}

/// Every element with a `data-figure`: the figure's name, and the text up to the next tag.
fn shown(report: &str) -> Vec<(String, Option<String>)> {
    let mut shown = Vec::new();
    for after in report.split("data-figure=").skip(1) {
        let Some(quote) = after.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
            shown.push((String::new(), None));
            continue;
        };
        let (name, rest) = after[1..].split_once(quote).unwrap_or((&after[1..], ""));
        let text = rest.split_once('>').and_then(|(_, text)| text.split_once('<'));
        shown.push((unescaped(name), text.map(|(text, _)| unescaped(text.trim()))));
    }
    shown
}

fn unescaped(text: &str) -> String {
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    plain.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_in_a_report() {
        let report = "<tr><td>Patients</td><td class=\"n\" data-figure=\"patients\"> 12 </td>\
                      <td data-figure='a&amp;b' id=x>0.5</td><td data-figure=\"cut";
        let expected = [("patients", Some("12")), ("a&b", Some("0.5")), ("cut", None)];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.map(str::to_owned)));
        assert_eq!(shown(report), expected);
    }
}
