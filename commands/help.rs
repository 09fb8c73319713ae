//! What stands below the options in `--help`: an example and the exit codes.

/// The exit codes, the same for every command.
macro_rules! exit_codes {
    () => {
        "Exit codes:\n  0 ok  1 failed  2 usage  3 finding, drift or refused gate  4 not authorised\n  \
         5 conflict or lock held  6 limit or budget  7 upstream unreachable  130 interrupted"
    };
}

/// An example, then the exit codes.
macro_rules! example {
    ($($line:literal),+ $(,)?) => {
        concat!("Example:\n", $("  ", $line, "\n",)+ "\n", $crate::help::exit_codes!())
    };
}

pub(crate) use {example, exit_codes};

/// Below the list of commands.
pub(crate) const OVERVIEW: &str = concat!(
    "Start here:\n  echopilot serve --demo           a working product on made-up data, at http://127.0.0.1:8080\n  \
     echopilot smoke                  is a running server well?\n  \
     echopilot config show --origin   every setting and where its value comes from\n\n",
    exit_codes!()
);
