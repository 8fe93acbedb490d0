//! The folder in which a package grows: hidden, owner-only, locked while its run lives, gone when it fails.

use super::error::{During as _, Error};
use crate::values::Digest;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;

const LOCK: &str = "lock";
const PACKAGE: &str = "package";
const MARK: &str = ".partial-";

/// A package that is not yet in its place. Dropping it removes it.
pub(super) struct Partial {
    folder: TempDir,
    out: PathBuf,
    parent: PathBuf,
    _lock: File,
}

/// A file that is hashed while it is written.
pub(super) struct HashedFile {
    file: File,
    hasher: Sha256,
    bytes: u64,
}

/// A package is never written over anything; asked before the work begins, and again when it is done.
pub fn refuse_existing(out: &Path) -> Result<(), Error> {
    if fs::symlink_metadata(out).is_ok() { Err(Error::Exists { path: out.to_owned() }) } else { Ok(()) }
}

/// What became of packages when the program was told to end.
#[derive(Debug, Default)]
pub struct Abandoned {
    /// A package that was in its place already.
    pub placed: Option<PathBuf>,
    /// Folders that could not be removed; the next run tries again.
    pub left: Vec<PathBuf>,
}

/// Removes every package that this process is writing. From then on none is begun or put in its place: whoever tries
/// waits for the end of the program, which must come next.
pub fn abandon() -> Abandoned {
    let mut underway = underway();
    let abandoned = underway.abandon();
    std::mem::forget(underway);
    abandoned
}

/// The folders in which packages grow, and the package that was finished last.
#[derive(Default)]
struct Underway {
    folders: Vec<PathBuf>,
    placed: Option<PathBuf>,
}

static UNDERWAY: Mutex<Underway> = Mutex::new(Underway { folders: Vec::new(), placed: None });

fn underway() -> MutexGuard<'static, Underway> {
    UNDERWAY.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Underway {
    fn abandon(&mut self) -> Abandoned {
        let left = std::mem::take(&mut self.folders).into_iter().filter_map(|folder| remove(&folder));
        Abandoned { left: left.collect(), placed: self.placed.take() }
    }
}

/// Removes a folder into which other threads still write; gives the folder that is left, if one is.
fn remove(folder: &Path) -> Option<PathBuf> {
    // Under another name, still marked as partial, it is out of their way: no file is added while it is removed.
    let mut aside = folder.as_os_str().to_owned();
    aside.push("-abandoned");
    let aside = PathBuf::from(aside);
    let folder = if fs::rename(folder, &aside).is_ok() { aside } else { folder.to_owned() };
    let removed = fs::remove_dir_all(&folder);
    removed.is_err_and(|error| error.kind() != io::ErrorKind::NotFound).then_some(folder)
}

impl Partial {
    /// Clears away what killed runs left beside `out`, and begins. A live run's folder is locked and is left alone.
    pub(super) fn begin(out: &Path) -> Result<Self, Error> {
        let name = out.file_name().ok_or_else(|| Error::NoName { path: out.to_owned() })?;
        let name = name.to_str().ok_or_else(|| Error::NoName { path: out.to_owned() })?;
        refuse_existing(out)?;
        let parent = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        create_folder(&parent)?;
        let prefix = format!(".{name}{MARK}");
        clear_away(&parent)?;
        loop {
            let folder = {
                let mut underway = underway();
                let folder = new_folder(&parent, &prefix)?;
                underway.folders.push(folder.path().to_owned());
                folder
            };
            let Some(lock) = lock(folder.path())? else { continue };
            create_folder(&folder.path().join(PACKAGE))?;
            return Ok(Partial { folder, out: out.to_owned(), parent, _lock: lock });
        }
    }

    /// A folder of the package.
    pub(super) fn create_folder(&self, path: &str) -> Result<(), Error> {
        create_folder(&self.at(path))
    }

    /// Where a file of the package grows.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(PACKAGE).join(path)
    }

    /// Writes a small file whole; gives its size and digest.
    pub(super) fn write(&self, path: &str, bytes: &[u8]) -> Result<(u64, Digest), Error> {
        let at = self.at(path);
        let write = || {
            let mut file = HashedFile::create(&at)?;
            file.write_all(bytes)?;
            file.close()
        };
        write().during("cannot be written", &at)
    }

    /// Puts the package in its place by one rename, once everything has reached the disk.
    pub(super) fn finish(self, folders: &[&str]) -> Result<PathBuf, Error> {
        for folder in folders {
            sync_folder(&self.at(folder))?;
        }
        let package = self.folder.path().join(PACKAGE);
        sync_folder(&package)?;
        let mut underway = underway();
        // A rename would replace an empty folder without a word.
        if fs::symlink_metadata(&self.out).is_ok() {
            return Err(Error::Exists { path: self.out.clone() });
        }
        match fs::rename(&package, &self.out) {
            Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty) => {
                return Err(Error::Exists { path: self.out.clone() });
            }
            renamed => renamed.during("the finished package cannot be moved here", &self.out)?,
        }
        underway.folders.retain(|folder| folder != self.folder.path());
        underway.placed = Some(self.out.clone());
        drop(underway);
        sync_folder(&self.parent)?;
        Ok(self.out)
    }
}

/// Locks a new folder. `None` when another run, clearing away, took it for one that was left behind.
fn lock(folder: &Path) -> Result<Option<File>, Error> {
    let path = folder.join(LOCK);
    let file = match new_file(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).during("cannot be created", &path),
    };
    match file.try_lock() {
        // Locked, and still there: nobody was clearing away in between.
        Ok(()) if path.exists() => Ok(Some(file)),
        Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error).during("cannot be locked", &path),
    }
}

/// Removes folders of runs that were killed. What cannot be removed is left: it is in nobody's way.
fn clear_away(parent: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(parent).during("cannot be listed", parent)? {
        let entry = entry.during("cannot be listed", parent)?;
        if !entry.file_name().to_str().is_some_and(|name| name.starts_with('.') && name.contains(MARK)) {
            continue;
        }
        match File::open(entry.path().join(LOCK)) {
            Ok(lock) if lock.try_lock().is_ok() => drop(fs::remove_dir_all(entry.path())),
            Ok(_) => {}
            // Made a moment ago, or killed a moment after it was made: it is empty, or it is not ours.
            Err(_) => drop(fs::remove_dir(entry.path())),
        }
    }
    Ok(())
}

fn new_folder(parent: &Path, prefix: &str) -> Result<TempDir, Error> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o700));
    }
    builder.tempdir_in(parent).during("a folder cannot be created here", parent)
}

fn create_folder(path: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path).during("cannot be created", path)
}

fn new_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// What a folder lists reaches the disk. Only Unix opens folders.
fn sync_folder(path: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        File::open(path).and_then(|folder| folder.sync_all()).during("cannot be written to the disk", path)?;
    }
    Ok(())
}

impl HashedFile {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(HashedFile { file: new_file(path)?, hasher: Sha256::new(), bytes: 0 })
    }

    /// Everything reaches the disk; gives size and digest.
    pub(super) fn close(self) -> io::Result<(u64, Digest)> {
        self.file.sync_all()?;
        Ok((self.bytes, Digest::from_bytes(self.hasher.finalize().into())))
    }
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = entries.map(|name| name.into_string().expect("a plain name")).collect();
        names.sort();
        names
    }

    #[test]
    fn a_partial_that_is_dropped_leaves_nothing() {
        let parent = tempfile::tempdir().expect("a folder");
        let partial = Partial::begin(&parent.path().join("0001")).expect("begun");
        partial.write("bagit.txt", b"x").expect("written");
        assert!(!parent.path().join("0001").exists());
        drop(partial);
        assert_eq!(names(parent.path()), Vec::<String>::new());
    }

    #[test]
    fn a_package_that_is_abandoned_leaves_nothing_and_can_no_longer_be_written() {
        let parent = tempfile::tempdir().expect("a folder");
        let partial = Partial::begin(&parent.path().join("0001")).expect("begun");
        partial.write("bagit.txt", b"x").expect("written");
        let folders = vec![partial.folder.path().to_owned(), parent.path().join(".gone.partial-x")];
        let abandoned = Underway { folders, placed: None }.abandon();
        assert!(abandoned.left.is_empty() && abandoned.placed.is_none(), "{abandoned:?}");
        assert_eq!(names(parent.path()), Vec::<String>::new());
        assert!(partial.write("a", b"x").is_err() && partial.finish(&[]).is_err());
        assert_eq!(names(parent.path()), Vec::<String>::new());
    }

    #[test]
    fn what_a_killed_run_left_is_cleared_and_a_live_run_is_not() {
        let parent = tempfile::tempdir().expect("a folder");
        let live = Partial::begin(&parent.path().join("0001")).expect("begun");
        let killed = parent.path().join(".0007.partial-killed");
        fs::create_dir_all(killed.join(PACKAGE)).expect("created");
        fs::write(killed.join(LOCK), b"").expect("written");
        let not_ours = parent.path().join(".notes.partial-draft");
        fs::create_dir(&not_ours).expect("created");
        fs::write(not_ours.join("notes"), b"x").expect("written");

        let second = Partial::begin(&parent.path().join("0001")).expect("begun");
        assert!(!killed.exists() && not_ours.exists() && live.at("").exists() && second.at("").exists());
    }

    #[test]
    fn the_second_of_two_runs_does_not_replace_the_first() {
        let parent = tempfile::tempdir().expect("a folder");
        let out = parent.path().join("0001");
        let first = Partial::begin(&out).expect("begun");
        let second = Partial::begin(&out).expect("begun");
        first.write("a", b"first").expect("written");
        second.write("a", b"second").expect("written");
        first.finish(&[]).expect("nothing was there");
        assert!(matches!(second.finish(&[]), Err(Error::Exists { .. })));
        assert_eq!(fs::read(out.join("a")).expect("read"), b"first");
        assert_eq!(names(parent.path()), ["0001"]);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_look() {
        use std::os::unix::fs::PermissionsExt as _;
        let parent = tempfile::tempdir().expect("a folder");
        let out = parent.path().join("packages/0001");
        let partial = Partial::begin(&out).expect("begun");
        partial.create_folder("data").expect("created");
        partial.write("data/a", b"x").expect("written");
        let out = partial.finish(&["data"]).expect("finished");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&out), mode(&out.join("data")), mode(&out.join("data/a"))), (0o700, 0o700, 0o600));
    }

    #[test]
    fn a_place_without_a_name_is_refused() {
        assert!(matches!(Partial::begin(Path::new("/")), Err(Error::NoName { .. })));
    }
}
