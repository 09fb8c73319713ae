//! The places one can go to, once: header, bottom bar, palette, key sheet, error pages and the search for the nearest
//! place all read this table. A new page is a new row.

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

impl Place {
    /// Whether they may go there.
    pub fn is_for(&self, audience: Audience) -> bool {
        self.audiences.contains(&audience)
    }
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

/// All places that exist.
pub const PLACES: &[Place] = &[
    Place {
        label: "Home",
        command: "Home",
        path: "/",
        icon: "home",
        letter: "h",
        in_header: true,
        in_bar: true,
        tab: "",
        audiences: &[Audience::Customer, Audience::Stranger],
    },
    Place {
        label: "App",
        command: "Open App",
        path: "/app",
        icon: "app",
        letter: "a",
        in_header: true,
        in_bar: true,
        tab: "Overview",
        audiences: &[Audience::Customer],
    },
    Place {
        label: "Invoices",
        command: "Invoices",
        path: "/app/invoices",
        icon: "invoice",
        letter: "",
        in_header: false,
        in_bar: true,
        tab: "Invoices",
        audiences: &[Audience::Customer],
    },
    Place {
        label: "Support",
        command: "Write to Support",
        path: "/app/support",
        icon: "mail",
        letter: "",
        in_header: false,
        in_bar: true,
        tab: "Support",
        audiences: &[Audience::Customer],
    },
    Place {
        label: "Devices",
        command: "Devices and password",
        path: "/app/sessions",
        icon: "user",
        letter: "",
        in_header: false,
        in_bar: true,
        tab: "Devices",
        audiences: &[Audience::Customer],
    },
    Place {
        label: "Pricing",
        command: "Open Pricing",
        path: "/pricing",
        icon: "tag",
        letter: "p",
        in_header: true,
        in_bar: true,
        tab: "",
        audiences: &[Audience::Customer, Audience::Stranger],
    },
    Place {
        label: "Support",
        command: "Open Support",
        path: "/support",
        icon: "help",
        letter: "s",
        in_header: true,
        in_bar: true,
        tab: "",
        audiences: &[Audience::Customer, Audience::Stranger],
    },
    Place {
        label: "Sign in",
        command: "Sign in",
        path: "/auth/login",
        icon: "user",
        letter: "",
        in_header: false,
        in_bar: false,
        tab: "",
        audiences: &[Audience::Stranger],
    },
    Place {
        label: "Payments",
        command: "Open Payments",
        path: "/payments",
        icon: "invoice",
        letter: "p",
        in_header: true,
        in_bar: true,
        tab: "",
        audiences: &[Audience::Operator],
    },
];

/// An entry of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Unique among commands; the visitor's recent ones are kept by it.
    pub id: &'static str,
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
}

impl Command {
    /// The attribute by which the script knows what to do. Holds constants of this table only, so it needs no escaping.
    pub fn attribute(&self) -> String {
        match self.act {
            Act::Go(path) => format!(" data-href=\"{path}\""),
            Act::Send(form) => format!(" data-form=\"#{form}\""),
            Act::Theme => " data-command=\"theme\"".to_owned(),
        }
    }
}

/// The commands of somebody.
pub(super) fn commands(audience: Audience) -> Vec<Command> {
    let mut commands: Vec<Command> = places(audience)
        .map(|place| Command {
            id: place.icon,
            label: place.command,
            icon: place.icon,
            act: Act::Go(place.path),
        })
        .collect();
    commands.push(Command { id: "theme", label: "Toggle Theme", icon: "moon", act: Act::Theme });
    if audience != Audience::Stranger {
        commands.push(Command { id: "leave", label: "Sign out", icon: "leave", act: Act::Send("sign-out") });
    }
    commands
}

/// The places of somebody.
pub(super) fn places(audience: Audience) -> impl Iterator<Item = &'static Place> {
    PLACES.iter().filter(move |place| place.is_for(audience))
}
