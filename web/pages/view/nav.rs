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
    pub audience: Audience,
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

/// All places that exist.
pub const PLACES: &[Place] = &[
    Place {
        label: "App",
        command: "Open App",
        path: "/app",
        icon: "app",
        letter: "a",
        in_header: true,
        in_bar: true,
        tab: "Overview",
        audience: Audience::Customer,
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
        audience: Audience::Customer,
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
        audience: Audience::Customer,
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
        audience: Audience::Customer,
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
        audience: Audience::Stranger,
    },
    Place {
        label: "Overview",
        command: "Open Dashboard",
        path: "/dashboard/v2",
        icon: "pulse",
        letter: "d",
        in_header: true,
        in_bar: true,
        tab: "",
        audience: Audience::Operator,
    },
    Place {
        label: "Automations",
        command: "Automations",
        path: "/dashboard/v2/automations",
        icon: "clock",
        letter: "",
        in_header: false,
        in_bar: true,
        tab: "",
        audience: Audience::Operator,
    },
    Place {
        label: "Jobs",
        command: "Jobs of all customers",
        path: "/dashboard/v2/jobs",
        icon: "bolt",
        letter: "j",
        in_header: false,
        in_bar: true,
        tab: "",
        audience: Audience::Operator,
    },
    Place {
        label: "Customers",
        command: "Find a customer",
        path: "/dashboard/v2/customers",
        icon: "user",
        letter: "c",
        in_header: false,
        in_bar: true,
        tab: "",
        audience: Audience::Operator,
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
        audience: Audience::Operator,
    },
    Place {
        label: "Logs",
        command: "Audit and logs",
        path: "/dashboard/v2/logs",
        icon: "log",
        letter: "l",
        in_header: false,
        in_bar: false,
        tab: "",
        audience: Audience::Operator,
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
    PLACES.iter().filter(move |place| place.audience == audience)
}
