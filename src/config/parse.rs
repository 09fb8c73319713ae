//! Reading the text of a setting. A reason never repeats a value that may be secret.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::settings::{Database, OperatorKey};
use crate::platform::{Secret, digest_hex};

/// `1`, `true`, `yes`, `on` and their opposites.
pub(super) fn switch(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// A line of an environment file: nothing, or a name and its value.
pub(super) fn env_line(line: &str) -> Result<Option<(&str, String)>, &'static str> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=').ok_or("there is no `=`")?;
    let name = name.trim();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err("the name is not of letters, digits and _");
    }
    let value = value.trim();
    let value = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inner = &value[1..];
            let end = inner.find(quote).ok_or("a quote is not closed")?;
            let after = inner[end + 1..].trim_start();
            if !after.is_empty() && !after.starts_with('#') {
                return Err("something stands after the closing quote");
            }
            inner[..end].to_owned()
        }
        _ => value.split_once(" #").map_or(value, |(value, _)| value.trim_end()).to_owned(),
    };
    Ok(Some((name, value)))
}

/// An address and a port.
pub(super) fn bind(text: &str) -> Result<SocketAddr, String> {
    let text = text.strip_prefix("localhost:").map_or(text.to_owned(), |port| format!("127.0.0.1:{port}"));
    text.parse().map_err(|_| format!("`{text}` is no address with a port"))
}

/// An address without path, as others reach us.
pub(super) fn base_url(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let uri: http_uri::Parts =
        http_uri::split(text).ok_or_else(|| format!("`{text}` is no http or https address"))?;
    if uri.rest.is_empty() {
        Ok(format!("{}://{}", uri.scheme, uri.authority))
    } else {
        Err(format!("`{text}` has a path, query or user"))
    }
}

/// The address of a service's API: https, or http on this machine (for tests).
pub(super) fn api_base(text: &str) -> Result<String, String> {
    let base = base_url(text)?;
    let host = base
        .strip_prefix("http://")
        .map(|authority| authority.rsplit_once(':').map_or(authority, |(host, _)| host));
    match host {
        Some(host) if !is_loopback(host) => Err("it is not https, and not on this machine".to_owned()),
        _ => Ok(base),
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A mail server: TLS from the first byte, STARTTLS, or bare on this machine. The reason never quotes a password.
pub(super) fn smtp(text: &str) -> Result<Secret, String> {
    let (scheme, rest) = text.split_once("://").ok_or("it does not begin with smtp:// or smtps://")?;
    if !matches!(scheme, "smtp" | "smtps") {
        return Err("it does not begin with smtp:// or smtps://".to_owned());
    }
    let (user, host) = rest.rsplit_once('@').unwrap_or(("", rest));
    if user.contains(['/', '?', '#', '@', ' ']) {
        return Err("its user or password has a character that a URL writes as %XX".to_owned());
    }
    match base_url(&format!("http://{host}")) {
        Ok(_) => Ok(Secret::new(text)),
        Err(_) => Err("it names no host, or has a path".to_owned()),
    }
}

/// A Redis server. The reason never quotes a password.
pub(super) fn redis(text: &str) -> Result<Secret, String> {
    let known = ["redis://", "rediss://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    let rest = known.ok_or("it does not begin with redis:// or rediss://")?;
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let (host, number) = place.split_once('/').unwrap_or((place, ""));
    if !number.is_empty() && number.parse::<u16>().is_err() {
        return Err("its database is no number".to_owned());
    }
    base_url(&format!("http://{host}")).map_err(|_| "it names no host".to_owned())?;
    Ok(Secret::new(text))
}

/// The identifier of a Notion database, without hyphens.
pub(super) fn notion_id(text: &str) -> Result<String, String> {
    let digits: String = text.chars().filter(|digit| *digit != '-').collect();
    if digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        Ok(digits.to_ascii_lowercase())
    } else {
        Err("it is not 32 hexadecimal digits".to_owned())
    }
}

mod http_uri {
    /// A URL in three.
    pub(super) struct Parts {
        pub(super) scheme: &'static str,
        pub(super) authority: String,
        pub(super) rest: String,
    }

    /// Split an http or https URL; `None` when its host or port can't be one.
    pub(super) fn split(text: &str) -> Option<Parts> {
        let lower = text.to_ascii_lowercase();
        let scheme = ["https", "http"]
            .into_iter()
            .find(|scheme| lower.strip_prefix(scheme).is_some_and(|rest| rest.starts_with("://")))?;
        let after = &text[scheme.len() + 3..];
        let end = after.find(['/', '?', '#', '@', '\\']).unwrap_or(after.len());
        let authority = after[..end].to_ascii_lowercase();
        let (host, port) = match authority.rfind(':') {
            Some(at) if !authority.ends_with(']') => (&authority[..at], Some(&authority[at + 1..])),
            _ => (authority.as_str(), None),
        };
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host_fits = match bracketed {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => {
                !host.is_empty()
                    && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
            }
        };
        let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok());
        let rest = after[end..].to_owned();
        (host_fits && port_fits).then_some(Parts { scheme, authority, rest })
    }
}

/// Which store.
pub(super) fn database(text: &str) -> Result<Database, String> {
    if let Some(path) = text.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        return match path {
            "" => Err("sqlite: names no file".to_owned()),
            _ if path.contains('?') => Err("sqlite: takes no parameters".to_owned()),
            path => Ok(Database::Sqlite(path.into())),
        };
    }
    postgres(text).map(Database::Postgres)
}

/// A PostgreSQL address.
pub(super) fn postgres(text: &str) -> Result<Secret, String> {
    let known = text.starts_with("postgres://") || text.starts_with("postgresql://");
    if !known {
        let scheme = text.split(':').next().filter(|scheme| {
            text.contains(':') && scheme.len() < 16 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        return Err(match scheme {
            Some(scheme) => format!("`{scheme}:` is no kind of database that is known"),
            None => "it does not begin with a kind of database".to_owned(),
        });
    }
    // The reason could quote the password, so it is not passed on.
    match text.parse::<postgres::Config>() {
        Ok(config) if config.get_hosts().is_empty() => Err("it names no host".to_owned()),
        Ok(_) => Ok(Secret::new(text)),
        Err(_) => Err("it is no well-formed PostgreSQL address".to_owned()),
    }
}

/// The shortest key or secret outside demo.
pub(super) const SHORTEST_SECRET: usize = 32;

/// `name:key` pairs.
pub(super) fn operator_keys(text: &str, demo: bool) -> Result<Vec<OperatorKey>, String> {
    let mut keys: Vec<OperatorKey> = Vec::new();
    let mut wrong = Vec::new();
    for (index, part) in text.split(',').map(str::trim).enumerate() {
        let place = index + 1;
        let (name, key) = match part.split_once(':') {
            Some((name, key)) if is_key_name(name) => (name, key),
            _ => ("default", part),
        };
        if key.is_empty() {
            wrong.push(format!("key {place} is empty"));
        } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            wrong.push(format!("key {place} (`{name}`) has characters that a header can't carry"));
        } else if key.len() < SHORTEST_SECRET && !demo {
            wrong.push(format!("key {place} (`{name}`) has {} characters", key.len()));
        } else if keys.iter().any(|known| known.name == name) {
            wrong.push(format!("the name `{name}` stands twice"));
        } else {
            keys.push(OperatorKey { name: name.to_owned(), digest: digest_hex(key.as_bytes()) });
        }
    }
    if wrong.is_empty() { Ok(keys) } else { Err(wrong.join("; ")) }
}

fn is_key_name(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Networks, or single addresses.
pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let single = || part.parse::<IpAddr>().ok().map(IpNet::from);
            part.parse::<IpNet>()
                .ok()
                .or_else(single)
                .ok_or_else(|| format!("`{part}` is no address or network"))
        })
        .collect()
}

/// The known name that differs from `name` in at most two letters, or a third of them.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_ascii_lowercase().replace('-', "_");
    if name.len() > 64 {
        return None;
    }
    known
        .map(|known| (distance(&name, known), known))
        .filter(|(distance, known)| *distance <= (known.len() / 3).max(2))
        .min()
        .map(|(_, known)| known)
}

/// How many letters must be added, removed or replaced.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<u8> = other.bytes().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, byte) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (place, known) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(byte != *known);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}
