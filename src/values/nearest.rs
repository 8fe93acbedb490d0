//! Which of the known names a misspelt one may stand for.

/// No more are told.
const TOLD_MAX: usize = 3;
/// As alike as this, in Jaro-Winkler's measure, or not told.
const ALIKE_MIN: f64 = 0.75;

/// The places of the candidates most like a text, best first, without regard to case. Each candidate may go by several
/// names; the likest counts. Of equals, the first comes first.
pub fn nearest<'n, Names: IntoIterator<Item = &'n str>>(
    text: &str,
    candidates: impl IntoIterator<Item = Names>,
) -> Vec<usize> {
    let text = text.trim().to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&text, &name.trim().to_lowercase());
    let scored = candidates.into_iter().enumerate().filter_map(|(place, names)| {
        let best = names.into_iter().map(likeness).fold(0.0, f64::max);
        (best >= ALIKE_MIN).then_some((best, place))
    });
    let mut scored: Vec<(f64, usize)> = scored.collect();
    scored.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
    scored.into_iter().take(TOLD_MAX).map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, candidates: &[&[&str]], expected: &[usize]) {
        assert_eq!(nearest(text, candidates.iter().map(|names| names.iter().copied())), expected);
    }

    #[test]
    fn the_likest_come_first_and_what_is_not_alike_not_at_all() {
        check("date-imposible", &[&["date-serial"], &["date-impossible"], &["row-limit"]], &[1, 0]);
        check("HILL CLINC", &[&["DALE", "Dale Surgery"], &["HILL1", "Hill Clinic"]], &[1]);
        check("aaaa", &[&["aaab"], &["aaac"], &["aaad"], &["aaae"]], &[0, 1, 2]);
        check("zzz", &[&["aaa"], &[]], &[]);
    }
}
