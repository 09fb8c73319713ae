//! Where the database is: `sqlite:PATH` or `postgres://user:password@host:5432/name`.
//!
//! TLS to PostgreSQL. Off this machine the server's certificate and name are always verified: `sslmode` absent,
//! `require`, `verify-ca` and `verify-full` all mean that, and `disable`, `allow` and `prefer` are refused. To an
//! address of this machine (loopback or a socket) nothing leaves it, so the default is no TLS, and `prefer` means
//! verified TLS if the server offers it. `sslrootcert=FILE` names the authority to trust instead of the public ones.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use ::postgres::Config;
use ::postgres::config::{Host, SslMode};

use crate::platform::{Fault, Result, Secret};

/// Where the database is.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    /// A file on this machine.
    Sqlite(PathBuf),
    /// A PostgreSQL server: the whole URL, since a password stands in it.
    Postgres(Secret),
}

/// A PostgreSQL URL, understood.
pub(super) struct Target {
    pub(super) config: Config,
    pub(super) authority: Option<PathBuf>,
}

impl DatabaseUrl {
    /// Read the value of `DATABASE_URL`. What is wrong is said in fixed words: the value holds a password.
    pub fn parse(text: &str) -> Result<Self> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains(['?', '\0']) || path.starts_with(":memory:") {
                return Err(wrong("the name of a file after `sqlite:`"));
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        let secret = Secret::new(text);
        target(&secret)?;
        Ok(Self::Postgres(secret))
    }
}

impl FromStr for DatabaseUrl {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

fn wrong(expected: &str) -> Fault {
    Fault::invalid("DATABASE_URL", format!("expected {expected}"))
}

/// Understand a PostgreSQL URL.
pub(super) fn target(url: &Secret) -> Result<Target> {
    let text = url.expose();
    if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
        return Err(wrong("`sqlite:PATH` or `postgres://user:password@host:5432/name`"));
    }
    let (address, query) = text.split_once('?').unwrap_or((text, ""));
    if query.contains('@') {
        return Err(wrong("special characters of the password percent-encoded, `?` as `%3F`"));
    }
    let mut mode = None;
    let mut authority = None;
    let mut kept = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match form_urlencoded::parse(pair.as_bytes()).next() {
            Some((key, value)) if key == "sslmode" => {
                if mode.replace(value.into_owned()).is_some() {
                    return Err(wrong("`sslmode` once"));
                }
            }
            Some((key, value)) if key == "sslrootcert" => authority = Some(PathBuf::from(value.into_owned())),
            _ => kept.push(pair),
        }
    }
    let rest = if kept.is_empty() { address.to_owned() } else { format!("{address}?{}", kept.join("&")) };
    // The parser's error may quote a part of the URL, so it is not passed on.
    let mut config = Config::from_str(&rest).map_err(|_| {
        wrong("`postgres://user:password@host:5432/name`, special characters percent-encoded, options known")
    })?;
    let nameless = |host: &Host| matches!(host, Host::Tcp(name) if name.is_empty());
    if config.get_hosts().is_empty() || config.get_hosts().iter().any(nameless) {
        return Err(wrong("a host in `postgres://user:password@host:5432/name`"));
    }
    let local =
        config.get_hosts().iter().all(is_local) && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
    config.ssl_mode(match (mode.as_deref(), local) {
        (None | Some("disable"), true) => SslMode::Disable,
        (Some("allow" | "prefer"), true) => SslMode::Prefer,
        (None, false) | (Some("require" | "verify-ca" | "verify-full"), _) => SslMode::Require,
        (Some("disable" | "allow" | "prefer"), false) => {
            return Err(wrong(
                "`sslmode=verify-full` (or none): a database on another machine is reached by verified TLS only",
            ));
        }
        (Some(_), _) => {
            return Err(wrong("`sslmode` to be disable, allow, prefer, require, verify-ca or verify-full"));
        }
    });
    Ok(Target { config, authority })
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(text: &str) -> Option<SslMode> {
        target(&Secret::new(text)).ok().map(|target| target.config.get_ssl_mode())
    }

    #[test]
    fn both_engines_are_read() {
        assert!(
            matches!(DatabaseUrl::parse("sqlite:data/x.db").unwrap(), DatabaseUrl::Sqlite(path) if path == std::path::Path::new("data/x.db"))
        );
        assert!(
            matches!(DatabaseUrl::parse("sqlite:///var/x.db").unwrap(), DatabaseUrl::Sqlite(path) if path == std::path::Path::new("/var/x.db"))
        );
        assert!(matches!(
            DatabaseUrl::parse("postgres://u:p@localhost/x").unwrap(),
            DatabaseUrl::Postgres(_)
        ));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        let bad = [
            "",
            "sqlite:",
            "sqlite::memory:",
            "mysql://u:hunter2@localhost/x",
            "postgres://u:hunter2?x@localhost/x",
            "postgres://u:hunter2@localhost:port/x",
            "postgres://u:hunter2@/x",
            "postgres://u:hunter2@localhost/x?unknown=hunter2",
            "postgres://u:hunter2@db.example.com/x?sslmode=disable",
            "postgres://u:hunter2@localhost/x?sslmode=hunter2",
            "postgres://u:hunter2@localhost/x?sslmode=disable&sslmode=require",
        ];
        for text in bad {
            let fault = DatabaseUrl::parse(text).unwrap_err();
            assert!(fault.detail.contains("DATABASE_URL"), "{text}: {fault:?}");
            assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
        }
    }

    #[test]
    fn tls_is_verified_off_this_machine_and_a_choice_on_it() {
        assert_eq!(mode("postgres://u@db.example.com/x"), Some(SslMode::Require));
        assert_eq!(mode("postgres://u@db.example.com/x?sslmode=require"), Some(SslMode::Require));
        assert_eq!(mode("postgres://u@db.example.com/x?sslmode=prefer"), None);
        assert_eq!(mode("postgres://u@localhost,db.example.com/x?sslmode=disable"), None);
        assert_eq!(mode("postgres://u@localhost/x?hostaddr=10.0.0.1&sslmode=disable"), None);
        assert_eq!(mode("postgres://u@localhost/x"), Some(SslMode::Disable));
        assert_eq!(mode("postgres://u@[::1]/x?sslmode=prefer"), Some(SslMode::Prefer));
        assert_eq!(mode("postgres://u@127.0.0.1/x?sslmode=verify-full"), Some(SslMode::Require));
        assert_eq!(mode("postgres://u@%2Frun%2Fpostgresql/x"), Some(SslMode::Disable));
    }
}
