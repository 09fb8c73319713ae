//! How somebody wants the pages to look and to listen: each a cookie that the server reads, so that nothing jumps, and that
//! scripts may write, so that a change needs no new page.

/// A choice of several words that is kept in a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Its field in forms.
    pub field: &'static str,
    /// Its cookie.
    pub cookie: &'static str,
    /// The words that it can have; the first is what one gets without a choice.
    pub words: [&'static str; 2],
}

/// How much room things have.
const DENSITY: Choice = Choice { field: "density", cookie: "ep_density", words: ["comfortable", "compact"] };
/// Whether the side bar shows names beside its icons.
const SIDEBAR: Choice = Choice { field: "sidebar", cookie: "ep_sidebar", words: ["open", "closed"] };
/// Whether single letters are shortcuts.
const KEYS: Choice = Choice { field: "keys", cookie: "ep_keys", words: ["on", "off"] };
/// All of them.
pub const CHOICES: [Choice; 3] = [DENSITY, SIDEBAR, KEYS];

impl Choice {
    /// The word itself when it is one of this choice.
    pub fn parse(&self, word: &str) -> Option<&'static str> {
        self.words.into_iter().find(|own| *own == word)
    }
}

/// What was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    /// A word of [`DENSITY`].
    pub density: &'static str,
    /// A word of [`SIDEBAR`].
    pub sidebar: &'static str,
    /// A word of [`KEYS`].
    pub keys: &'static str,
}

impl Default for Looks {
    fn default() -> Self {
        Self::read(|_| None)
    }
}

impl Looks {
    /// From the cookies, of which `cookie` gives one by its name. Any other word is as good as none.
    pub fn read<'a>(cookie: impl Fn(&str) -> Option<&'a str>) -> Self {
        let word = |choice: Choice| {
            cookie(choice.cookie).and_then(|word| choice.parse(word)).unwrap_or(choice.words[0])
        };
        Self { density: word(DENSITY), sidebar: word(SIDEBAR), keys: word(KEYS) }
    }

    /// The rows of a page of settings: field, what it is called, what it means, and its words with their names.
    pub fn rows(&self) -> [Setting; 2] {
        [
            Setting {
                choice: DENSITY,
                label: "Density",
                hint: "How much room rows and cards have.",
                names: ["Comfortable", "Compact"],
                chosen: self.density,
            },
            Setting {
                choice: KEYS,
                label: "Single keys",
                hint: "Letters such as g and ? as shortcuts. Ctrl+K always works.",
                names: ["On", "Off"],
                chosen: self.keys,
            },
        ]
    }
}

/// A choice with its words for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// What is chosen.
    pub choice: Choice,
    /// Its name.
    pub label: &'static str,
    /// What it means.
    pub hint: &'static str,
    /// The names of its words.
    pub names: [&'static str; 2],
    /// The word that was chosen.
    pub chosen: &'static str,
}

impl Setting {
    /// The buttons: word, name, and whether it is the one.
    pub fn buttons(&self) -> [(&'static str, &'static str, bool); 2] {
        let button = |at: usize| {
            let word = self.choice.words[at];
            (word, self.names[at], word == self.chosen)
        };
        [button(0), button(1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_back_and_nothing_else_is() {
        let usual = Looks { density: "comfortable", sidebar: "open", keys: "on" };
        assert_eq!(Looks::default(), usual);
        let chosen = Looks::read(|name| match name {
            "ep_density" => Some("compact"),
            "ep_sidebar" => Some("closed"),
            "ep_keys" => Some("off"),
            _ => None,
        });
        assert_eq!(chosen, Looks { density: "compact", sidebar: "closed", keys: "off" });
        assert_eq!(Looks::read(|_| Some("\" onload=\"x")), usual);
    }

    #[test]
    fn of_each_setting_one_button_is_the_chosen_one() {
        for setting in Looks::default().rows() {
            let chosen: Vec<&str> =
                setting.buttons().into_iter().filter(|(_, _, on)| *on).map(|(word, ..)| word).collect();
            assert_eq!(chosen, [setting.chosen]);
        }
    }
}
