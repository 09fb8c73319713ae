//! What runs by the clock: once when it is due, never twice, never forgotten, whatever the clock, a restart or a second
//! replica does.

use std::sync::Arc;
use std::time::Duration;

use echopilot_core::events::Log;
use echopilot_core::operation::later::{self, Run};
use echopilot_core::platform::{Chance, Timestamp};
use echopilot_core::scheduler::{PauseTask, ResumeTask, Runner, SCHEDULE, Scheduled, ShowScheduler};
use echopilot_core::store::Engine;
use serde_json::{Value, json};

use crate::support::{Served, TestApp, engines, eventually, on_each_engine};

const TASK: &str = "clean-up";
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: i64 = 24 * 3_600_000;

/// Chance for a simulation, from a seed that a failure names.
struct Dice(Chance);

impl Dice {
    fn below(&self, end: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes) % end
    }
}

/// One look at the clock; the daily runs that it began, done at once as a healthy machine does.
fn look(app: &TestApp, runner: &Runner) -> Vec<Run> {
    let claimed = runner.tick(16).unwrap().claimed;
    for run in &claimed {
        if run.operation == TASK {
            runner.execute(run).unwrap();
        } else {
            let (id, now) = (run.id.clone(), app.clock.now());
            let skipped = Arc::new(Err(echopilot_core::platform::Fault::not_found("another story's task")));
            app.deps.store.write(move |tx| later::finish(tx, &id, now, &skipped)).unwrap();
        }
    }
    claimed.into_iter().filter(|run| run.operation == TASK).collect()
}

/// How many due times lie in (from, to].
fn due_between(task: &Scheduled, from: Timestamp, to: Timestamp) -> usize {
    let mut time = from;
    let mut count = 0;
    while let Ok(next) = task.next(time) {
        if next > to {
            break;
        }
        count += 1;
        time = next;
    }
    count
}

/// Days of a clock that mostly goes on by hours, stands still for days and now and then jumps forth and back.
fn simulate(engine: Engine, seed: u64, days: i64) {
    let app = TestApp::on(engine).leaves_work();
    let dice = Dice(Chance::seeded(seed));
    let task = Scheduled::named(TASK).unwrap();
    let mut runner = Runner::new(Arc::clone(&app.deps));
    look(&app, &runner);
    // What runs every minute would be most of the work, and nothing is asked about it here.
    for other in SCHEDULE.iter().filter(|other| other.name != TASK) {
        app.operator().call(&PauseTask { task: other.name.into() }).unwrap();
    }
    let begun = app.clock.now();
    // Everything up to here is settled: its due times have run, or were before the first look.
    let (mut settled, mut furthest, mut runs) = (begun, begun, 0_usize);
    let mut lived = Duration::ZERO;
    while i64::try_from(lived.as_millis()).unwrap() < days * DAY {
        let words = format!("seed {seed} on {engine}, {} days in", lived.as_secs() / 86_400);
        let mut went_back = false;
        match dice.below(40) {
            0 => app.clock.advance(48 * HOUR),
            1 => {
                app.clock.set(app.clock.now().minus(24 * HOUR));
                went_back = true;
            }
            2 => runner = Runner::new(Arc::clone(&app.deps)),
            _ => {
                let step = Duration::from_secs(60 * dice.below(16 * 60));
                lived += step;
                app.clock.advance(step);
            }
        }
        let now = app.clock.now();
        let told = |app: &TestApp| {
            let is_told = |line: &&Value| line["event"] == "clock_stepped_back" && line["task"] == TASK;
            app.logs(Log::Scheduler).iter().filter(is_told).count()
        };
        let told_before = if went_back { told(&app) } else { 0 };
        let began = if dice.below(8) == 0 { both_look(&app, &runner) } else { look(&app, &runner) };
        assert!(began.len() <= 1, "{words}: {} runs at once", began.len());
        runs += began.len();
        if went_back && told(&app) > told_before {
            // Two jumps back in a row: the due time was set anew, and the time from here on counts once more.
            (settled, furthest) = (now, now);
            assert!(began.is_empty(), "{words}");
        } else if now > furthest {
            // Newly reached time: one run for whatever fell due in it, no run where nothing did.
            let due = due_between(task, settled, now);
            assert_eq!(began.len(), due.min(1), "{words}: {due} due times until {now}");
            (settled, furthest) = (now, now);
        } else {
            assert!(began.is_empty(), "{words}: {now} was lived through before");
        }
    }
    assert!(runs > usize::try_from(days).unwrap() / 3, "seed {seed}: only {runs} runs in {days} days");
}

/// Two replicas look at the same moment.
fn both_look(app: &TestApp, runner: &Runner) -> Vec<Run> {
    let other = Runner::new(Arc::clone(&app.deps));
    std::thread::scope(|scope| {
        let second = scope.spawn(|| look(app, &other));
        let mut began = look(app, runner);
        began.extend(second.join().unwrap());
        began
    })
}

#[test]
fn a_daily_task_runs_once_a_day_for_two_years_with_jumps() {
    for engine in engines() {
        simulate(*engine, 1, if *engine == Engine::Sqlite { 700 } else { 60 });
    }
}

#[test]
fn a_daily_task_runs_once_a_day_for_two_other_years_with_jumps() {
    for engine in engines() {
        simulate(*engine, 2, if *engine == Engine::Sqlite { 700 } else { 60 });
    }
}

#[test]
fn a_daily_task_runs_once_a_day_for_two_more_years_with_jumps() {
    for engine in engines() {
        simulate(*engine, 3, if *engine == Engine::Sqlite { 700 } else { 60 });
    }
}

#[test]
fn a_missed_time_is_made_up_for_once() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine).leaves_work();
        let runner = Runner::new(Arc::clone(&app.deps));
        assert!(look(&app, &runner).is_empty(), "the first look only sets the time");
        app.clock.advance(HOUR);
        assert!(look(&app, &runner).is_empty());
        app.clock.advance(5 * 24 * HOUR);
        assert_eq!(look(&app, &runner).len(), 1, "five days late: once");
        assert!(look(&app, &runner).is_empty());
        app.clock.advance(24 * HOUR);
        assert_eq!(look(&app, &runner).len(), 1);
    });
}

#[test]
fn a_task_that_was_paused_makes_nothing_up() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine).leaves_work();
        let runner = Runner::new(Arc::clone(&app.deps));
        look(&app, &runner);
        assert!(app.operator().call(&PauseTask { task: TASK.into() }).unwrap().changed);
        assert!(!app.operator().call(&PauseTask { task: TASK.into() }).unwrap().changed);
        app.clock.advance(3 * 24 * HOUR);
        assert!(look(&app, &runner).is_empty());
        let next = app.operator().call(&ResumeTask { task: TASK.into() }).unwrap().next.unwrap();
        assert!(look(&app, &runner).is_empty(), "what it missed is not made up for");
        app.clock.set(next);
        assert_eq!(look(&app, &runner).len(), 1);
    });
}

#[test]
fn a_run_whose_process_died_is_begun_anew_three_times_at_the_most() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine).leaves_work();
        let runner = Runner::new(Arc::clone(&app.deps));
        look(&app, &runner);
        app.clock.advance(24 * HOUR);
        let mut begun = Vec::new();
        // Each time the process dies between claiming the run and doing it.
        for _ in 0..8 {
            begun.extend(runner.tick(16).unwrap().claimed.into_iter().filter(|run| run.operation == TASK));
            app.clock.advance(Duration::from_secs(9));
            let early = runner.tick(16).unwrap().claimed;
            assert!(early.iter().all(|run| run.operation != TASK), "nine seconds are no death");
            app.clock.advance(Duration::from_secs(2));
        }
        assert_eq!(begun.len(), 4, "the first time and three more");
        assert!(begun.iter().all(|run| run.id == begun[0].id));
        let last = app.deps.store.read(|tx| later::latest(tx, TASK, 1)).unwrap().remove(0);
        assert_eq!((&*last.state, last.outcome.as_deref()), ("failed", Some("abandoned")));
        let status = app.operator().call(&ShowScheduler::default()).unwrap();
        let shown = status.tasks.iter().find(|task| task.name == TASK).unwrap();
        assert_eq!(shown.last_run.as_ref().unwrap().result, "abandoned");
        // A run that is done in time is not begun again.
        app.clock.advance(24 * HOUR);
        assert_eq!(look(&app, &runner).len(), 1);
        app.clock.advance(HOUR);
        assert!(look(&app, &runner).is_empty());
    });
}

#[test]
fn a_run_that_another_took_over_is_not_done_twice() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine).leaves_work();
        let (one, other) = (Runner::new(Arc::clone(&app.deps)), Runner::new(Arc::clone(&app.deps)));
        look(&app, &one);
        app.clock.advance(24 * HOUR);
        let claimed = one.tick(16).unwrap().claimed;
        let late = claimed.iter().find(|run| run.operation == TASK).unwrap();
        // Held up for long between claiming the run and doing it, as a machine that was asleep.
        app.clock.advance(Duration::from_secs(11));
        let taken_over = look(&app, &other);
        assert_eq!(taken_over.iter().map(|run| &run.id).collect::<Vec<_>>(), [&late.id]);
        one.execute(late).unwrap();
        let finished = |line: &Value| line["event"] == "run_finished" && line["task"] == TASK;
        let lines = app.logs(Log::Scheduler);
        assert_eq!(lines.iter().filter(|line| finished(line)).count(), 1, "{lines:?}");
    });
}

#[test]
fn run_pause_and_resume_over_http_last_over_a_restart() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let task = |server: &Served| -> Value {
            let status = server.get_as_operator("/api/scheduler/status").expect_status(200).json();
            let tasks = status["tasks"].as_array().unwrap().clone();
            tasks.into_iter().find(|task| task["name"] == TASK).unwrap()
        };
        let fresh = task(&server);
        assert_eq!((&fresh["last_run"], &fresh["paused"]), (&Value::Null, &json!(false)));
        assert_eq!(fresh["words"], "daily at 04:00 UTC");

        let started =
            server.post_as_operator("/api/scheduler/run", &json!({ "task": TASK })).expect_status(202);
        let run_id = started.json()["run_id"].clone();
        let done = eventually("the run", || {
            let task = task(&server);
            (task["last_run"]["result"] == "ok").then_some(task)
        });
        assert_eq!(done["last_run"]["id"], run_id);
        assert_eq!(
            (&done["streak"], &done["next"]),
            (&json!(1), &fresh["next"]),
            "its own time is not moved"
        );
        server.wait_for_log(Log::Scheduler, |line| {
            line["event"] == "run_finished" && line["request_id"] == run_id
        });

        for path in ["/api/scheduler/pause", "/api/automations/stop"] {
            let paused = server.post_as_operator(path, &json!({ "task": TASK })).expect_status(200).json();
            assert_eq!((&paused["paused"], &paused["next"]), (&json!(true), &Value::Null));
        }
        let server = server.kill().serve();
        let paused = task(&server);
        assert_eq!((&paused["paused"], &paused["paused_by"]), (&json!(true), &json!("tester")));
        assert_eq!(paused["last_run"]["id"], run_id);
        let resumed =
            server.post_as_operator("/api/scheduler/resume", &json!({ "task": TASK })).expect_status(200);
        assert_eq!(resumed.json()["changed"], true);
        let server = server.kill().serve();
        assert_eq!(task(&server)["paused"], false);
        assert_eq!(task(&server)["next"], fresh["next"]);

        let events = server.home.rows("SELECT kind, actor FROM ops_events ORDER BY id");
        let kinds: Vec<&str> = events.iter().map(|event| event[0].as_str()).collect();
        assert_eq!(kinds, ["task_run_requested", "task_paused", "task_resumed"], "each once");
        assert!(events.iter().all(|event| event[1] == "operator tester"), "{events:?}");
    });
}
