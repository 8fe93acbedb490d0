//! The conformance suite of `verify`: packages and bags that hold, and every way we know in which one can fail to.
//!
//! `fixtures/packages/valid` and `warning` must not fail; each folder of `invalid` begins with the slug it must raise.
//! Packages that are wrong in one way are made here from the one that is right. `BLESS=1` writes that one anew.

mod agreement;
mod bags;
mod invented;
mod schemas;
mod sources;
mod tables;
mod tiny;

use handover::verify::{Options, Outcome, ProblemKind, Verdict, verify};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tiny::Package;

/// Raised by nothing here, and why.
const NOT_RAISED: [(&str, &str); 1] =
    [("file-unreadable", "whoever runs the tests may be allowed to read every file, whatever its permissions")];

/// Raised by tests that bend the package in place.
const RAISED_IN_PLACE: [&str; 4] = [
    "not-a-file",    // a_link_is_refused_wherever_it_leads
    "file-absent",   // a_missing_file_is_caught_even_when_manifests_are_rewritten
    "count-differs", // any_count_that_is_not_right_is_caught_though_manifests_are_rewritten
    "count-missing", // the same
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/packages")
}

fn judge(folder: &Path, options: &Options) -> Verdict {
    verify(folder, options).expect("the folder can be read")
}

fn slugs(verdict: &Verdict) -> BTreeSet<&'static str> {
    verdict.problems().map(|problem| problem.kind.slug()).collect()
}

/// One way in which a package can be wrong.
struct Wrong {
    slug: &'static str,
    what: String,
    package: Package,
}

/// Writes the package, judges it, and holds the verdict to what was expected.
fn check(wrong: &Wrong) -> BTreeSet<&'static str> {
    let place = tempfile::tempdir().expect("a folder");
    wrong.package.write(place.path());
    let verdict = judge(place.path(), &Options::default());
    let slugs = slugs(&verdict);
    assert!(!verdict.passed(), "{} must fail", wrong.what);
    assert!(slugs.contains(wrong.slug), "{} must raise {}, and raises {slugs:?}", wrong.what, wrong.slug);
    slugs
}

#[test]
fn the_package_that_is_right_passes_every_check() {
    let handover = fixtures().join("inputs");
    let options = Options { sources: Some(handover.clone()), key: Some(handover.join("commitment.key")) };
    let verdict = judge(&fixtures().join("valid/tiny"), &options);
    for check in &verdict.checks {
        assert_eq!(check.outcome, Outcome::Passed, "{}: {:?}", check.name, check.problems);
        assert!(check.counted > 0, "{}", check.name);
    }
    assert!(verdict.passed());
}

#[test]
fn without_key_and_sources_it_passes_and_says_what_could_not_run() {
    let verdict = judge(&fixtures().join("valid/tiny"), &Options::default());
    assert!(verdict.passed());
    for name in ["commitment", "source-files", "source-rows", "row-digests"] {
        let check = verdict.check(name).expect("a check");
        assert!(matches!(check.outcome, Outcome::CouldNotRun(_)) && !check.asked, "{name}");
    }
    let json = serde_json::to_value(&verdict).expect("plain data");
    assert_eq!(json["judged"], "package");
    assert_eq!(json["checks"][0]["outcome"], "passed");
}

#[test]
fn the_committed_package_is_the_one_that_is_generated() {
    let (package, inputs) = (tiny::generate(), tiny::inputs());
    if std::env::var_os("BLESS").is_some() {
        for (folder, files) in [("valid/tiny", &package), ("inputs", &inputs)] {
            let _ = std::fs::remove_dir_all(fixtures().join(folder));
            files.write(&fixtures().join(folder));
        }
    }
    assert!(Package::read(&fixtures().join("inputs")) == inputs, "BLESS=1 writes it anew");
    assert!(Package::read(&fixtures().join("valid/tiny")) == package, "BLESS=1 writes it anew");
}

/// Every kind of problem is raised by some package here that has that problem; that each raises it is tested beside it.
#[test]
fn every_problem_is_raised_by_some_package() {
    let mut raised: BTreeSet<&str> = NOT_RAISED.iter().map(|(slug, _)| *slug).collect();
    let wrong = [bags::wrong(), tables::wrong(), schemas::wrong(), agreement::wrong()];
    raised.extend(wrong.iter().flatten().map(|wrong| wrong.slug));
    raised.extend(RAISED_IN_PLACE);
    raised.extend(bags::committed_slugs());
    raised.extend(sources::check_all());
    let missing: Vec<&str> =
        ProblemKind::ALL.iter().map(|kind| kind.slug()).filter(|it| !raised.contains(it)).collect();
    assert!(missing.is_empty(), "no package raises {missing:?}");
}

#[test]
fn messages_hold_nothing_that_a_cell_holds() {
    let secrets = ["9991234", "Smyth", "Okafor", "Abeni", "1961-02-03", "hidden address"];
    for wrong in tables::wrong().iter().chain(&schemas::wrong()).chain(&agreement::wrong()) {
        let place = tempfile::tempdir().expect("a folder");
        wrong.package.write(place.path());
        let verdict = judge(place.path(), &Options::default());
        let mut said = serde_json::to_string(&verdict).expect("plain data");
        verdict.problems().for_each(|problem| said.push_str(&problem.to_string()));
        for secret in secrets {
            assert!(!said.contains(secret), "{} quotes a cell", wrong.what);
        }
    }
}
