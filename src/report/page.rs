//! The page: its head, its banner and its parts in order.

use super::parts::{Section, grouped, spoken_date};
use super::{care, findings, people};
use crate::package::PackagePlan;
use crate::values::Digest;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("report.css");

/// The whole page. It needs no script, no other file and no network.
pub(super) fn draw(plan: &PackagePlan<'_>) -> Markup {
    let transition = plan.transition();
    let sections = [
        findings::gates(plan),
        findings::rows(plan),
        people::patients(plan),
        people::pairs(plan),
        care::referrals(plan),
        care::appointments(plan),
        care::waiting_list(plan),
        findings::exceptions(plan),
        people::paper(plan),
        findings::figures(plan),
    ];
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(content_security_policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (transition.name) " – handover report" @if !plan.is_final() { " (dry run)" } }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { "Skip to the content" }
                (banner(plan))
                (header(plan))
                main #content tabindex="-1" {
                    (glance(plan))
                    @for section in &sections {
                        section aria-labelledby=(section.id) { h2 id=(section.id) { (section.title) } (section.body) }
                    }
                }
                (footer(plan))
                (contents(&sections))
            }
        }
    }
}

/// Nothing may be loaded or sent; the one style is named by its digest.
fn content_security_policy() -> String {
    let digest = base64(Digest::of(STYLE.as_bytes()).bytes());
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
}

/// RFC 4648 §4, for a digest alone.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

fn banner(plan: &PackagePlan<'_>) -> Markup {
    html! {
        @if !plan.is_final() {
            div.dry-run role="note" {
                strong { "DRY RUN" } " – for checking. Nothing has been handed over, and this package must not be loaded as if it had."
            }
        }
    }
}

fn header(plan: &PackagePlan<'_>) -> Markup {
    let transition = plan.transition();
    html! {
        header.title {
            p.kind { "Handover report" }
            h1 { (transition.name) }
            dl.facts {
                div { dt { "Handing over" } dd { (transition.from.join(", ")) } }
                div { dt { "Receiving" } dd { (transition.to) } }
                div { dt { "Position as at" } dd { (spoken_date(transition.as_at)) } }
                div { dt { "Transfer date" } dd { (spoken_date(transition.transfer_date)) } }
            }
        }
    }
}

/// What somebody with half a minute must know.
fn glance(plan: &PackagePlan<'_>) -> Markup {
    let count = |name: &str| plan.counts().get(name).copied().unwrap_or(0);
    let red = plan.count_by("gates", ["state"]).get(&["red".to_owned()]).copied().unwrap_or(0);
    let cards = [
        (red, ["gate is red", "gates are red"], "gates"),
        (count("patients"), ["patient", "patients"], "patients"),
        (count("referrals"), ["referral", "referrals"], "referrals"),
        (count("waiting_list"), ["pathway waits", "pathways wait"], "waiting-list"),
        (
            count("appointments.unrecorded"),
            ["appointment nobody recorded", "appointments nobody recorded"],
            "appointments",
        ),
        (count("pairs.review"), ["pair for review", "pairs for review"], "pairs"),
        (count("unassigned"), ["row whose patient is not known", "rows whose patient is not known"], "patients"),
        (count("rows.set-aside"), ["row set aside", "rows set aside"], "exceptions"),
    ];
    html! {
        section aria-label="At a glance" {
            ul.cards {
                @for (count, [one, many], target) in cards {
                    li { a href={ "#" (target) } { strong { (grouped(count)) } " " span { @if count == 1 { (one) } @else { (many) } } } }
                }
            }
        }
    }
}

/// Last in the document, so that the page is read from its title; shown beside the content where there is room.
fn contents(sections: &[Section]) -> Markup {
    html! {
        nav.contents aria-label="Contents" {
            ul { @for section in sections { li { a href={ "#" (section.id) } { (section.title) } } } }
        }
    }
}

fn footer(plan: &PackagePlan<'_>) -> Markup {
    html! {
        footer {
            p { "This page holds counts and no patient’s details. The lists behind it are tables of the same package, and they do." }
            p { "Made by handover " (env!("CARGO_PKG_VERSION")) " from the configuration " code { (plan.config().digest.to_string()) } "." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::examples;

    fn page() -> String {
        examples::with_plan(|plan| draw(plan).into_string())
    }

    #[test]
    fn base64_is_that_of_the_rfc() {
        let found = [&b"f"[..], b"fo", b"foo", b"foobar"].map(base64);
        assert_eq!(found, ["Zg==", "Zm8=", "Zm9v", "Zm9vYmFy"]);
    }

    #[test]
    fn every_figure_is_shown_with_the_text_of_its_table() {
        let page = page();
        examples::with_plan(|plan| {
            for figure in plan.figures() {
                let cell = format!(r#"<td data-figure="{}">{}</td>"#, figure.name, figure.value);
                assert!(page.contains(&cell), "{}", figure.name);
            }
        });
    }

    #[test]
    fn the_page_names_the_dry_run_and_escapes_what_it_is_given() {
        let page = page();
        assert!(page.contains("DRY RUN") && page.contains("<h1>Ashdown &lt;MSK&gt;</h1>"));
        assert!(!page.contains("<MSK>"));
    }

    #[test]
    fn no_patient_is_on_the_page() {
        let page = page();
        for personal in ["ASHDOWN", "QUILL", "MARLOW", "1950", "beekeeper", "000012345678"] {
            assert!(!page.contains(personal), "the page shows a patient's details");
        }
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        let page = page();
        for outside in ["<script", "http:", "https:", "src=", "@import", "url(", "style=\""] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("default-src 'none'"));
    }

    #[test]
    fn every_link_has_its_target() {
        let page = page();
        for link in page.split("href=\"#").skip(1) {
            let target = link.split('"').next().unwrap_or_default();
            assert!(page.contains(&format!("id=\"{target}\"")), "{target}");
        }
    }
}
