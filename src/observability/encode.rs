//! The text format of Prometheus, version 0.0.4: help, type and samples of a family together.

use std::fmt::{Display, Write as _};

/// A text under construction.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// Begin a family.
    pub(super) fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.0.push_str("# HELP ");
        self.0.push_str(name);
        self.0.push(' ');
        for character in help.chars() {
            match character {
                '\\' => self.0.push_str("\\\\"),
                '\n' => self.0.push_str("\\n"),
                other => self.0.push(other),
            }
        }
        self.0.push_str("\n# TYPE ");
        self.0.push_str(name);
        self.0.push(' ');
        self.0.push_str(kind);
        self.0.push('\n');
    }

    /// One sample. Names are those of constants in this crate; values of labels are escaped.
    pub(super) fn sample<'a>(
        &mut self,
        name: &str,
        suffix: &str,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
        value: impl Display,
    ) {
        self.0.push_str(name);
        self.0.push_str(suffix);
        let mut open = false;
        for (label, text) in labels {
            self.0.push(if open { ',' } else { '{' });
            open = true;
            self.0.push_str(label);
            self.0.push_str("=\"");
            for character in text.chars() {
                match character {
                    '\\' => self.0.push_str("\\\\"),
                    '"' => self.0.push_str("\\\""),
                    '\n' => self.0.push_str("\\n"),
                    other => self.0.push(other),
                }
            }
            self.0.push('"');
        }
        if open {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }

    /// The finished text.
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// A number as the format wants it.
pub(super) struct Number(pub(super) f64);

impl Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            value if value == f64::INFINITY => f.write_str("+Inf"),
            value if value == f64::NEG_INFINITY => f.write_str("-Inf"),
            value => write!(f, "{value}"),
        }
    }
}
