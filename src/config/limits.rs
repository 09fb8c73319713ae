//! How often one caller may ask, by group of routes.

use std::fmt;
use std::time::Duration;

/// A group of routes that share a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RateGroup {
    /// Passwords, by address.
    Login,
    /// Wrong passwords, by account.
    LoginAccount,
    /// Sign-in mails, by address.
    MagicLink,
    /// Sign-in mails, by account.
    MagicLinkAccount,
    /// Codes and links that are tried, by address.
    Verify,
    /// Leads, by address.
    Lead,
    /// Support requests, by address.
    Support,
    /// Flag evaluations, by address.
    Flags,
    /// Flag evaluations, by user key.
    FlagsUser,
    /// Conversions, by address.
    Convert,
    /// Wrong operator keys, by address.
    OperatorKey,
    /// Webhooks, by address: Stripe sends all of them from a few.
    Webhook,
    /// Searches of the palette, by address: one for each pause in typing.
    Palette,
    /// Everything else, by address.
    Other,
    /// All mail that leaves the house.
    Mail,
}

/// So many within so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many pass.
    pub count: u32,
    /// In any window of this length.
    pub window: Duration,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}s", self.count, self.window.as_secs())
    }
}

impl RateGroup {
    /// Every group.
    pub const ALL: [Self; 15] = [
        Self::Login,
        Self::LoginAccount,
        Self::MagicLink,
        Self::MagicLinkAccount,
        Self::Verify,
        Self::Lead,
        Self::Support,
        Self::Flags,
        Self::FlagsUser,
        Self::Convert,
        Self::OperatorKey,
        Self::Webhook,
        Self::Palette,
        Self::Other,
        Self::Mail,
    ];

    /// Its name in `RATE_LIMITS` and in `RateLimit` headers.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// What is counted, in words.
    pub const fn counts(self) -> &'static str {
        self.row().3
    }

    /// The limit when `RATE_LIMITS` does not name it.
    pub const fn default_limit(self) -> Limit {
        let (_, count, seconds, _) = self.row();
        Limit { count, window: Duration::from_secs(seconds) }
    }

    const fn row(self) -> (&'static str, u32, u64, &'static str) {
        match self {
            Self::Login => ("login", 5, 60, "passwords tried from one address"),
            Self::LoginAccount => {
                ("login_account", 10, 3600, "wrong passwords for one account, then one a minute is looked at")
            }
            Self::MagicLink => ("magic_link", 5, 60, "sign-in mails asked for from one address"),
            Self::MagicLinkAccount => ("magic_link_account", 10, 3600, "sign-in mails for one account"),
            Self::Verify => ("verify", 10, 60, "codes and links tried from one address"),
            Self::Lead => ("lead", 10, 3600, "leads from one address"),
            Self::Support => ("support", 10, 3600, "support requests from one address"),
            Self::Flags => ("flags", 600, 60, "flag evaluations from one address"),
            Self::FlagsUser => ("flags_user", 120, 60, "flag evaluations for one user key"),
            Self::Convert => ("convert", 120, 60, "conversions from one address"),
            Self::OperatorKey => ("operator_key", 10, 60, "wrong operator keys from one address"),
            Self::Webhook => ("webhook", 12_000, 60, "webhooks from one address"),
            Self::Palette => ("palette", 240, 60, "searches of the palette from one address"),
            Self::Other => ("other", 1200, 60, "all other requests from one address"),
            Self::Mail => ("mail", 200, 3600, "mails that are sent, in total"),
        }
    }
}

/// The limit of each group; `None` is off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimits([Option<Limit>; RateGroup::ALL.len()]);

impl Default for RateLimits {
    fn default() -> Self {
        Self(RateGroup::ALL.map(|group| Some(group.default_limit())))
    }
}

impl RateLimits {
    /// The limit of a group; `None` when it is off.
    pub fn of(&self, group: RateGroup) -> Option<Limit> {
        self.0[group as usize]
    }

    /// Defaults with what `text` says over them; every part that is wrong is named.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut limits = Self::default();
        let mut wrong = Vec::new();
        let mut named = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match one(part) {
                Ok((group, _)) if named.contains(&group) => {
                    wrong.push(format!("{} stands twice", group.name()));
                }
                Ok((group, limit)) => {
                    named.push(group);
                    limits.0[group as usize] = limit;
                }
                Err(reason) => wrong.push(reason),
            }
        }
        if wrong.is_empty() { Ok(limits) } else { Err(wrong.join("; ")) }
    }
}

fn one(part: &str) -> Result<(RateGroup, Option<Limit>), String> {
    let (name, value) = part.split_once('=').ok_or_else(|| format!("`{part}` has no `=`"))?;
    let name = name.trim().replace('-', "_");
    let group = RateGroup::ALL.into_iter().find(|group| group.name() == name).ok_or_else(|| {
        let known: Vec<_> = RateGroup::ALL.iter().map(|group| group.name()).collect();
        format!("`{name}` is none of {}", known.join(", "))
    })?;
    let value = value.trim();
    if value == "off" {
        return Ok((group, None));
    }
    let limit = value.split_once('/').and_then(|(count, window)| {
        let count = count.trim().parse().ok().filter(|count| (1..=1_000_000).contains(count))?;
        Some(Limit { count, window: seconds(window.trim())? })
    });
    match limit {
        Some(limit) => Ok((group, Some(limit))),
        None => Err(format!("`{part}` is not `off` nor a count and a time such as 5/60s, 10/1h")),
    }
}

/// `60s`, `10m`, `1h`, `60` (seconds) or a bare unit; at most a day.
fn seconds(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" | "s" | "sec" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    let count: u64 = if digits.is_empty() && !text.is_empty() { 1 } else { digits.parse().ok()? };
    let seconds = count.checked_mul(unit).filter(|seconds| (1..=86_400).contains(seconds))?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_changes_and_the_rest_stays() {
        let limits = RateLimits::parse("login=3/10s, lead=10/1h ,flags=off,magic-link=2/m,").unwrap();
        assert_eq!(limits.of(RateGroup::Login).unwrap().to_string(), "3/10s");
        assert_eq!(limits.of(RateGroup::Lead), Some(RateGroup::Lead.default_limit()));
        assert_eq!(limits.of(RateGroup::Flags), None);
        assert_eq!(limits.of(RateGroup::MagicLink).unwrap().to_string(), "2/60s");
        assert_eq!(limits.of(RateGroup::Other), Some(RateGroup::Other.default_limit()));
        assert_eq!(RateLimits::parse("").unwrap(), RateLimits::default());
    }

    #[test]
    fn every_wrong_part_is_named() {
        for text in [
            "login",
            "login=",
            "login=5",
            "login=0/60s",
            "login=5/0s",
            "login=5/60y",
            "login=-1/60s",
            "login=5/2d",
            "nobody=5/60s",
            "login=5/60s,login=6/60s",
            "login=99999999999/60s",
            "login=on",
            "=5/60s",
            "login=5/",
            "login=5/18446744073709551615h",
        ] {
            assert!(RateLimits::parse(text).is_err(), "{text}");
        }
        let reason = RateLimits::parse("nobody=1/1s,login=x").unwrap_err();
        assert!(reason.contains("nobody") && reason.contains("login=x"), "{reason}");
    }

    #[test]
    fn groups_stand_in_the_order_of_their_names() {
        for (index, group) in RateGroup::ALL.into_iter().enumerate() {
            assert_eq!(group as usize, index);
        }
    }
}
