//! The places one can go to, once: header, side bar, bottom bar, palette, key sheet, error pages and the search for the
//! nearest place all read this table. A new page is a new row of one line.

/// A page of the product that people reach by its name.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name in menus.
    pub label: &'static str,
    /// What the palette says.
    pub command: &'static str,
    /// Its path.
    pub path: &'static str,
    /// Its icon, a name in `client/icons`.
    pub icon: &'static str,
    /// The letter after `g`, empty when it has none.
    pub letter: &'static str,
    /// Whether it stands in the header.
    pub in_header: bool,
    /// Whether it stands in the bar at the bottom of a phone.
    pub in_bar: bool,
    /// Its name among the tabs of `/app`, empty when it is none of them.
    pub tab: &'static str,
    /// The heading under which it stands in the side bar, empty when it does not stand there.
    pub section: &'static str,
    /// Who may go there.
    pub audiences: &'static [Audience],
}

/// Who a place is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Those who are signed in.
    Customer,
    /// Those who are not.
    Stranger,
    /// Operators with a session in this browser, on their own pages.
    Operator,
}

impl Audience {
    /// The name of their group of places.
    pub const fn group(self) -> &'static str {
        match self {
            Self::Operator => "Operator",
            Self::Customer | Self::Stranger => "Customer",
        }
    }
}

impl Place {
    const fn of(audiences: &'static [Audience], names: [&'static str; 4]) -> Self {
        let [label, command, path, icon] = names;
        let (letter, tab, section) = ("", "", "");
        Self { label, command, path, icon, letter, in_header: false, in_bar: false, tab, section, audiences }
    }

    /// A place of customers and of those who are not signed in.
    const fn everybody(names: [&'static str; 4]) -> Self {
        Self::of(&[Audience::Customer, Audience::Stranger], names)
    }

    /// A place of customers: its name, what the palette says, its path and its icon.
    const fn customers(names: [&'static str; 4]) -> Self {
        Self::of(&[Audience::Customer], names)
    }

    /// A place of those who are not signed in.
    const fn strangers(names: [&'static str; 4]) -> Self {
        Self::of(&[Audience::Stranger], names)
    }

    /// A place of operators.
    const fn operators(names: [&'static str; 4]) -> Self {
        Self::of(&[Audience::Operator], names)
    }

    /// The letter that leads there after `g`.
    const fn letter(mut self, letter: &'static str) -> Self {
        self.letter = letter;
        self
    }

    /// Also in the header.
    const fn in_header(mut self) -> Self {
        self.in_header = true;
        self
    }

    /// Also in the bar at the bottom of a phone; there the first four stand, the others behind "More".
    const fn in_bar(mut self) -> Self {
        self.in_bar = true;
        self
    }

    /// Also among the tabs of `/app`, under this name.
    const fn tab(mut self, tab: &'static str) -> Self {
        self.tab = tab;
        self
    }

    /// Also in the side bar under this heading, and in the bar at the bottom of a phone.
    const fn section(mut self, section: &'static str) -> Self {
        self.section = section;
        self.in_bar()
    }

    /// Whether they may go there.
    pub fn is_for(&self, audience: Audience) -> bool {
        self.audiences.contains(&audience)
    }
}

/// All places that exist, in the order of the menus.
#[rustfmt::skip]
pub const PLACES: &[Place] = &[
    Place::everybody(["Home", "Home", "/", "home"]).letter("h").in_header().in_bar(),
    Place::customers(["App", "Open App", "/app", "app"]).letter("a").in_header().in_bar().tab("Overview"),
    Place::customers(["Invoices", "Invoices", "/app/invoices", "invoice"]).letter("i").in_bar().tab("Invoices"),
    Place::customers(["Messages", "Write to Support", "/app/support", "mail"]).letter("m").in_bar().tab("Support"),
    Place::customers(["Devices", "Devices and password", "/app/sessions", "user"]).in_bar().tab("Devices"),
    Place::everybody(["Pricing", "Open Pricing", "/pricing", "tag"]).letter("p").in_header().in_bar(),
    Place::everybody(["Support", "Open Support", "/support", "help"]).letter("s").in_header().in_bar(),
    Place::strangers(["Sign in", "Sign in", "/auth/login", "user"]),
    Place::operators(["Overview", "Open Dashboard", "/dashboard/v2", "pulse"]).letter("d").section(DASHBOARD),
    Place::operators(["Automations", "Automations", "/dashboard/v2/automations", "clock"]).section(DASHBOARD),
    Place::operators(["Jobs", "Jobs of all customers", "/dashboard/v2/jobs", "bolt"]).letter("j").section(DASHBOARD),
    Place::operators(["Customers", "Open Customers", "/dashboard/v2/customers", "user"]).letter("c").section(DASHBOARD),
    Place::operators(["Leads", "Open Leads", "/dashboard/v2/leads", "mail"]).letter("e").section(DASHBOARD),
    Place::operators(["Flags", "Flags and experiments", "/dashboard/v2/flags", "flag"]).letter("f").section(DASHBOARD),
    Place::operators(["Payments", "Open Payments", "/payments", "invoice"]).letter("p").section(DASHBOARD),
    Place::operators(["Warehouse", "Open Warehouse", "/dashboard/v2/warehouse", "store"]).letter("w").section(DASHBOARD),
    Place::operators(["Logs", "Audit and logs", "/dashboard/v2/logs", "log"]).letter("l").section(DASHBOARD),
    Place::operators(["Guides", "Open Guides and Runbook", "/dashboard/v2/guides", "help"]),
    Place::operators(["Settings", "Open Settings", "/dashboard/v2/settings", "gear"]).section(DASHBOARD),
];

/// The heading of the operators' places in the side bar.
const DASHBOARD: &str = "Dashboard";

/// An entry of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Unique among commands; the visitor's recent ones are kept by it.
    pub id: String,
    /// What it says.
    pub label: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// What it does.
    pub act: Act,
}

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Go to a path of our own.
    Go(&'static str),
    /// Send the form with this id.
    Send(&'static str),
    /// Toggle the theme.
    Theme,
    /// Show the list of keys.
    Keys,
    /// Look among records of this kind only, by the name that the server gives it.
    Among(&'static str),
}

impl Command {
    fn new(id: &str, label: &'static str, icon: &'static str, act: Act) -> Self {
        Self { id: id.to_owned(), label, icon, act }
    }

    /// The attribute by which the script knows what to do. Holds constants of this table only, so it needs no escaping.
    pub fn attribute(&self) -> String {
        match self.act {
            Act::Go(path) => format!(" data-href=\"{path}\""),
            Act::Send(form) => format!(" data-form=\"#{form}\""),
            Act::Theme => " data-command=\"theme\"".to_owned(),
            Act::Keys => " data-command=\"keys\"".to_owned(),
            Act::Among(kind) => format!(" data-level=\"{kind}\""),
        }
    }
}

/// The commands of somebody.
pub(super) fn commands(audience: Audience) -> Vec<Command> {
    let go = |place: &Place| {
        let id = format!("go{}", place.path.replace('/', "-"));
        Command::new(&id, place.command, place.icon, Act::Go(place.path))
    };
    let mut commands: Vec<Command> = places(audience).map(go).collect();
    for (id, label, icon, kind) in records(audience) {
        commands.push(Command::new(id, label, icon, Act::Among(kind)));
    }
    commands.push(Command::new("theme", "Toggle Theme", "moon", Act::Theme));
    commands.push(Command::new("keys", "Show the keys", "keyboard", Act::Keys));
    if audience != Audience::Stranger {
        commands.push(Command::new("leave", "Sign out", "leave", Act::Send("sign-out")));
    }
    commands
}

/// The kinds of records that somebody can look among: a row each, with the name that the server gives the kind.
const fn records(audience: Audience) -> &'static [(&'static str, &'static str, &'static str, &'static str)] {
    match audience {
        Audience::Customer => &[
            ("find-invoice", "Find an invoice", "search", "Invoices"),
            ("find-message", "Find a message", "search", "Messages"),
        ],
        Audience::Operator => &[
            ("find-customer", "Find a customer", "search", "Customers"),
            ("find-lead", "Find a lead", "search", "Leads"),
            ("find-payment", "Find a payment", "search", "Payments"),
        ],
        Audience::Stranger => &[],
    }
}

/// The places of somebody.
pub(super) fn places(audience: Audience) -> impl Iterator<Item = &'static Place> {
    PLACES.iter().filter(move |place| place.is_for(audience))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const EVERYBODY: [Audience; 3] = [Audience::Customer, Audience::Stranger, Audience::Operator];

    #[test]
    fn nobody_has_two_places_of_one_letter_or_two_commands_of_one_name() {
        for audience in EVERYBODY {
            let letters: Vec<&str> =
                places(audience).map(|place| place.letter).filter(|letter| !letter.is_empty()).collect();
            assert_eq!(letters.iter().collect::<BTreeSet<_>>().len(), letters.len(), "{letters:?}");
            let commands = commands(audience);
            let ids: BTreeSet<&str> = commands.iter().map(|command| command.id.as_str()).collect();
            let labels: BTreeSet<&str> = commands.iter().map(|command| command.label).collect();
            assert_eq!((ids.len(), labels.len()), (commands.len(), commands.len()), "{commands:?}");
        }
    }

    #[test]
    fn what_stands_in_a_side_bar_is_for_operators_and_on_their_phones_too() {
        let sections: Vec<&Place> = PLACES.iter().filter(|place| !place.section.is_empty()).collect();
        assert!(!sections.is_empty());
        for place in sections {
            assert_eq!((place.audiences, place.in_bar), (&[Audience::Operator][..], true), "{place:?}");
        }
    }
}
