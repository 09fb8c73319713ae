//! An e-mail address: checked once, kept in one spelling, hidden from logs by its type.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::{Fault, Result};

/// A plausible e-mail address, the domain in lower case and so the local part, since people type both ways.
/// It can be sent to its owner (`Serialize`), but has no readable `Debug` and is no value of a log field.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    const EXPECTED: &'static str = "an e-mail address such as name@example.com, at most 254 characters";

    /// Check and normalise an address. Control characters, spaces and header syntax are refused.
    pub fn parse(text: &str) -> Result<Self> {
        // Blanks come with pasting; a line break comes from somebody who has headers in mind.
        let text = text.trim_matches([' ', '\t']);
        let plausible = text.len() <= 254
            && text.split_once('@').is_some_and(|(local, domain)| {
                (1..=64).contains(&local.len())
                    && local.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c))
                    && !local.starts_with('.')
                    && !local.ends_with('.')
                    && !local.contains("..")
                    && domain_is_plausible(domain)
            });
        if plausible {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(Fault::invalid("email", Self::EXPECTED))
        }
    }

    /// The address itself, for sending and storing.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn domain_is_plausible(domain: &str) -> bool {
    let mut labels = 0;
    for label in domain.split('.') {
        let fits = (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-');
        if !fits {
            return false;
        }
        labels += 1;
    }
    labels >= 2
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<e-mail address>")
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|_| de::Error::custom(format_args!("expected {}", Self::EXPECTED)))
    }
}

impl std::str::FromStr for Email {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl schemars::JsonSchema for Email {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Email".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "email", "maxLength": 254 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_pass_in_one_spelling() {
        for text in ["demo@echopilot.local", " Ada.Lovelace+x@Example.COM ", "o'neil@a-b.co"] {
            let email = Email::parse(text).unwrap();
            assert_eq!(email.as_str(), text.trim().to_lowercase());
            assert_eq!(format!("{email:?}"), "<e-mail address>");
        }
    }

    #[test]
    fn header_injection_and_nonsense_are_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "",
            "a",
            "@b.c",
            "a@",
            "a@b",
            "a b@c.d",
            "a@b.c\r\nBcc: x@y.z",
            "a@b.c\r\n",
            "\na@b.c",
            "a@b..c",
            ".a@b.c",
            "a@-b.c",
            &long,
        ] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
    }
}
