//! `echopilot serve`: web server, scheduler and refreshers in one process. Two stages at the end: first the server
//! drains, then the threads stop and the logs are written out.

mod background;
mod welcome;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use echopilot_core::auth;
use echopilot_core::config::{OperatorKey, Settings};
use echopilot_core::customers::directory;
use echopilot_core::demo::SeedDemo;
use echopilot_core::flags::Assignments;
use echopilot_core::operation::{Caller, Cx, Deps};
use echopilot_core::platform::{Chance, Clock, Fault, Ids, Result, digest_hex};
use echopilot_web::{Caps, Patience};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use self::background::Background;
use self::welcome::Welcome;
use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// Serve the web pages and the API, and run what is scheduled
#[derive(clap::Args)]
#[command(after_help = example!("echopilot serve --demo", "echopilot serve --bind 127.0.0.1:9000"))]
pub(crate) struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<String>,
    /// Made-up data in a folder of its own, with a demo account to sign in with one tap
    #[arg(long)]
    demo: bool,
    /// Run no scheduled tasks and deliver no mail: another replica does
    #[arg(long)]
    no_scheduler: bool,
}

/// For requests in flight at the end. With the threads' [`background::PATIENCE`] and two [`FAREWELL`]s it stays below
/// the half minute that supervisors wait before they kill.
const DRAIN: Duration = Duration::from_secs(10);
/// For the runtime to let go, and for the logs to be written out.
const FAREWELL: Duration = Duration::from_secs(2);

/// Serve until SIGTERM or Ctrl-C.
pub(crate) fn run(arguments: &Arguments, global: &Global, ui: Ui) -> Result<Exit> {
    let mut overrides = global.overrides();
    overrides.bind.clone_from(&arguments.bind);
    overrides.demo = arguments.demo;
    let mut settings = boot::settings(&overrides)?;
    let operator_key = demo_key(&mut settings);
    let runtime = runtime()?;
    let listener = runtime.block_on(echopilot_web::listen(settings.bind))?;
    let address = listener.local_addr().map_err(Fault::internal)?;
    let base_url = settings.base_url(address);
    let deps = boot::assemble(settings, base_url)?;
    auth::ensure_signing_key(&deps)?;
    if deps.settings.demo {
        seed_when_empty(&deps)?;
    }
    // Before anybody is told that the server is up: whoever knows may ask it to end.
    let stop = runtime.block_on(async { stop_signal() })?;
    let background = Background::start(&deps, !arguments.no_scheduler)?;
    let served = serve(&runtime, &deps, listener, stop, &welcome(&deps, address, operator_key), ui);
    // The server has drained or failed; what runs beside it stops at its next step.
    let drained = Clock::monotonic();
    // Nobody assigns any more. First, since what the threads are at may take all the time there is.
    if let Err(fault) = Assignments::store_waiting(&deps) {
        ui.say(&format!("assignments of flags were not stored: {}", fault.detail));
    }
    background.stop(background::PATIENCE.saturating_sub(drained.elapsed()));
    runtime.shutdown_timeout(FAREWELL);
    deps.events.flush(FAREWELL);
    served.map(|()| Exit::Done)
}

fn serve(
    runtime: &Runtime,
    deps: &Arc<Deps>,
    listener: tokio::net::TcpListener,
    stop: impl Future<Output = ()>,
    welcome: &Welcome,
    ui: Ui,
) -> Result<()> {
    let front = echopilot_web::front(deps)?;
    welcome.show(ui)?;
    runtime.block_on(async {
        let patience = Patience { drain: DRAIN, ..Patience::default() };
        let drained = echopilot_web::serve(front, listener, patience, Caps::within_file_limit(), stop).await;
        if drained.cut > 0 {
            ui.say(&format!("{} connections were cut at the end of the time for draining", drained.cut));
        }
    });
    Ok(())
}

/// The asynchronous runtime.
pub(crate) fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // As many as `offload` lets in at once; threads that idle go away.
        .max_blocking_threads(64)
        .thread_name("web")
        .build()
        .map_err(Fault::internal)
}

/// SIGTERM or SIGINT.
pub(crate) fn stop_signal() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Fault::internal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Fault::internal)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// A demonstration without an operator key gets one for this run; it is shown once and kept as a digest.
fn demo_key(settings: &mut Settings) -> Option<String> {
    if !settings.demo || !settings.operator_keys.is_empty() {
        return None;
    }
    // With a word in front, so that it never begins with a hyphen, which many programs take for an option.
    let key = format!("demo_{}", Ids::new(Clock::System, Chance::System).token(32));
    settings.operator_keys.push(OperatorKey { name: "demo".into(), digest: digest_hex(key.as_bytes()) });
    Some(key)
}

fn seed_when_empty(deps: &Arc<Deps>) -> Result<()> {
    if deps.store.read(directory::count)? == 0 {
        Cx::new(Arc::clone(deps), Caller::Shell).call(&SeedDemo::default())?;
    }
    Ok(())
}

fn welcome(deps: &Deps, address: SocketAddr, operator_key: Option<String>) -> Welcome {
    Welcome {
        url: deps.base_url.clone(),
        listening: address.to_string(),
        sign_in: format!("{}/auth/login", deps.base_url),
        demo: deps.settings.demo,
        operator_key,
        has_operator: !deps.settings.operator_keys.is_empty(),
        data_dir: deps.settings.data_dir.display().to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}
