//! The plan, written: tables in one pass, then the documents, then the manifests, then one rename.

use super::counts;
use super::documents;
use super::error::{During as _, Error};
use super::folder::{HashedFile, Partial};
use super::line::{Line, Lines};
use super::plan::{PackagePlan, ReportFiles};
use super::schema::Schema;
use super::tables::Table;
use crate::config::Config;
use crate::values::Digest;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A package in its place.
#[derive(Debug)]
pub struct Sealed {
    /// Where it stands.
    pub path: PathBuf,
    /// Every count of `audit/ledger.json`.
    pub counts: BTreeMap<String, u64>,
    /// Files below `data/`.
    pub payload_files: usize,
    /// Their bytes.
    pub payload_bytes: u64,
    /// Digest of `manifest-sha256.txt`.
    pub manifest_digest: Digest,
}

/// What sealing tells a terminal.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The table that was written last.
    pub table: &'a str,
    /// Tables written so far.
    pub written: usize,
    /// Tables in all.
    pub tables: usize,
}

/// A table that was written.
#[derive(Clone, Copy)]
pub(super) struct Written {
    pub(super) bytes: u64,
    pub(super) digest: Digest,
    pub(super) lines: u64,
}

const FOLDERS: [&str; 3] = ["data", "data/tables", "data/audit"];
/// Where runs put their packages, beside the config.
const PACKAGES: &str = "packages";
const WRITE_BUFFER_BYTES: usize = 1 << 18;

/// Writes the package and puts it at `out`, which must not exist. On any error nothing is left.
pub fn seal(
    plan: PackagePlan<'_>,
    report: ReportFiles,
    out: &Path,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Sealed, Error> {
    let partial = Partial::begin(out)?;
    FOLDERS.iter().try_for_each(|folder| partial.create_folder(folder))?;
    let tables = write_tables(&plan, &partial, progress)?;
    let payload = write_payload(&plan, &report, &tables, &partial)?;
    let manifest_digest = write_tags(&plan, &payload, &partial)?;
    let path = partial.finish(&FOLDERS)?;
    Ok(Sealed {
        path,
        counts: plan.counts,
        payload_files: payload.len(),
        payload_bytes: payload.iter().map(|(_, bytes, _)| bytes).sum(),
        manifest_digest,
    })
}

/// `packages/NNNN` beside the config: the number after the highest that is there.
pub fn default_out(config: &Config) -> PathBuf {
    let next = numbered(config).into_keys().next_back().unwrap_or(0) + 1;
    config.folder.join(PACKAGES).join(format!("{next:04}"))
}

/// What stands under `packages/` beside the config with a number for its name.
pub(super) fn numbered(config: &Config) -> BTreeMap<u32, PathBuf> {
    let packages = config.folder.join(PACKAGES);
    let entries = fs::read_dir(&packages).into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let digits = name.len() >= 4 && name.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Some((name.parse().ok()?, packages.join(name))) } else { None }
    });
    numbers.collect()
}

/// Every table, several at a time, in the order of their names.
fn write_tables<'p>(
    plan: &'p PackagePlan<'_>,
    partial: &Partial,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Vec<(&'p Schema, Written)>, Error> {
    let progress = Mutex::new((progress, 0));
    let written = plan.tables.par_iter().with_max_len(1).map(|table| {
        let written = write_table(plan, table, &partial.at(&format!("data/{}", table.schema.path)))?;
        let name = table.schema.name.as_str();
        if let Some(expected) = plan.counts.get(if name == "rows" { "rows.read" } else { name }) {
            assert_eq!(written.lines, *expected, "the lines of {name} are those that were counted");
        }
        let mut state = progress.lock().expect("telling progress does not fail");
        state.1 += 1;
        let written_so_far = state.1;
        (state.0)(Progress { table: name, written: written_so_far, tables: plan.tables.len() });
        Ok::<_, Error>((table.schema, written))
    });
    let mut written = written.collect::<Result<Vec<_>, Error>>()?;
    written.sort_by_key(|(schema, _)| &schema.name);
    Ok(written)
}

fn write_table(plan: &PackagePlan<'_>, table: &Table, path: &Path) -> Result<Written, Error> {
    let write = || -> io::Result<Written> {
        let mut builder = csv::WriterBuilder::new();
        builder.terminator(csv::Terminator::Any(b'\n')).buffer_capacity(WRITE_BUFFER_BYTES);
        let mut writer = builder.from_writer(HashedFile::create(path)?);
        writer.write_record(table.schema.columns())?;
        let mut sink = |line: &Line| Ok(writer.write_byte_record(line.bytes())?);
        let mut lines = Lines::new(table.schema, &mut sink);
        (table.lines)(&plan.contents, &mut lines)?;
        let lines = lines.written();
        let file = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        let (bytes, digest) = file.close()?;
        Ok(Written { bytes, digest, lines })
    };
    write().during("cannot be written", path)
}

/// The documents below `data/`; gives every file there, tables among them.
fn write_payload(
    plan: &PackagePlan<'_>,
    report: &ReportFiles,
    tables: &[(&Schema, Written)],
    partial: &Partial,
) -> Result<Vec<(String, u64, Digest)>, Error> {
    let documents = [
        ("data/datapackage.json", documents::datapackage(plan.transition(), tables)),
        ("data/audit/ledger.json", documents::ledger(&plan.counts, &counts::identities())),
        ("data/audit/model.json", plan.model_json.clone()),
        ("data/audit/run.json", plan.run_json.clone()),
        ("data/report.html", report.report_html.clone()),
    ];
    let mut payload: Vec<(String, u64, Digest)> = tables
        .iter()
        .map(|(schema, written)| (format!("data/{}", schema.path), written.bytes, written.digest))
        .collect();
    for (path, text) in documents {
        let (bytes, digest) = partial.write(path, text.as_bytes())?;
        payload.push((path.to_owned(), bytes, digest));
    }
    Ok(payload)
}

/// The tag files; gives the digest of the payload's manifest.
fn write_tags(plan: &PackagePlan<'_>, payload: &[(String, u64, Digest)], partial: &Partial) -> Result<Digest, Error> {
    let bytes = payload.iter().map(|(_, bytes, _)| bytes).sum();
    let files: Vec<(String, Digest)> = payload.iter().map(|(path, _, digest)| (path.clone(), *digest)).collect();
    let manifest = documents::manifest(&files);
    let commitment = plan.key.commit_manifest(manifest.as_bytes());
    let tags = [
        ("bagit.txt", documents::BAGIT.to_owned()),
        ("bag-info.txt", documents::bag_info(plan.transition(), plan.is_final, bytes, payload.len())),
        ("head.json", documents::head(&plan.counts, plan.contents.config.digest, commitment)),
        ("manifest-sha256.txt", manifest),
    ];
    let mut digests = Vec::new();
    for (path, text) in &tags {
        digests.push(((*path).to_owned(), partial.write(path, text.as_bytes())?.1));
    }
    partial.write("tagmanifest-sha256.txt", documents::manifest(&digests).as_bytes())?;
    Ok(digests.pop().expect("the manifest is the last tag file").1)
}

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::*;

    fn report() -> ReportFiles {
        ReportFiles { report_html: "<!doctype html><title>x</title>".into() }
    }

    fn sealed(out: &Path) -> Result<Sealed, Error> {
        examples::with_owned_plan(|plan| seal(plan, report(), out, &mut |_| {}))
    }

    /// Every file with its bytes, by path.
    fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(&next).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(folder).expect("below").to_owned();
                    found.insert(name, fs::read(&path).expect("read"));
                }
            }
        }
        found
    }

    #[test]
    fn the_same_plan_twice_gives_the_same_bytes_on_any_number_of_threads() {
        let parent = tempfile::tempdir().expect("a folder");
        let on = |threads: usize, name: &str| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let out = parent.path().join(name);
            pool.install(|| sealed(&out)).expect("sealed");
            files(&out)
        };
        let one = on(1, "0001");
        assert!(one == on(4, "0002"), "packages differ");
        assert_eq!(one.len(), 27 + 5 + 5);
    }

    #[test]
    fn the_header_of_every_table_is_its_schema_and_the_datapackage_lists_it() {
        let parent = tempfile::tempdir().expect("a folder");
        let out = sealed(&parent.path().join("0001")).expect("sealed").path;
        let package: serde_json::Value =
            serde_json::from_slice(&fs::read(out.join("data/datapackage.json")).expect("read")).expect("JSON");
        let resources = package["resources"].as_array().expect("a list");
        assert_eq!(resources.len(), super::super::schema::all().len());
        for (resource, schema) in resources.iter().zip(super::super::schema::all()) {
            assert_eq!(resource["name"], schema.name.as_str());
            let bytes = fs::read(out.join("data").join(resource["path"].as_str().expect("a path"))).expect("read");
            assert_eq!(resource["bytes"], bytes.len());
            assert_eq!(resource["hash"], format!("sha256:{}", Digest::of(&bytes)));
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
            assert_eq!(header, schema.columns());
            assert_eq!(resource["rows"], reader.records().count());
        }
    }

    #[test]
    fn a_package_is_never_overwritten() {
        let parent = tempfile::tempdir().expect("a folder");
        let out = parent.path().join("0001");
        fs::create_dir(&out).expect("created");
        let error = sealed(&out).expect_err("something is there");
        assert!(matches!(error, Error::Exists { .. }) && error.hint().contains("--out"));
        assert_eq!(files(parent.path()).len(), 0);
    }

    #[test]
    fn a_run_that_dies_midway_leaves_nothing() {
        let parent = tempfile::tempdir().expect("a folder");
        let out = parent.path().join("0001");
        let died = std::panic::catch_unwind(|| {
            examples::with_owned_plan(|plan| {
                seal(plan, report(), &out, &mut |progress| assert!(progress.written < 3, "killed here"))
            })
        });
        assert!(died.is_err());
        assert_eq!(fs::read_dir(parent.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn every_manifest_line_is_right_and_every_file_is_listed() {
        let parent = tempfile::tempdir().expect("a folder");
        let files = files(&sealed(&parent.path().join("0001")).expect("sealed").path);
        let mut listed = vec![PathBuf::from("tagmanifest-sha256.txt")];
        for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
            for line in std::str::from_utf8(&files[Path::new(manifest)]).expect("text").lines() {
                let (digest, path) = line.split_once("  ").expect("two spaces");
                assert_eq!(Digest::of(&files[Path::new(path)]).to_string(), digest, "{path}");
                listed.push(path.into());
            }
        }
        listed.sort();
        assert!(listed.iter().eq(files.keys()));
    }

    #[test]
    fn the_next_package_follows_the_highest() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = examples::config();
        config.folder = folder.path().to_owned();
        assert_eq!(default_out(&config), folder.path().join("packages/0001"));
        for name in ["0002", "0009", "notes", "12"] {
            fs::create_dir_all(folder.path().join("packages").join(name)).expect("created");
        }
        assert_eq!(default_out(&config), folder.path().join("packages/0010"));
    }
}
