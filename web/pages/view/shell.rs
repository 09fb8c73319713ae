//! What surrounds every page: who is signed in, the theme, banners, menus.

use super::Link;
use super::looks::Looks;
use super::nav::{Audience, Command, Place, commands, places};

/// The frame of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shell {
    /// The path of this page with its query, to come back to after a change of theme.
    pub path: String,
    /// The theme of the cookie `ep_theme`.
    pub theme: Theme,
    /// Density, side bar and keys, of their cookies.
    pub looks: Looks,
    /// The token that every form carries in its field `csrf`.
    pub csrf: String,
    /// Who is signed in.
    pub account: Option<Account>,
    /// The operator whose page this is; their places stand in the menus, and no customer's.
    pub operator: Option<String>,
    /// Whether `DEMO_MODE` is on: says so in a banner and offers the demo account.
    pub demo: bool,
    /// Whether Stripe is in test mode, as a banner.
    pub test_mode: bool,
    /// The version, for the footer.
    pub version: String,
    /// A result to tell; never the only record of it.
    pub toast: Option<String>,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The address.
    pub email: String,
    /// The name, where it is known.
    pub name: Option<String>,
}

impl Account {
    /// The name, else the address.
    pub fn shown_name(&self) -> &str {
        self.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&self.email)
    }

    /// One letter for the round picture.
    pub fn initial(&self) -> String {
        self.shown_name().trim().chars().next().map_or_else(|| "?".to_owned(), |first| first.to_string())
    }
}

/// Entries that the bar at the bottom of a phone has room for.
const BAR: usize = 5;

/// The bar at the bottom of a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarLinks {
    /// What stands in it.
    pub shown: Vec<&'static Place>,
    /// What stands behind "More"; empty when all have room.
    pub more: Vec<&'static Place>,
}

/// The theme that the visitor chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Light on dark; what one gets without a choice.
    #[default]
    Dark,
    /// Dark on light.
    Light,
    /// As the visitor's system.
    System,
}

impl Theme {
    /// The theme by the word in the cookie or in a form's field `theme`; none for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "dark" => Some(Self::Dark),
            "light" => Some(Self::Light),
            "system" => Some(Self::System),
            _ => None,
        }
    }

    /// Its word, as in the cookie.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::System => "system",
        }
    }

    /// What the toggle changes to. What the system shows is unknown here; the script corrects it.
    pub fn other(&self) -> &'static str {
        if *self == Self::Light { "dark" } else { "light" }
    }

    /// For the browser's own controls.
    pub fn color_scheme(&self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::System => "light dark",
        }
    }

    /// For the bars of the browser: pairs of media query (empty = always) and colour, the token `canvas` of each theme.
    pub fn canvas(&self) -> Vec<(&'static str, &'static str)> {
        const DARK: &str = "#0b0e14";
        const LIGHT: &str = "#f6f7fa";
        match self {
            Self::Dark => vec![("", DARK)],
            Self::Light => vec![("", LIGHT)],
            Self::System => {
                vec![("(prefers-color-scheme: dark)", DARK), ("(prefers-color-scheme: light)", LIGHT)]
            }
        }
    }

    /// The three choices of the footer.
    pub fn choices(&self) -> [(Self, &'static str); 3] {
        [(Self::Dark, "Dark"), (Self::Light, "Light"), (Self::System, "System")]
    }
}

impl std::fmt::Display for Theme {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Shell {
    /// Where the logo leads.
    pub fn home(&self) -> &'static str {
        self.places().first().map_or("/", |place| place.path)
    }

    /// Whose places stand in the menus.
    pub fn audience(&self) -> Audience {
        match (&self.operator, &self.account) {
            (Some(_), _) => Audience::Operator,
            (None, Some(_)) => Audience::Customer,
            (None, None) => Audience::Stranger,
        }
    }

    /// Every place that this visitor can go to.
    pub fn places(&self) -> Vec<&'static Place> {
        places(self.audience()).collect()
    }

    /// Whether the header leads to the customers' sign-in: not where one is signing in already.
    pub fn offers_sign_in(&self) -> bool {
        !["/auth/login", "/dashboard/login"].contains(&self.bare_path())
    }

    /// The links of the header.
    pub fn header_links(&self) -> Vec<&'static Place> {
        self.places().into_iter().filter(|place| place.in_header).collect()
    }

    /// The side bar: headings with their links, in the order of the table.
    pub fn side_sections(&self) -> Vec<(&'static str, Vec<&'static Place>)> {
        let mut sections: Vec<(&'static str, Vec<&'static Place>)> = Vec::new();
        for place in self.places().into_iter().filter(|place| !place.section.is_empty()) {
            match sections.iter_mut().find(|(section, _)| *section == place.section) {
                Some((_, links)) => links.push(place),
                None => sections.push((place.section, vec![place])),
            }
        }
        sections
    }

    /// The links of the bar at the bottom of a phone, and those behind its "More": there is room for five.
    pub fn bar_links(&self) -> BarLinks {
        let mut shown: Vec<&'static Place> = self.places().into_iter().filter(|place| place.in_bar).collect();
        let more = if shown.len() > BAR { shown.split_off(BAR - 1) } else { Vec::new() };
        BarLinks { shown, more }
    }

    /// Whether this page is one of those.
    pub fn is_among(&self, places: &[&'static Place]) -> bool {
        places.iter().any(|place| self.is_current(place))
    }

    /// The places that have a letter.
    pub fn lettered_links(&self) -> Vec<&'static Place> {
        self.places().into_iter().filter(|place| !place.letter.is_empty()).collect()
    }

    /// The entries of the palette.
    pub fn commands(&self) -> Vec<Command> {
        commands(self.audience())
    }

    /// What the palette finds in the store beside its commands, in words; none for those who may see nothing there.
    pub fn records(&self) -> Option<&'static str> {
        match self.audience() {
            Audience::Operator => Some("a customer, a lead or a payment"),
            Audience::Customer => Some("an invoice or a message"),
            Audience::Stranger => None,
        }
    }

    /// Where the palette asks for them.
    pub fn records_path(&self) -> &'static str {
        if self.audience() == Audience::Operator { "/dashboard/palette" } else { "/app/palette" }
    }

    /// The tabs of `/app`.
    pub fn tabs(&self) -> Vec<Link> {
        self.places()
            .into_iter()
            .filter(|place| !place.tab.is_empty())
            .map(|place| Link {
                label: place.tab.to_owned(),
                href: place.path.to_owned(),
                current: self.is_current(place),
            })
            .collect()
    }

    /// Whether this page is that place.
    pub fn is_current(&self, place: &Place) -> bool {
        self.bare_path() == place.path
    }

    /// Whether this page is that place or one below it.
    pub fn is_within(&self, place: &Place) -> bool {
        self.bare_path().strip_prefix(place.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The word for `aria-current`: the page itself, or only its group.
    pub fn current_word(&self, place: &Place) -> &'static str {
        if self.is_current(place) { "page" } else { "true" }
    }

    fn bare_path(&self) -> &str {
        self.path.split(['?', '#']).next().unwrap_or("")
    }
}

/// Frames for tests.
#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    /// Nobody is signed in.
    pub(crate) fn stranger(path: &str) -> Shell {
        Shell {
            path: path.to_owned(),
            theme: Theme::Dark,
            looks: Looks::default(),
            csrf: "csrf-token".to_owned(),
            account: None,
            operator: None,
            demo: false,
            test_mode: false,
            version: "0.1.0".to_owned(),
            toast: None,
        }
    }

    /// Somebody is.
    pub(crate) fn signed_in(path: &str) -> Shell {
        let account = Account { email: "ada@example.com".to_owned(), name: Some("Ada Lovelace".to_owned()) };
        Shell { account: Some(account), ..stranger(path) }
    }

    /// An operator is.
    pub(crate) fn operator(path: &str) -> Shell {
        Shell { operator: Some("ada".to_owned()), test_mode: true, ..stranger(path) }
    }
}
