//! A secret that is made once and kept in a file of its own.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use crate::platform::{Code, Fault, Ids, Result, Secret};

/// Shorter content is not what we wrote.
const SHORTEST: usize = 32;

/// The secret in `directory/name`, made from 48 random bytes when the file is absent. Of several processes that
/// make it at once, all get the one that was there first; a file is never there half written.
pub fn secrets_file(directory: &Path, name: &str, ids: &Ids) -> Result<Secret> {
    let path = directory.join(name);
    let failed = |error: io::Error| unusable(&path, error);
    match read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(directory, &path, ids).map_err(failed)?;
            read(&path).map_err(failed)?
        }
        read => read.map_err(failed)?,
    }
}

/// The secret in `directory/name` if the file is there; makes none.
pub fn present_secret(directory: &Path, name: &str) -> Result<Option<Secret>> {
    let path = directory.join(name);
    match read(&path) {
        Ok(secret) => secret.map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(&path, error)),
    }
}

fn unusable(path: &Path, error: io::Error) -> Fault {
    Fault::new(Code::Unavailable, format!("{} can't be read or made: {error}", path.display())).because(error)
}

/// Read the file. The inner result is about what it holds.
fn read(path: &Path) -> io::Result<Result<Secret>> {
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Ok(Err(Fault::new(
            Code::Refused,
            format!(
                "{} can be read by others (mode {:o}): run chmod 600 on it",
                path.display(),
                mode & 0o777
            ),
        )));
    }
    let text = fs::read_to_string(path)?;
    let secret = text.trim();
    if secret.len() < SHORTEST {
        return Ok(Err(Fault::new(
            Code::Refused,
            format!(
                "{} holds {} characters, fewer than the {SHORTEST} that were written: restore it from a backup",
                path.display(),
                secret.len()
            ),
        )));
    }
    Ok(Ok(Secret::new(secret)))
}

fn make(directory: &Path, path: &Path, ids: &Ids) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let temporary = directory.join(format!(".secret-{}", ids.ulid()));
    let written = write(&temporary, &ids.token(48)).and_then(|()| {
        // A link, not a rename: it fails when somebody else was first, and theirs stays.
        match fs::hard_link(&temporary, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        }
    });
    let removed = fs::remove_file(&temporary);
    written.and(removed)?;
    File::open(directory)?.sync_all()
}

fn write(path: &Path, secret: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(secret.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{Chance, Clock};

    fn ids() -> Ids {
        Ids::new(Clock::System, Chance::System)
    }

    #[test]
    fn it_is_made_once_and_nobody_else_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("data");
        let secret = secrets_file(&below, "key", &ids()).unwrap();
        assert_eq!(secret.expose().len(), 64);
        assert_eq!(secrets_file(&below, "key", &ids()).unwrap().expose(), secret.expose());
        assert_eq!(present_secret(&below, "key").unwrap().unwrap().expose(), secret.expose());
        assert!(present_secret(&below, "another").unwrap().is_none(), "looking makes none");
        assert_eq!(fs::metadata(below.join("key")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&below).unwrap().count(), 1, "nothing temporary is left");
    }

    #[test]
    fn all_who_make_it_at_once_get_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let made: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| secrets_file(folder.path(), "key", &ids()).unwrap().expose().to_owned())
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(made.iter().all(|secret| *secret == made[0]));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_open_or_cut_off_file_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let good = secrets_file(folder.path(), "key", &ids()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let fault = secrets_file(folder.path(), "key", &ids()).unwrap_err();
        assert!(fault.detail.contains("644") && !fault.detail.contains(good.expose()), "{fault}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        assert!(secrets_file(folder.path(), "key", &ids()).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "short");
    }
}
