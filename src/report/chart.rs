//! Stacked bars, one a source: what became of its rows.

use super::parts::{grouped, some};
use super::words;
use maud::{Markup, html};

/// Dispositions in the order of a bar. The last stands for everything that is layout and no data.
pub(super) const SEGMENTS: [&str; 7] = ["used", "unassigned", "declared", "keying", "reference", "set-aside", "layout"];

/// The segment of a disposition.
pub(super) fn segment(disposition: &str) -> usize {
    SEGMENTS.iter().position(|segment| *segment == disposition).unwrap_or(SEGMENTS.len() - 1)
}

const BAR_WIDTH: u64 = 1000;
/// Few rows are still to be seen.
const LEAST_WIDTH: u64 = 6;

/// One bar with its label above it, and all of it in words for who cannot see it.
pub(super) fn bar(label: &str, counts: [u64; SEGMENTS.len()]) -> Markup {
    let total: u64 = counts.iter().sum();
    let said = SEGMENTS.iter().zip(counts).filter(|(_, count)| *count > 0);
    let said: Vec<String> = said.map(|(segment, count)| format!("{} {}", grouped(count), name(segment))).collect();
    let mut from = 0;
    html! {
        div.bar {
            p.bar-label { strong { (label) } " " span { (some(total, "row", "rows")) } }
            svg viewBox=(format!("0 0 {BAR_WIDTH} 28")) preserveAspectRatio="none" role="img"
                aria-label=(format!("{label}: {}", said.join(", "))) {
                @for (segment, width) in SEGMENTS.iter().zip(widths(counts)) {
                    @if width > 0 {
                        rect class={ "segment " (segment) } x=(from) y="0" width=(width) height="28" {
                            title { (said_of(segment, counts)) }
                        }
                        @let () = { from += width; };
                    }
                }
            }
        }
    }
}

fn said_of(segment: &str, counts: [u64; SEGMENTS.len()]) -> String {
    let count = SEGMENTS.iter().zip(counts).find(|(other, _)| **other == segment).map_or(0, |(_, count)| count);
    format!("{}: {}", words::spoken(name(segment)), grouped(count))
}

fn name(segment: &str) -> &str {
    match segment {
        "layout" => "headers, notes and blank lines",
        "set-aside" => "set aside",
        "keying" => "second keying",
        other => other,
    }
}

/// What the colours mean.
pub(super) fn legend() -> Markup {
    html! {
        ul.legend {
            @for segment in SEGMENTS {
                li {
                    svg viewBox="0 0 14 14" aria-hidden="true" { rect class={ "segment " (segment) } x="0" y="0" width="14" height="14" {} }
                    " " (words::spoken(name(segment)))
                }
            }
        }
    }
}

/// Widths that add up to the bar; whatever is there is wide enough to be seen, at the cost of the widest.
fn widths(counts: [u64; SEGMENTS.len()]) -> [u64; SEGMENTS.len()] {
    let total: u128 = counts.iter().map(|count| u128::from(*count)).sum();
    if total == 0 {
        return [0; SEGMENTS.len()];
    }
    let share = |count: u64| u64::try_from(u128::from(count) * u128::from(BAR_WIDTH) / total).unwrap_or(BAR_WIDTH);
    let mut widths = counts.map(|count| if count == 0 { 0 } else { share(count).max(LEAST_WIDTH) });
    let widest = (0..widths.len()).max_by_key(|place| widths[*place]).unwrap_or(0);
    let others: u64 = widths.iter().sum::<u64>() - widths[widest];
    widths[widest] = BAR_WIDTH - others;
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_full_and_one_row_of_a_million_is_seen() {
        let found = widths([1_000_000, 1, 0, 0, 0, 1, 3]);
        assert_eq!(found.iter().sum::<u64>(), BAR_WIDTH);
        assert_eq!(found, [982, 6, 0, 0, 0, 6, 6]);
        assert_eq!(widths([0; 7]), [0; 7]);
        assert_eq!(widths([u64::MAX, 0, 0, 0, 0, 0, 0])[0], BAR_WIDTH);
    }
}
