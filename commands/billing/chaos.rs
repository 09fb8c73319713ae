//! `echopilot billing chaos`

use std::net::SocketAddr;
use std::time::Duration;

use echopilot_core::billing::{Chaos, Faults};
use echopilot_core::platform::{Fault, Result};
use echopilot_web::Passed;
use serde::Serialize;

use crate::exit::Exit;
use crate::ui::Ui;

/// What `chaos` takes. Probabilities are from 0 to 1.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where it listens; Stripe, or a stand-in for it, is told to send here
    #[arg(long, default_value = "127.0.0.1:9090", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Where deliveries are sent on to
    #[arg(long, value_name = "URL")]
    target: String,
    /// Another seed makes another run; the same one repeats it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How likely a delivery comes twice
    #[arg(long, default_value_t = 0.0, value_name = "P", value_parser = probability)]
    duplicate: f64,
    /// How likely later ones overtake it
    #[arg(long, default_value_t = 0.0, value_name = "P", value_parser = probability)]
    reorder: f64,
    /// Every delivery waits for up to so long
    #[arg(long, default_value_t = 0, value_name = "MS")]
    delay: u64,
    /// How likely it never comes
    #[arg(long, default_value_t = 0.0, value_name = "P", value_parser = probability)]
    drop: f64,
    /// How likely a byte of it is changed
    #[arg(long, default_value_t = 0.0, value_name = "P", value_parser = probability)]
    corrupt: f64,
    /// How likely its signature is of an hour ago
    #[arg(long, default_value_t = 0.0, value_name = "P", value_parser = probability)]
    old: f64,
}

fn probability(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    number
        .filter(|number| (0.0..=1.0).contains(number))
        .ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

/// Printed when it is ready, so that a script knows where to send.
#[derive(Serialize)]
struct Ready {
    listening: String,
    target: String,
}

/// Disturb until Ctrl-C, then tell what passed.
pub(super) fn run(arguments: &Arguments, ui: Ui) -> Result<Exit> {
    let target = arguments.target.clone();
    if !["http://", "https://"].iter().any(|scheme| target.starts_with(scheme)) {
        return Err(Fault::invalid(
            "target",
            "expected an address such as http://127.0.0.1:8080/api/payments/webhook",
        ));
    }
    let faults = Faults {
        duplicate: arguments.duplicate,
        reorder: arguments.reorder,
        drop: arguments.drop,
        corrupt: arguments.corrupt,
        old: arguments.old,
        delay: Duration::from_millis(arguments.delay),
    };
    let chaos = Chaos { seed: arguments.seed, faults };
    let runtime = crate::serve::runtime()?;
    let listener = runtime.block_on(echopilot_web::listen(arguments.listen))?;
    let listening = listener.local_addr().map_err(Fault::internal)?.to_string();
    let stop = runtime.block_on(async { crate::serve::stop_signal() })?;
    if ui.is_json() {
        ui.show(&Ready { listening, target: target.clone() }, |_| {})?;
    } else {
        ui.say(&format!("listening on http://{listening}, sending on to {target}; Ctrl-C ends it"));
    }
    let passed = runtime.block_on(echopilot_web::disturb(chaos, target, listener, stop));
    ui.show(&passed, |table| {
        table.head(&["what", "count"]);
        for (what, count) in rows(&passed) {
            table.row(&[what, count.to_string()]);
        }
    })?;
    Ok(Exit::Done)
}

fn rows(passed: &Passed) -> Vec<(String, u64)> {
    let counts = [
        ("received", passed.received),
        ("dropped", passed.dropped),
        ("sent on twice", passed.duplicated),
        ("overtaken", passed.late),
        ("corrupted", passed.corrupted),
        ("made old", passed.aged),
        ("not answered", passed.unanswered),
    ];
    let answers = passed.answers.iter().map(|(status, count)| (format!("answered {status}"), *count));
    counts.into_iter().map(|(what, count)| (what.to_owned(), count)).chain(answers).collect()
}
