//! What jobs say of the rate: the figures of the last 30 days, and nothing from fewer than 20.

use std::time::Duration;

use echopilot_core::customers::{Plans, RateOrigin, ShowTiers};
use echopilot_core::jobs::{self, Job};
use echopilot_core::pricing::{OptimizePricing, PricingAdvice, PricingRecommendation};
use echopilot_core::store::Engine;
use echopilot_core::store::documents::{self, Change};

use crate::support::{Served, TestApp, on_each_engine};

/// A job of one minute with this score and cost, made so many days ago.
fn work(app: &TestApp, number: usize, days: u64, qa: Option<f64>, cost_micro: i64, seconds: u64) {
    let customer = app.customer("ada@example.com").caller.customer().unwrap().profile.customer_id.clone();
    let created_at = app.clock.now().minus(Duration::from_secs(days * 86_400 + 60));
    let job = Job {
        id: format!("job-{number}"),
        customer_id: customer,
        kind: "research".into(),
        task: "Find out".into(),
        status: "succeeded".into(),
        qa_score: qa,
        qa_target: 80.0,
        cost_micro,
        tokens_in: 1,
        tokens_out: 1,
        created_at,
        started_at: Some(created_at),
        finished_at: Some(created_at.plus(Duration::from_secs(seconds))),
    };
    assert!(app.deps.store.write(move |tx| jobs::add(tx, &job)).unwrap());
}

fn advice(app: &TestApp) -> PricingAdvice {
    app.operator().call(&OptimizePricing::default()).unwrap()
}

#[test]
fn the_suggestion_follows_the_jobs_of_the_last_thirty_days() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let none = advice(&app);
        assert_eq!((none.recommendation, none.new_rate), (PricingRecommendation::InsufficientData, None));
        assert_eq!(
            (none.current_rate, none.rate_origin, none.factors.qa_avg),
            (0.5, RateOrigin::BuiltIn, None)
        );
        // A minute brings in 50 cents; one that costs 28 leaves a margin of 44 per cent.
        for number in 0..19 {
            work(&app, number, 1, Some(90.0), 280_000, 60);
        }
        // None of these count: too old, without a score, without time.
        work(&app, 100, 31, Some(10.0), 1, 60);
        work(&app, 101, 1, None, 1, 60);
        work(&app, 102, 1, Some(10.0), 1, 0);
        let few = advice(&app);
        assert_eq!((few.recommendation, few.factors.jobs), (PricingRecommendation::InsufficientData, 19));
        assert_eq!((few.factors.qa_avg, few.factors.margin_avg), (Some(90.0), Some(44.0)));
        // Twice the time at twice the cost is the same margin.
        work(&app, 19, 29, Some(90.0), 560_000, 120);
        let found = advice(&app);
        assert_eq!((found.factors.jobs, found.recommendation), (20, PricingRecommendation::Increase));
        assert_eq!((found.factors.qa_factor, found.factors.margin_factor), (Some(1.0), Some(1.1364)));
        assert_eq!((found.adjustment, found.new_rate), (Some(1.0682), Some(0.5341)));
        assert_eq!(advice(&app), found, "asking changes nothing");
        let shown = format!("{:?}", app.operator().call(&ShowTiers::default()).unwrap().tiers);
        assert!(shown.contains("29900"), "and no price");
    });
}

#[test]
fn the_rate_is_the_document_s_and_says_so() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let text = include_str!("../../configs/pricing.json");
        let text = text.replace("\"base_rate_usd_per_minute\": 0.5", "\"base_rate_usd_per_minute\": 2.0");
        match engine {
            Engine::Sqlite => {
                let folder = app.path().join("configs");
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join("pricing.json"), text).unwrap();
                Plans::refresh(&app.deps).unwrap();
                let found = advice(&app);
                assert_eq!((found.current_rate, found.rate_origin), (2.0, RateOrigin::Document));
            }
            Engine::Postgres => {
                let at = app.clock.now();
                let change =
                    Change { name: "pricing".into(), from: None, body: text, by: "tester".into(), at };
                app.deps.store.write(move |tx| documents::put(tx, &change).map(drop)).unwrap();
                // Rows are read again once a minute, so a process that starts now has it.
                let built = Plans::build(&app.deps).unwrap();
                let plans = built.downcast::<Plans>().unwrap();
                assert_eq!(plans.rate(), (2.0, RateOrigin::Document));
            }
        }
    });
}

#[test]
fn shell_and_http_say_the_same() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let over_http =
            server.post_as_operator("/api/pricing/optimize", &serde_json::json!({})).expect_status(200);
        let in_shell = server.home.run(&["pricing", "optimize", "--json"]).expect_code(0);
        assert_eq!(in_shell.stdout.trim_end(), over_http.text);
        assert_eq!(over_http.json()["recommendation"], "insufficient_data");
        let table = server.home.run(&["pricing", "optimize"]).expect_code(0).stdout;
        assert!(table.contains("too few jobs to say") && table.contains("the built-in pricing document"));
    });
}
