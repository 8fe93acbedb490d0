//! RFC 8493: the declaration, the payload against its manifests, the tag files against theirs; and for our own packages
//! that nothing is there but what a package holds.

use super::folder::{Digests, Folder};
use super::manifest::{Algorithm, Entry, algorithm};
use super::problems::{Place, ProblemKind as Kind};
use super::schema::Schemas;
use super::verdict::{Check, Findings, Judged, not_asked};
use std::collections::{BTreeMap, BTreeSet};

const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// The tag files of a package, all but the tag manifest in the tag manifest.
const TAG_FILES: [&str; 5] =
    ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "head.json", "tagmanifest-sha256.txt"];
/// The payload of a package beside its tables.
const DOCUMENTS: [&str; 5] = [
    "data/datapackage.json",
    "data/audit/ledger.json",
    "data/audit/model.json",
    "data/audit/run.json",
    "data/report.html",
];
/// What a package may hold beyond that.
const FURTHER: [&str; 3] = ["data/report.xlsx", "data/parquet/", "data/fhir/"];

struct Bag<'a> {
    folder: &'a Folder,
    judged: Judged,
    version_1: bool,
    encoding: &'static encoding_rs::Encoding,
}

/// One manifest that could be read: its path, its algorithm and its entries by the path they mean.
struct Manifest {
    file: String,
    algorithm: Algorithm,
    entries: BTreeMap<String, Entry>,
}

/// The checks that any bag can be put to, and the digests of every file.
pub(super) fn judge(folder: &Folder, judged: Judged) -> (Vec<Check>, Digests) {
    let mut declaration = Findings::new("declaration");
    let mut payload = Findings::new("payload");
    let mut tags = Findings::new("tag-files");
    let bag = Bag::open(folder, judged, &mut declaration);
    bag.judge_info(&mut declaration);
    for (path, what) in &folder.oddities {
        payload.add(Kind::NotAFile, &Place::file(path), || format!("{what}; a bag holds files only"));
    }
    let payload_manifests = bag.manifests("manifest-", &mut payload);
    let tag_manifests = bag.manifests("tagmanifest-", &mut tags);
    bag.judge_fetch(&payload_manifests, &mut declaration);
    let with_sha512 = payload_manifests.iter().chain(&tag_manifests).any(|it| it.algorithm == Algorithm::Sha512);
    let digests = folder.digest(with_sha512);
    for path in folder.files.keys().filter(|path| !digests.contains_key(*path)) {
        payload.add(Kind::FileUnreadable, &Place::file(path), || "the file could not be read".into());
    }
    bag.judge_payload(&payload_manifests, &digests, &mut payload);
    bag.judge_tags(&payload_manifests, &tag_manifests, &digests, &mut tags);
    let (computed, others): (Vec<&Manifest>, Vec<&Manifest>) =
        payload_manifests.iter().partition(|it| !matches!(it.algorithm, Algorithm::Other(_)));
    let why = || {
        let names: Vec<&str> = others.iter().map(|it| it.file.as_str()).collect();
        format!("digests of {} are not computed here", names.join(" and "))
    };
    let payload = match computed.is_empty() && !others.is_empty() {
        true => payload.close_unable(&why()),
        false => payload.close(),
    };
    let mut checks = vec![declaration.close(), payload, tags.close()];
    if !computed.is_empty() && !others.is_empty() {
        checks.push(not_asked("payload-by-other-digests", &why()));
    }
    (checks, digests)
}

impl<'a> Bag<'a> {
    fn open(folder: &'a Folder, judged: Judged, findings: &mut Findings) -> Self {
        let mut bag = Bag { folder, judged, version_1: true, encoding: encoding_rs::UTF_8 };
        findings.count(1);
        let place = Place::file("bagit.txt");
        let Ok(bytes) = folder.document("bagit.txt") else {
            findings.add(Kind::BagDeclaration, &place, || "there is no bagit.txt, so this is not a bag".into());
            return bag;
        };
        if judged == Judged::Package {
            if bytes != DECLARATION.as_bytes() {
                let detail = || "not the two lines, with LF, that a package begins with".into();
                findings.add(Kind::BagDeclaration, &place, detail);
            }
            return bag;
        }
        match declared(&bytes) {
            Ok((version_1, encoding)) => (bag.version_1, bag.encoding) = (version_1, encoding),
            Err(what) => findings.add(Kind::BagDeclaration, &place, || what.into()),
        }
        bag
    }

    fn is_package(&self) -> bool {
        self.judged == Judged::Package
    }

    /// A tag file's lines, without their ends.
    fn lines(&self, path: &str) -> Option<Result<Vec<String>, &'static str>> {
        let bytes = match self.folder.document(path) {
            Ok(bytes) => bytes,
            Err(_) if !self.folder.holds(path) => return None,
            Err(_) => return Some(Err("the file could not be read")),
        };
        if self.is_package() && (bytes.contains(&b'\r') || !(bytes.is_empty() || bytes.ends_with(b"\n"))) {
            return Some(Err("not lines that end with LF"));
        }
        let (text, _, broken) = self.encoding.decode(&bytes);
        if broken {
            return Some(Err("not text in the encoding that bagit.txt states"));
        }
        let lines = text.replace("\r\n", "\n").replace('\r', "\n");
        Some(Ok(lines.strip_suffix('\n').unwrap_or(&lines).split('\n').map(str::to_owned).collect()))
    }

    fn judge_info(&self, findings: &mut Findings) {
        let place = Place::file("bag-info.txt");
        let lines = match self.lines("bag-info.txt") {
            None if !self.is_package() => return,
            None => return findings.add(Kind::BagInfo, &place, || "every package has a bag-info.txt".into()),
            Some(Err(what)) => return findings.add(Kind::BagInfo, &place, || what.into()),
            Some(Ok(lines)) => lines,
        };
        findings.count(1);
        let mut sizes = Vec::new();
        for (number, line) in (1..).zip(&lines) {
            if line.trim().is_empty() || line.starts_with([' ', '\t']) && number > 1 {
                continue;
            }
            match line.split_once(':') {
                Some((label, value)) if label.trim().eq_ignore_ascii_case("payload-oxum") => sizes.push(value.trim()),
                Some((label, _)) if !label.trim().is_empty() => {}
                _ => findings.add(Kind::BagInfo, &place.clone().line(number), || "not a label and a value".into()),
            }
        }
        match sizes[..] {
            [] if !self.is_package() => {}
            [size] => self.judge_size(size, findings),
            _ => findings.add(Kind::BagInfo, &place, || "Payload-Oxum must be stated once".into()),
        }
    }

    fn judge_size(&self, stated: &str, findings: &mut Findings) {
        let payload = || self.folder.files.iter().filter(|(path, _)| path.starts_with("data/"));
        let (bytes, files) = (payload().map(|(_, bytes)| bytes).sum::<u64>(), payload().count());
        if stated != format!("{bytes}.{files}") {
            let detail = || format!("Payload-Oxum does not state the {bytes} bytes in {files} files that are here");
            findings.add(Kind::PayloadSize, &Place::file("bag-info.txt"), detail);
        }
    }

    fn manifests(&self, prefix: &str, findings: &mut Findings) -> Vec<Manifest> {
        let mut manifests = Vec::new();
        for file in self.folder.files.keys() {
            let Some(algorithm) = algorithm(file, prefix) else { continue };
            if self.is_package() && *file != format!("{prefix}sha256.txt") {
                continue;
            }
            match self.lines(file) {
                Some(Ok(lines)) => {
                    let entries = self.entries(file, &algorithm, &lines, findings);
                    manifests.push(Manifest { file: file.clone(), algorithm, entries });
                }
                other => {
                    let what = other.and_then(Result::err).unwrap_or("the file could not be read");
                    findings.add(Kind::ManifestLine, &Place::file(file), || what.into());
                }
            }
        }
        manifests
    }

    fn entries(&self, file: &str, with: &Algorithm, lines: &[String], found: &mut Findings) -> BTreeMap<String, Entry> {
        let mut entries = BTreeMap::new();
        for (number, line) in (1..).zip(lines) {
            let place = Place::file(file).line(number);
            if line.trim().is_empty() && !self.is_package() {
                continue;
            }
            let entry = if self.is_package() { Algorithm::exact_entry(line) } else { with.entry(line, self.version_1) };
            let Some(entry) = entry else {
                found.add(Kind::ManifestLine, &place, || "not a digest and a path in their form".into());
                continue;
            };
            let of_payload = |path: &String| path.starts_with("data/") == file.starts_with("manifest-");
            let Some(path) = entry.path.clone().filter(of_payload) else {
                found.add(Kind::PathEscape, &place, || "the path does not lie where this manifest's files lie".into());
                continue;
            };
            if entries.insert(path, entry).is_some() {
                found.add(Kind::ManifestDuplicate, &place, || "the file is named more than once".into());
            }
        }
        entries
    }

    fn judge_fetch(&self, manifests: &[Manifest], findings: &mut Findings) {
        let lines = match self.lines("fetch.txt") {
            None => return,
            Some(Ok(lines)) => lines,
            Some(Err(what)) => return findings.add(Kind::NotFetched, &Place::file("fetch.txt"), || what.into()),
        };
        for (number, line) in (1..).zip(&lines).filter(|(_, line)| !line.trim().is_empty()) {
            let place = Place::file("fetch.txt").line(number);
            // RFC 8493 (2.2.3): "URL LENGTH FILEPATH", parted by white space; the path may hold spaces.
            let path = line.trim_start().split_once([' ', '\t']).and_then(|(_, rest)| {
                let (length, path) = rest.trim_start().split_once([' ', '\t'])?;
                (length == "-" || length.bytes().all(|byte| byte.is_ascii_digit())).then_some(path.trim_start())
            });
            let entry =
                path.and_then(|path| Algorithm::Other(String::new()).entry(&format!("0 {path}"), self.version_1));
            match entry.and_then(|entry| entry.path).filter(|path| path.starts_with("data/")) {
                None => findings.add(Kind::PathEscape, &place, || "not an address, a length and a payload path".into()),
                Some(path) if !manifests.iter().any(|it| it.entries.contains_key(&path)) => {
                    findings.add(Kind::FileUnlisted, &place, || "no manifest names the file to fetch".into());
                }
                Some(path) if !self.folder.holds(&path) => {
                    findings.add(Kind::NotFetched, &place, || {
                        "the file has not been fetched; fetch it, then verify again".into()
                    });
                }
                Some(_) => {}
            }
        }
    }

    fn judge_payload(&self, manifests: &[Manifest], digests: &Digests, findings: &mut Findings) {
        if manifests.is_empty() {
            let detail = || "without a manifest nothing proves that the payload is whole".into();
            return findings.add(Kind::ManifestMissing, &Place::default(), detail);
        }
        for manifest in manifests {
            self.compare(manifest, digests, findings);
        }
        for path in self.folder.files.keys().filter(|path| path.starts_with("data/")) {
            let names = |manifest: &Manifest| manifest.entries.contains_key(path);
            // RFC 8493 (2.1.3): every payload manifest "MUST list every payload file name exactly once"; before 1.0 one sufficed.
            let listed = if self.version_1 { manifests.iter().all(names) } else { manifests.iter().any(names) };
            if !listed {
                findings.add(Kind::FileUnlisted, &Place::file(path), || "no manifest names this payload file".into());
            }
        }
    }

    fn judge_tags(&self, payload: &[Manifest], manifests: &[Manifest], digests: &Digests, findings: &mut Findings) {
        for manifest in manifests {
            self.compare(manifest, digests, findings);
            for path in manifest.entries.keys().filter(|path| algorithm(path, "tagmanifest-").is_some()) {
                let detail = || "a tag manifest must not name a tag manifest".to_owned();
                findings.add(Kind::ManifestLine, &Place::file(&manifest.file).column(path), detail);
            }
            let ours = || TAG_FILES[..4].iter().map(|file| (*file).to_owned()).collect();
            let theirs = || payload.iter().map(|it| it.file.clone()).collect();
            let must: Vec<String> = if self.is_package() { ours() } else { theirs() };
            for file in must.iter().filter(|file| !manifest.entries.contains_key(*file)) {
                let detail = || format!("{} must name this file", manifest.file);
                findings.add(Kind::FileUnlisted, &Place::file(file), detail);
            }
        }
    }

    /// The files that a manifest names against those that are there.
    fn compare(&self, manifest: &Manifest, digests: &Digests, findings: &mut Findings) {
        for (path, entry) in &manifest.entries {
            // Bags of before 1.0, and some since, leave a percent sign as it is.
            let path = if self.folder.holds(path) { path } else { &entry.raw };
            let place = Place::file(path);
            if !self.folder.holds(path) {
                findings.add(Kind::FileMissing, &place, || format!("named in {}, and not here", manifest.file));
                continue;
            }
            let digest = digests.get(path).and_then(|digested| match manifest.algorithm {
                Algorithm::Sha256 => Some(&digested.sha256),
                Algorithm::Sha512 => digested.sha512.as_ref(),
                Algorithm::Other(_) => None,
            });
            let Some(digest) = digest else { continue };
            findings.count(1);
            if *digest != entry.digest {
                let detail = || format!("the bytes are not those that {} was written for", manifest.file);
                findings.add(Kind::FileChanged, &place, detail);
            }
        }
    }
}

/// The version and the encoding of tag files. White space around the colon was allowed before 1.0.
fn declared(bytes: &[u8]) -> Result<(bool, &'static encoding_rs::Encoding), &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    let lines: Vec<&str> = text.lines().collect();
    let [version, encoding] = lines[..] else { return Err("not exactly two lines") };
    let value = |line: &str, label: &str| -> Option<String> {
        let (found, value) = line.split_once(':')?;
        (found.trim_end() == label).then(|| value.to_owned())
    };
    let version_value = value(version, "BagIt-Version").ok_or("the first line is not BagIt-Version")?;
    let encoding_value = value(encoding, "Tag-File-Character-Encoding");
    let encoding_value = encoding_value.ok_or("the second line is not Tag-File-Character-Encoding")?;
    let number = version_value.trim();
    let of_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (major, minor) = number.split_once('.').ok_or("the version is not two numbers and a point")?;
    if !of_digits(major) || !of_digits(minor) {
        return Err("the version is not two numbers and a point");
    }
    let version_1 = major != "0";
    let exact = version == format!("BagIt-Version: {number}")
        && encoding == format!("Tag-File-Character-Encoding: {}", encoding_value.trim());
    if version_1 && !exact {
        return Err("from version 1.0 on there is one space after each colon, and no other white space");
    }
    let label = encoding_value.trim();
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).ok_or("the encoding is not known")?;
    Ok((version_1, encoding))
}

/// That a package holds everything it must, and nothing it does not have.
pub(super) fn judge_layout(folder: &Folder, schemas: &Schemas) -> Check {
    let mut findings = Findings::new("layout");
    let tables: BTreeSet<String> = schemas.tables.iter().map(|table| table.file()).collect();
    let must = TAG_FILES.into_iter().chain(DOCUMENTS).map(str::to_owned).chain(tables);
    let must: BTreeSet<String> = must.collect();
    for path in &must {
        findings.count(1);
        if !folder.holds(path) {
            findings
                .add(Kind::FileAbsent, &Place::file(path), || "every package has this file, and it is not here".into());
        }
    }
    let may = |path: &str| {
        let further = |name: &&str| if name.ends_with('/') { path.starts_with(*name) } else { path == *name };
        is_signature(path) || must.contains(path) || FURTHER.iter().any(further)
    };
    for path in folder.files.keys().filter(|path| !may(path)) {
        findings.add(Kind::FileAdded, &Place::file(path), || "a package does not hold a file of this name".into());
    }
    for path in &folder.empty {
        findings.add(Kind::FileAdded, &Place::file(path), || "a package does not hold an empty folder".into());
    }
    findings.close()
}

/// "signatures/*.sig": more can be added, and nothing else with them.
fn is_signature(path: &str) -> bool {
    let name = path.strip_prefix("signatures/").and_then(|name| name.strip_suffix(".sig"));
    name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
}
