//! The reliability plot: stated probability across, the share that is of one person up, one mark a bin; all of it in words too.

use super::super::terminal::thousands;
use crate::linkage::{Bin, Reliability};
use maud::{Markup, html};

/// The square that is plotted in, and where it stands.
const SIDE: f64 = 400.0;
const LEFT: f64 = 70.0;
const TOP: f64 = 60.0;
/// Where the words stand.
const WORDS: f64 = LEFT + SIDE + 40.0;
const LINE: f64 = 24.0;

/// Draws it as a document of its own.
pub(super) fn draw(reliability: &Reliability) -> String {
    let filled: Vec<(&Bin, f64, f64)> =
        reliability.bins.iter().filter_map(|bin| Some((bin, bin.probability?, bin.observed?))).collect();
    let error = reliability.expected_calibration_error.map_or("none".to_owned(), |error| format!("{error:.4}"));
    let summary = format!("{} pairs; expected calibration error {error}", thousands(reliability.pairs));
    let said: Vec<String> = filled.iter().map(|(bin, stated, observed)| in_words(bin, *stated, *observed)).collect();
    let drawn = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 560" role="img" aria-labelledby="title desc"
            font-family="sans-serif" font-size="15" fill="#16232b" {
            title id="title" { "Do match probabilities mean what they say?" }
            desc id="desc" { (summary) ". " (said.join(". ")) "." }
            rect width="960" height="560" fill="#ffffff" {}
            text x=(LEFT) y="36" font-size="20" font-weight="bold" { "Do match probabilities mean what they say?" }
            (axes())
            @for ((bin, stated, observed), words) in filled.iter().zip(&said) { (mark(bin, *stated, *observed, words)) }
            text x=(WORDS) y=(TOP + 15.0) font-weight="bold" { (summary) }
            @for (place, words) in said.iter().enumerate() {
                text x=(WORDS) y=(TOP + 15.0 + LINE * (place + 2) as f64) { (words) }
            }
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", drawn.into_string())
}

fn in_words(bin: &Bin, stated: f64, observed: f64) -> String {
    let pairs = if bin.pairs == 1 { "pair" } else { "pairs" };
    format!("{} to {}: {} {pairs}, stated {stated:.3}, true {observed:.3}", bin.from, bin.to, thousands(bin.pairs))
}

fn across(probability: f64) -> f64 {
    LEFT + SIDE * probability
}

fn up(share: f64) -> f64 {
    TOP + SIDE * (1.0 - share)
}

/// The frame, its ticks, and the line on which every mark would lie.
fn axes() -> Markup {
    html! {
        rect x=(LEFT) y=(TOP) width=(SIDE) height=(SIDE) fill="none" stroke="#4b5b66" {}
        line x1=(across(0.0)) y1=(up(0.0)) x2=(across(1.0)) y2=(up(1.0)) stroke="#4b5b66" stroke-dasharray="6 5" {}
        @for tenth in [0u8, 2, 4, 6, 8, 10] {
            @let share = f64::from(tenth) / 10.0;
            text x=(across(share)) y=(TOP + SIDE + 22.0) text-anchor="middle" { (format!("{share:.1}")) }
            text x=(LEFT - 10.0) y=(up(share) + 5.0) text-anchor="end" { (format!("{share:.1}")) }
        }
        text x=(LEFT + SIDE / 2.0) y=(TOP + SIDE + 50.0) text-anchor="middle" { "Probability that was stated" }
        text x="22" y=(TOP + SIDE / 2.0) text-anchor="middle" transform=(format!("rotate(-90 22 {})", TOP + SIDE / 2.0)) {
            "Share that is of one person"
        }
        text x=(LEFT) y=(TOP + SIDE + 80.0) fill="#4b5b66" font-size="13" {
            "On the dashed line probabilities are right; below it they are too sure. Bars: 95 % of chance alone."
        }
    }
}

/// A bin, with how far chance alone might move it.
fn mark(bin: &Bin, stated: f64, observed: f64, words: &str) -> Markup {
    let (low, high) = interval(observed, bin.pairs as f64);
    let x = across(stated);
    html! {
        g {
            title { (words) }
            line x1=(x) y1=(up(low)) x2=(x) y2=(up(high)) stroke="#0b4f8a" stroke-width="2" {}
            circle cx=(x) cy=(up(observed)) r="5" fill="#0b4f8a" {}
        }
    }
}

/// Wilson's interval of a share, 95 %.
fn interval(share: f64, count: f64) -> (f64, f64) {
    const Z: f64 = 1.96;
    let whole = 1.0 + Z * Z / count;
    let middle = (share + Z * Z / (2.0 * count)) / whole;
    let reach = Z * libm::sqrt(share * (1.0 - share) / count + Z * Z / (4.0 * count * count)) / whole;
    ((middle - reach).max(0.0), (middle + reach).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bin_is_a_mark_at_its_place_and_a_line_of_words() {
        let pairs = (0..100).map(|place| (0.75, place < 50)).chain((0..8).map(|_| (0.95, true)));
        let drawn = draw(&Reliability::of(pairs));
        assert_eq!(drawn.matches("<circle").count(), 2);
        let at = format!("cx=\"{}\" cy=\"{}\"", across(0.75), up(0.5));
        assert!(drawn.contains(&at), "{at}\n{drawn}");
        let words = "0.7 to 0.8: 100 pairs, stated 0.750, true 0.500";
        assert_eq!(drawn.matches(words).count(), 3, "in the description, on the mark, and beside the plot");
        assert!(drawn.contains("role=\"img\"") && drawn.contains("error 0.2352"), "{drawn}");
    }

    #[test]
    fn chance_moves_few_pairs_far_and_never_beyond_the_frame() {
        let (low, high) = interval(0.5, 100.0);
        assert!((low - 0.4038).abs() < 1e-3 && (high - 0.5962).abs() < 1e-3);
        let (low, high) = interval(1.0, 8.0);
        assert!(low > 0.6 && low < 0.7 && high == 1.0, "{low} {high}");
    }
}
