//! Shares as a person reads them; tables keep them as they are.

/// `0.28 %`: two digits that tell, whole numbers whole, and as many more as it takes to be on the same side of a ceiling as
/// what was measured, and never all or nothing where it is neither.
pub fn spoken_percent(percent: f64, ceiling: Option<f64>) -> String {
    const DIGITS_MAX: usize = 6;
    let shown = |digits: usize| format!("{percent:.digits$}");
    let tells = |digits: &usize| {
        let rounded: f64 = shown(*digits).parse().unwrap_or(percent);
        let same_side = ceiling.is_none_or(|ceiling| (rounded > ceiling) == (percent > ceiling));
        let enough = rounded == percent || rounded * 10f64.powi(*digits as i32) >= 10.0 && *digits > 0;
        same_side && enough && (rounded < 100.0 || percent >= 100.0)
    };
    format!("{} %", shown((0..DIGITS_MAX).find(tells).unwrap_or(DIGITS_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_short_and_never_says_otherwise() {
        let check = |percent: f64, ceiling: Option<f64>, expected: &str| {
            assert_eq!(spoken_percent(percent, ceiling), expected, "{percent} {ceiling:?}");
        };
        for (percent, expected) in [
            (0.0, "0 %"),
            (0.281294, "0.28 %"),
            (0.003158, "0.0032 %"),
            (2.0, "2 %"),
            (2.5, "2.5 %"),
            (2.526316, "2.5 %"),
            (28.12939, "28.1 %"),
            (97.490157, "97.5 %"),
            (99.97, "99.97 %"),
            (100.0, "100 %"),
        ] {
            check(percent, None, expected);
        }
        check(2.0004, Some(2.0), "2.0004 %");
        check(1.9996, Some(2.0), "2.0 %");
        check(0.5, Some(0.5), "0.5 %");
        check(0.504, Some(0.5), "0.504 %");
    }
}
