//! The threads beside the server: some keep memory up to date, one runs the schedule, one delivers the outbox.
//! None of them knows the asynchronous runtime.

use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use echopilot_core::catalogue::RESIDENTS;
use echopilot_core::events::{Event, Level, Log, Scrubbed};
use echopilot_core::operation::{Deps, Resident};
use echopilot_core::platform::{Clock, Fault, Result};
use echopilot_core::scheduler::{self, Runner};
use echopilot_core::slo::Recorder;

/// Stored runs that are executed at the same time.
const RUNS_AT_ONCE: usize = 4;
/// How often the schedule is looked at: a stored run begins this soon at the latest.
const SCHEDULE_EVERY: Duration = Duration::from_secs(1);
/// Mail lies in the outbox at most this long before it is delivered.
const DELIVER_EVERY: Duration = Duration::from_millis(400);

/// How often full minutes are looked for: one is stored this soon after its end.
const RECORD_EVERY: Duration = Duration::from_secs(5);

/// How long the threads get to end, less what the assignments that wait take to be stored.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// The threads; [`Background::stop`] ends them.
pub(super) struct Background {
    stop: Arc<Stop>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Stop {
    asked: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    /// Sleep; true when it is time to end.
    fn wait(&self, time: Duration) -> bool {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(asked, time, |asked| !*asked);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn ask(&self) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }
}

impl Background {
    pub(super) fn start(deps: &Arc<Deps>, with_scheduler: bool) -> Result<Self> {
        let mut background = Self { stop: Arc::default(), threads: Vec::new() };
        let (alone, together): (Vec<_>, Vec<_>) = RESIDENTS.iter().partition(|resident| resident.alone);
        background.keep_fresh("refresher", together, deps)?;
        for resident in alone {
            background.keep_fresh(resident.name, vec![resident], deps)?;
        }
        background.spawn("minutes", deps, record_minutes)?;
        if with_scheduler {
            background.spawn("scheduler", deps, run_schedule)?;
            background.spawn("outbox", deps, deliver)?;
        }
        Ok(background)
    }

    /// A thread that refreshes. Not waited for at the end: what it is in the middle of is done again by the next process, and
    /// it may be asking somebody who does not answer.
    fn keep_fresh(&self, name: &str, residents: Vec<&'static Resident>, deps: &Arc<Deps>) -> Result<()> {
        let (deps, stop) = (Arc::clone(deps), Arc::clone(&self.stop));
        let thread = std::thread::Builder::new().name(name.into());
        thread.spawn(move || keep_fresh(&residents, &deps, &stop)).map(drop).map_err(Fault::internal)
    }

    fn spawn(&mut self, name: &str, deps: &Arc<Deps>, work: fn(&Arc<Deps>, &Stop)) -> Result<()> {
        let (deps, stop) = (Arc::clone(deps), Arc::clone(&self.stop));
        let thread = std::thread::Builder::new().name(name.into()).spawn(move || work(&deps, &stop));
        self.threads.push(thread.map_err(Fault::internal)?);
        Ok(())
    }

    /// Ask every thread to end and wait for it, `patience` at the most: a run that takes longer is left, and
    /// begun anew by the next process.
    pub(super) fn stop(self, patience: Duration) {
        self.stop.ask();
        let until = Clock::monotonic() + patience;
        while self.threads.iter().any(|thread| !thread.is_finished()) && Clock::monotonic() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn keep_fresh(residents: &[&Resident], deps: &Deps, stop: &Stop) {
    let mut due: Vec<Instant> = residents.iter().map(|_| Clock::monotonic()).collect();
    let mut failing = HashSet::new();
    loop {
        let now = Clock::monotonic();
        for (resident, due) in residents.iter().zip(&mut due) {
            if *due <= now {
                *due = now + resident.every;
                note(deps, &mut failing, resident.name, (resident.refresh)(deps));
            }
        }
        let next = due.iter().min().copied().unwrap_or(now + Duration::from_secs(1));
        if stop.wait(next.saturating_duration_since(Clock::monotonic())) {
            return;
        }
    }
}

fn run_schedule(deps: &Arc<Deps>, stop: &Stop) {
    let runner = Runner::new(Arc::clone(deps));
    let mut failing = HashSet::new();
    let mut at_work: Vec<JoinHandle<()>> = Vec::new();
    loop {
        at_work.retain(|thread| !thread.is_finished());
        let ticked = runner.tick(RUNS_AT_ONCE - at_work.len());
        match ticked {
            Err(fault) => note(deps, &mut failing, "schedule", Err(fault)),
            Ok(ticked) => {
                note(deps, &mut failing, "schedule", Ok(()));
                for run in ticked.claimed {
                    let (runner, own) = (runner.clone(), Arc::clone(deps));
                    let thread = std::thread::Builder::new().name("run".into()).spawn(move || {
                        note(&own, &mut HashSet::new(), "run", runner.execute(&run));
                    });
                    at_work.extend(thread.ok());
                }
            }
        }
        if stop.wait(SCHEDULE_EVERY) {
            break;
        }
    }
    for thread in at_work {
        let _ = thread.join();
    }
}

fn record_minutes(deps: &Arc<Deps>, stop: &Stop) {
    let mut recorder = Recorder::new(Arc::clone(deps));
    let mut failing = HashSet::new();
    loop {
        note(deps, &mut failing, "minutes", recorder.tick().map(drop));
        if stop.wait(RECORD_EVERY) {
            return;
        }
    }
}

fn deliver(deps: &Arc<Deps>, stop: &Stop) {
    let mut failing = HashSet::new();
    loop {
        note(deps, &mut failing, "outbox", scheduler::deliver(deps).map(drop));
        if stop.wait(DELIVER_EVERY) {
            return;
        }
    }
}

/// Log a failure once when it begins and once when it is over, not twice a second while it lasts.
fn note(deps: &Deps, failing: &mut HashSet<&'static str>, what: &'static str, result: Result<()>) {
    match result {
        Ok(()) if failing.remove(what) => {
            deps.events.emit(Event::new(Log::Sentinel, "background_recovered").field("what", what));
        }
        Err(fault) if failing.insert(what) => {
            let cause = fault.cause().unwrap_or_else(|| fault.detail.clone());
            let event =
                Event::new(Log::Sentinel, "background_failing").level(Level::Error).field("what", what);
            deps.events.emit(event.field("code", fault.code).field("cause", Scrubbed::text(&cause)));
        }
        _ => {}
    }
}
