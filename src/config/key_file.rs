//! The commitment key's file.

use super::{Config, Error, Mistake, NoFile, open_file};
use crate::values::{CommitmentKey, Shown as _};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use zeroize::Zeroizing;

/// No key file is longer: comment lines and 64 digits.
const BYTES_MAX: u64 = 4096;

/// Reads the commitment key; writes 32 random bytes, owner-only, when there is none.
///
/// No error holds a byte of the key.
pub fn load_key(config: &Config) -> Result<CommitmentKey, Error> {
    let path = config.folder.join(&config.transition.key);
    if path.metadata().is_ok_and(|about| NoFile::of(&about).is_some()) {
        return Err(mistake(&path, "a commitment key is a file, and this is none", "name its file as transition.key"));
    }
    match open_file(&path) {
        Ok(file) => read(&path, file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(&path),
        Err(source) => Err(Error::Unreadable { path, source }),
    }
}

/// Reads the commitment key that packages, decisions or questions were made with. A new one is never made in the place of one
/// that is lost: every id would change, and no decision would hold.
pub fn load_key_in_use(config: &Config) -> Result<CommitmentKey, Error> {
    let path = config.folder.join(&config.transition.key);
    if path.symlink_metadata().is_err() {
        let what = "the commitment key is not there, and packages, decisions or questions were made with it";
        let hint = "restore it from its backup; to begin anew, with other ids and no decisions, move packages/ and the \
                    journal away first";
        return Err(mistake(&path, what, hint));
    }
    load_key(config)
}

fn read(path: &Path, file: File) -> Result<CommitmentKey, Error> {
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    let open_to_others = open_to_others(&file).map_err(unreadable)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(BYTES_MAX as usize));
    file.take(BYTES_MAX).read_to_end(&mut bytes).map_err(unreadable)?;
    let Ok(key) = CommitmentKey::parse(&bytes) else {
        let hint = "a key is 32 bytes, or 64 hexadecimal digits below any lines that start with #; restore it from its \
                    backup, or remove the file to have a new one made (ids change with the key)";
        return Err(mistake(path, "this is not a commitment key", hint));
    };
    if open_to_others && !key.is_example() {
        let hint = format!("run: chmod 600 {}", path.shown());
        return Err(mistake(path, "others than its owner may read this commitment key", &hint));
    }
    Ok(key)
}

fn create(path: &Path) -> Result<CommitmentKey, Error> {
    let unwritable = |source| Error::Unwritable { path: path.to_owned(), source };
    let mut bytes = Zeroizing::new([0u8; 32]);
    getrandom::fill(bytes.as_mut()).map_err(|error| unwritable(io::Error::other(error.to_string())))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(unwritable)?;
    if let Err(source) = file.write_all(bytes.as_ref()).and_then(|()| file.sync_all()) {
        // Half a key would be refused by the next run as somebody's mistake. The first error is the one to tell.
        let _ = std::fs::remove_file(path);
        return Err(unwritable(source));
    }
    Ok(CommitmentKey::parse(bytes.as_ref()).expect("32 bytes are a key"))
}

#[cfg(unix)]
fn open_to_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn open_to_others(_file: &File) -> io::Result<bool> {
    Ok(false)
}

fn mistake(path: &Path, what: &str, hint: &str) -> Error {
    Error::Mistakes(vec![Mistake {
        file: path.to_owned(),
        line: None,
        column: None,
        what: what.to_owned(),
        hint: hint.to_owned(),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load;

    const HANDOVER: &str = r#"
    [transition]
    name = "t"
    from = ["RNU"]
    to = "NXX"
    transfer_date = 2017-10-01
    as_at = 2017-09-30
    [[source]]
    id = "a"
    path = "a.csv"
    mapping = "m.toml"
    provider = "RNU"
    system = "S"
    "#;

    fn config() -> (tempfile::TempDir, Config) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("handover.toml"), HANDOVER).expect("a file");
        std::fs::write(folder.path().join("m.toml"), "[person]\nlocal_id = \"Id\"\n").expect("a file");
        let config = load(folder.path()).expect("a good configuration");
        (folder, config)
    }

    fn ids(key: &CommitmentKey) -> String {
        key.id_key().id("P", &["a"])
    }

    #[test]
    fn a_missing_key_is_made_once() {
        let (folder, config) = config();
        let made = load_key(&config).expect("a new key");
        let read = load_key(&config).expect("the same key");
        assert_eq!(ids(&made), ids(&read));
        assert!(!made.is_example());
        let file = File::open(folder.path().join("commitment.key")).expect("the key file");
        assert_eq!(file.metadata().expect("its metadata").len(), 32);
        assert!(!open_to_others(&file).expect("its permissions"));
        let (_other_folder, other) = super::tests::config();
        assert_ne!(ids(&made), ids(&load_key(&other).expect("another key")));
    }

    #[test]
    fn a_key_that_is_lost_is_not_made_anew() {
        let (folder, config) = config();
        let message = load_key_in_use(&config).map(|key| ids(&key)).expect_err("lost").to_string();
        assert!(message.contains("restore it from its backup"), "{message}");
        assert!(!folder.path().join("commitment.key").exists());
        let made = load_key(&config).expect("a new key");
        assert_eq!(ids(&load_key_in_use(&config).expect("it is there")), ids(&made));
    }

    #[test]
    fn what_is_no_file_is_refused_and_not_waited_for() {
        let (folder, config) = config();
        let path = folder.path().join("commitment.key");
        let refused = || load_key(&config).map(|key| ids(&key)).expect_err("no file").to_string();
        std::fs::create_dir(&path).expect("made");
        assert!(refused().contains("a commitment key is a file"), "{}", refused());
        #[cfg(unix)]
        {
            std::fs::remove_dir(&path).expect("removed");
            assert!(std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
            assert!(refused().contains("a commitment key is a file"), "{}", refused());
        }
    }

    #[track_caller]
    fn refused(content: &[u8], mode: u32) -> Option<String> {
        let (folder, config) = config();
        let path = folder.path().join("commitment.key");
        std::fs::write(&path, content).expect("a key file");
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("permissions");
        match load_key(&config) {
            Ok(_) => None,
            Err(error @ Error::Mistakes(_)) => Some(error.to_string()),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_has_not_the_shape_of_a_key_is_refused_without_quoting_it() {
        for content in [&b""[..], b"hunter2", &[7; 31], &[7; 5000]] {
            let message = refused(content, 0o600).expect("refused");
            assert!(message.contains("64 hexadecimal digits") && !message.contains("hunter2"), "{message}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_read_is_refused_unless_everybody_may() {
        for mode in [0o640, 0o604, 0o660] {
            assert!(refused(&[7; 32], mode).is_some_and(|message| message.contains("chmod 600")), "{mode:o}");
        }
        assert_eq!(refused(&[7; 32], 0o600), None);
        assert_eq!(refused(&[7; 32], 0o400), None);
        let example = format!("# EXAMPLE KEY, for practice only\n{}\n", "07".repeat(32));
        assert_eq!(refused(example.as_bytes(), 0o644), None);
    }

    #[test]
    fn a_key_that_cannot_be_written_is_the_machines_fault() {
        let (_folder, mut config) = config();
        config.transition.key = "no/such/folder/commitment.key".to_owned();
        assert!(matches!(load_key(&config), Err(Error::Unwritable { .. })));
    }
}
