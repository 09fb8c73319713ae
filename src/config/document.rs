//! The settings as documents: what `config show` prints, docs/CONFIG.md and the example file.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limits::RateGroup;
use super::table::SETTINGS;

/// A setting as it is shown to an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SettingShown {
    /// Its name in `echopilot.toml`.
    pub key: String,
    /// Its name in the environment.
    pub env: String,
    /// Its value, masked when it is secret; `None` when there is none.
    pub value: Option<String>,
    /// `default`, `file PATH`, `environment file PATH`, `environment NAME` or `flag --name`.
    pub origin: String,
    /// What it is for.
    pub doc: String,
}

/// A secret as it may be shown: whether there is one, and of an address the part without the password.
pub(super) fn masked(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else {
        return if value.starts_with("sqlite:") {
            value.to_owned()
        } else {
            format!("**** ({} characters)", value.chars().count())
        };
    };
    if !scheme.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return format!("**** ({} characters)", value.chars().count());
    }
    // Parameters may hold a password too, so they go as a whole.
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    match rest.rsplit_once('@') {
        Some((_, place)) => format!("{scheme}://****@{place}"),
        None => format!("{scheme}://{rest}"),
    }
}

/// docs/CONFIG.md.
pub fn markdown() -> String {
    let mut text = String::from(
        "# Configuration

A setting takes its value from the first of these that has it: a flag, the environment, the file given with
`--env-file`, `echopilot.toml` in `CONFIG_DIR`, its default. `echopilot config show --origin` prints every value with
where it came from; `echopilot dev-check` says what is wrong or unsafe. An unsafe value stops the start. In the file the
names are in small letters; an empty value counts as not set.

| setting | flag | default | value | meaning |
|---|---|---|---|---|
",
    );
    for setting in SETTINGS {
        let flag = setting.flag.map_or(String::new(), |flag| format!("`{flag}`"));
        let default = match (setting.default, setting.otherwise) {
            (Some(default), "") => format!("`{default}`"),
            (Some(default), otherwise) => format!("`{default}`; {otherwise}"),
            (None, otherwise) => otherwise.to_owned(),
        };
        let secret = if setting.secret { " Secret: never shown." } else { "" };
        let _ = writeln!(
            text,
            "| `{}` | {flag} | {default} | {} | {}{secret} |",
            setting.env, setting.expects, setting.doc
        );
    }
    text.push_str(
        "
A file that holds a secret must not be readable by others (`chmod 600`), nor may the database and generated secrets.

## Rate limits

`RATE_LIMITS` changes single groups: `login=5/60s` lets five pass in any 60 seconds, units are `s`, `m`, `h` and `d`, and
`flags=off` switches a group off.

| group | default | what is counted |
|---|---|---|
",
    );
    for group in RateGroup::ALL {
        let _ = writeln!(text, "| `{}` | `{}` | {} |", group.name(), group.default_limit(), group.counts());
    }
    text
}

/// configs/echopilot.toml: every setting, all of them commented out.
pub fn example_toml() -> String {
    let mut text = String::from(
        "# Settings of EchoPilot. Everything here is commented out and shows an example; what nobody sets has its default.
# The environment (in capital letters: BIND, DATA_DIR …) and flags come before this file. Put secrets into the
# environment, or make this file unreadable for others.
",
    );
    for setting in SETTINGS {
        text.push('\n');
        wrap(&mut text, setting.doc);
        wrap(&mut text, &format!("Value: {}.", setting.expects));
        let default = match (setting.default, setting.otherwise) {
            (Some(default), "") => default.to_owned(),
            (Some(default), otherwise) => format!("{default}; {otherwise}"),
            (None, otherwise) => otherwise.to_owned(),
        };
        wrap(&mut text, &format!("Default: {}.", default.replace('`', "")));
        if setting.key == "config_dir" {
            text.push_str("# (environment CONFIG_DIR or flag --config-dir only)\n");
        } else {
            let _ = writeln!(text, "#{} = \"{}\"", setting.key, setting.example);
        }
    }
    text
}

fn wrap(text: &mut String, words: &str) {
    let mut length = 0;
    for word in words.split_whitespace() {
        if length == 0 || length + 1 + word.chars().count() > 108 {
            if length > 0 {
                text.push('\n');
            }
            text.push('#');
            length = 1;
        }
        text.push(' ');
        text.push_str(word);
        length += 1 + word.chars().count();
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_file_is_what_the_table_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../configs/echopilot.toml");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == example_toml(),
            "configs/echopilot.toml is stale; it should read:\n{}",
            example_toml()
        );
    }

    #[test]
    fn passwords_are_masked_wherever_they_stand() {
        assert_eq!(
            masked("postgres://ada:p@ss@db.example/echo?password=x"),
            "postgres://****@db.example/echo"
        );
        assert_eq!(masked("postgres://db.example/echo"), "postgres://db.example/echo");
        assert_eq!(masked("sqlite:data/x.db"), "sqlite:data/x.db");
        assert_eq!(masked("ada:0123456789://x@y"), "**** (20 characters)");
        assert_eq!(masked("short"), "**** (5 characters)");
    }

    #[test]
    fn names_are_unique_and_every_setting_is_documented() {
        for (index, setting) in SETTINGS.iter().enumerate() {
            assert_eq!(setting.env, setting.key.to_ascii_uppercase());
            assert!(!setting.doc.is_empty() && !setting.expects.is_empty() && !setting.example.is_empty());
            assert!(setting.default.is_some() || !setting.otherwise.is_empty(), "{}", setting.key);
            assert!(SETTINGS[..index].iter().all(|other| other.key != setting.key));
            assert!(markdown().contains(&format!("| `{}` |", setting.env)));
        }
    }
}
