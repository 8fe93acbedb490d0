//! Bags: those that are committed, and our own package damaged as a bag.

use super::tiny::Package;
use super::{Wrong, check, fixtures, judge, slugs};
use handover::verify::{Options, Outcome, ProblemKind};
use std::collections::BTreeSet;
use std::path::PathBuf;

fn folders(of: &str) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(fixtures().join(of)).expect("a folder of fixtures");
    let entry = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.expect("an entry");
        (entry.file_name().to_string_lossy().into_owned(), entry.path())
    };
    let mut folders: Vec<_> = entries.map(entry).collect();
    folders.sort();
    assert!(!folders.is_empty(), "nothing lies in {of}");
    folders
}

/// The slugs that the committed bags are named for.
pub fn committed_slugs() -> BTreeSet<&'static str> {
    let named = |name: String| {
        ProblemKind::ALL.iter().map(|kind| kind.slug()).find(|slug| name.starts_with(&format!("{slug}_")))
    };
    folders("invalid").into_iter().filter_map(|(name, _)| named(name)).collect()
}

#[test]
fn every_folder_of_fixtures_is_read() {
    let known = ["inputs", "invalid", "valid", "warning"];
    let there: Vec<String> = folders("").into_iter().map(|(name, _)| name).collect();
    assert_eq!(there, known);
}

#[test]
fn valid_bags_pass() {
    for (name, path) in folders("valid") {
        let verdict = judge(&path, &Options::default());
        assert!(verdict.passed(), "{name}: {:?}", verdict.problems().map(ToString::to_string).collect::<Vec<_>>());
    }
}

#[test]
fn bags_that_cannot_be_judged_in_full_do_not_fail_and_say_so() {
    for (name, path) in folders("warning") {
        let verdict = judge(&path, &Options::default());
        let failed = verdict.checks.iter().any(|check| check.outcome == Outcome::Failed);
        let unjudged = verdict.checks.iter().any(|check| matches!(check.outcome, Outcome::CouldNotRun(_)));
        assert!(name.starts_with("could-not-run_") && unjudged && !failed, "{name}");
        assert_eq!(verdict.passed(), name.ends_with("-beside-sha256"), "{name}");
    }
}

#[test]
fn invalid_bags_raise_what_they_are_named_for() {
    for (name, path) in folders("invalid") {
        let verdict = judge(&path, &Options::default());
        let (slug, _) = name.split_once('_').expect("a problem and what it is");
        let found = slugs(&verdict);
        assert!(!verdict.passed() && found.contains(slug), "{name} raises {found:?}");
    }
}

fn bent(slug: &'static str, what: impl Into<String>, bend: impl FnOnce(&mut Package)) -> Wrong {
    let mut package = Package::read(&fixtures().join("valid/tiny"));
    bend(&mut package);
    Wrong { slug, what: what.into(), package }
}

/// Our own package, wrong as a bag in one way each.
pub fn wrong() -> Vec<Wrong> {
    let payload_file = |package: &mut Package, path: &str| {
        package.files.insert(path.to_owned(), b"x\n".to_vec());
    };
    let line = |package: &mut Package, file: &str, edit: &dyn Fn(&str) -> String| {
        let text = edit(std::str::from_utf8(&package.files[file]).expect("text"));
        package.files.insert(file.to_owned(), text.into_bytes());
        package.seal_tags();
    };
    vec![
        bent("file-unlisted", "a file is added below data/", |it| payload_file(it, "data/extra.txt")),
        bent("file-added", "a file is added at the top", |it| payload_file(it, "extra.txt")),
        bent("file-added", "a manifest of another digest is added", |it| payload_file(it, "manifest-md5.txt")),
        bent("file-added", "a file is added below data/, and manifests are rewritten", |it| {
            payload_file(it, "data/extra.txt");
            it.seal();
        }),
        bent("file-added", "a table is added, and manifests are rewritten", |it| {
            payload_file(it, "data/tables/extra.csv");
            it.seal();
        }),
        bent("bag-declaration", "bagit.txt has other line ends", |it| {
            line(it, "bagit.txt", &|text| text.replace('\n', "\r\n"));
        }),
        bent("bag-declaration", "bagit.txt is of an older version", |it| {
            line(it, "bagit.txt", &|text| text.replace("1.0", "0.97"));
        }),
        bent("bag-info", "bag-info.txt does not state the size", |it| line(it, "bag-info.txt", &|_| "A: b\n".into())),
        bent("payload-size", "bag-info.txt states another size", |it| {
            line(it, "bag-info.txt", &|text| text.replace("Payload-Oxum: ", "Payload-Oxum: 1"));
        }),
        bent("manifest-line", "the manifest has one space", |it| {
            line(it, "manifest-sha256.txt", &|text| text.replace("  ", " "));
        }),
        bent("manifest-line", "the manifest has capital digits", |it| {
            line(it, "manifest-sha256.txt", &|text| text.replacen(['a', 'b', 'c', 'd', 'e', 'f'], "A", 1));
        }),
        bent("manifest-line", "the manifest does not end its last line", |it| {
            line(it, "manifest-sha256.txt", &|text| text.trim_end().to_owned());
        }),
        bent("manifest-duplicate", "the manifest names a file twice", |it| {
            line(it, "manifest-sha256.txt", &|text| format!("{}\n{text}", text.lines().next().expect("a line")));
        }),
        bent("path-escape", "the manifest leads outside", |it| {
            line(it, "manifest-sha256.txt", &|text| format!("{text}{}  data/../../x\n", "0".repeat(64)));
        }),
        bent("path-escape", "the manifest names a tag file", |it| {
            line(it, "manifest-sha256.txt", &|text| format!("{text}{}  bagit.txt\n", "0".repeat(64)));
        }),
        bent("file-unlisted", "the tag manifest does not name the head", |it| {
            let text = String::from_utf8(it.files["tagmanifest-sha256.txt"].clone()).expect("text");
            let kept: String =
                text.lines().filter(|line| !line.ends_with("head.json")).map(|it| format!("{it}\n")).collect();
            it.files.insert("tagmanifest-sha256.txt".into(), kept.into_bytes());
        }),
    ]
}

#[test]
fn our_package_damaged_as_a_bag_fails() {
    wrong().iter().for_each(|wrong| drop(check(wrong)));
}

#[test]
fn a_flipped_byte_in_any_file_is_caught() {
    let right = Package::read(&fixtures().join("valid/tiny"));
    for path in right.files.keys() {
        for place in [0, right.files[path].len() / 2, right.files[path].len() - 1] {
            let mut package = right.clone();
            package.files.get_mut(path).expect("a file")[place] ^= 1;
            let folder = tempfile::tempdir().expect("a folder");
            package.write(folder.path());
            assert!(!judge(folder.path(), &Options::default()).passed(), "byte {place} of {path}");
        }
    }
}

#[test]
fn a_missing_file_is_caught_even_when_manifests_are_rewritten() {
    let right = Package::read(&fixtures().join("valid/tiny"));
    for path in right.files.keys() {
        let removed = |seal: bool| {
            let mut package = right.clone();
            package.files.remove(path);
            if seal {
                package.seal();
            }
            package
        };
        check(&Wrong { slug: "file-absent", what: format!("{path} is removed"), package: removed(false) });
        if path.starts_with("data/") || path == "head.json" {
            let what = format!("{path} is removed, and manifests are rewritten");
            check(&Wrong { slug: "file-absent", what, package: removed(true) });
        }
    }
}

#[test]
fn a_cut_file_is_caught() {
    let right = Package::read(&fixtures().join("valid/tiny"));
    for path in right.files.keys() {
        let mut package = right.clone();
        package.files.get_mut(path).expect("a file").pop();
        let folder = tempfile::tempdir().expect("a folder");
        package.write(folder.path());
        assert!(!judge(folder.path(), &Options::default()).passed(), "{path} without its last byte");
    }
}

#[test]
fn signatures_may_be_added() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut package = Package::read(&fixtures().join("valid/tiny"));
    package.files.insert("signatures/manager.sig".into(), b"signature".to_vec());
    package.write(folder.path());
    assert!(judge(folder.path(), &Options::default()).passed());
}

#[test]
fn an_empty_folder_is_an_addition() {
    let folder = tempfile::tempdir().expect("a folder");
    Package::read(&fixtures().join("valid/tiny")).write(folder.path());
    std::fs::create_dir(folder.path().join("data/parts")).expect("made");
    assert!(slugs(&judge(folder.path(), &Options::default())).contains("file-added"));
}

#[cfg(unix)]
#[test]
fn a_link_is_refused_wherever_it_leads() {
    let folder = tempfile::tempdir().expect("a folder");
    Package::read(&fixtures().join("valid/tiny")).write(folder.path());
    let outside = folder.path().with_extension("outside");
    std::fs::rename(folder.path().join("data/report.html"), &outside).expect("moved");
    std::os::unix::fs::symlink(&outside, folder.path().join("data/report.html")).expect("linked");
    let verdict = judge(folder.path(), &Options::default());
    std::fs::remove_file(outside).expect("removed");
    assert!(!verdict.passed() && slugs(&verdict).contains("not-a-file"));
}
