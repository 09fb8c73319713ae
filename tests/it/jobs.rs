//! Jobs: their list page by page, their figures, and bad input in general.

use std::collections::BTreeSet;

use echopilot_core::jobs::{self, Job, ListJobDays, ListJobs, SummariseAccount};
use echopilot_core::operation::Cx;
use echopilot_core::platform::{Code, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::support::{Served, TestApp, on_each_engine};

#[test]
fn every_page_together_shows_every_job_once_newest_first() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let rounds = std::cell::Cell::new(0);
        let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
        let case = (proptest::collection::vec(0_i64..3, 0..30), 1_u32..8);
        let told = TestRunner::new(config).run(&case, |(times, limit)| {
            rounds.set(rounds.get() + 1);
            let round = rounds.get();
            let own = app.customer(&format!("own{round}@example.com"));
            let ids: BTreeSet<String> =
                times.iter().enumerate().map(|(number, time)| add(&own, round, number, *time)).collect();
            for (cx, customer) in [(own.clone(), None), (app.operator(), Some(customer_id(&own)))] {
                let mut seen = Vec::new();
                let mut cursor = None;
                loop {
                    let page = ListJobs {
                        limit: Some(limit),
                        cursor,
                        customer: customer.clone(),
                        ..ListJobs::default()
                    };
                    let page = cx.call(&page).unwrap();
                    seen.extend(page.jobs.into_iter().map(|job| (job.created_at, job.id)));
                    cursor = page.next_cursor;
                    if cursor.is_none() {
                        break;
                    }
                }
                prop_assert!(seen.is_sorted_by(|one, next| one > next), "{:?}", seen);
                prop_assert_eq!(&seen.into_iter().map(|(_, id)| id).collect::<BTreeSet<_>>(), &ids);
            }
            Ok(())
        });
        told.unwrap();
    });
}

#[test]
fn who_may_name_a_customer() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let own = app.customer("own@example.com");
        let named = ListJobs { customer: Some(customer_id(&own)), ..ListJobs::default() };
        assert!(own.call(&named).unwrap().jobs.is_empty(), "themselves");
        let other = app.customer("other@example.com");
        assert_eq!(other.call(&named).unwrap_err().code, Code::NotFound, "nobody else");
        assert!(app.operator().call(&named).unwrap().jobs.is_empty());
        assert_eq!(app.stranger().call(&named).unwrap_err().code, Code::Unauthenticated);
        assert!(own.call(&ListJobs::default()).unwrap().jobs.is_empty());
    });
}

#[test]
fn the_month_is_counted_in_utc_and_without_the_unscored() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let own = app.customer("own@example.com");
        let at = |text: &str| Timestamp::parse(text).unwrap().millis();
        for (number, time) in
            ["2026-03-01T00:00:00Z", "2026-03-02T09:00:00Z", "2026-02-28T23:59:59.999Z"].iter().enumerate()
        {
            add(&own, 0, number, at(time));
        }
        let summary = own.call(&SummariseAccount::default()).unwrap();
        let (this, last) = (summary.this_month, summary.last_month);
        assert_eq!((this.jobs, this.scored, this.cost_micro), (2, 1, 14));
        assert_eq!(this.qa_mean, Some(80.5));
        assert_eq!((last.jobs, last.scored, last.qa_mean), (1, 1, Some(80.5)));
        assert_eq!(this.since.to_string(), "2026-03-01T00:00:00.000Z");
    });
}

#[test]
fn days_are_those_of_utc_each_once_beside_as_many_before() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let own = app.customer("own@example.com");
        let today = own.now.utc().format("%Y-%m-%d").to_string();
        let midnight = Timestamp::parse(&format!("{today}T00:00:00Z")).unwrap().millis();
        let day = 24 * 3_600_000;
        // Today twice, the last moment of yesterday, the first and the last moment of the days before, and too long ago.
        let times = [0, 5, -1, -6 * day, -6 * day - 1, -13 * day, -13 * day - 1];
        for (number, time) in times.iter().enumerate() {
            add(&own, 0, number, midnight + time);
        }
        add(&app.customer("other@example.com"), 1, 0, midnight);
        let listed = own.call(&ListJobDays { days: Some(7) }).unwrap();
        let counted = |days: &[jobs::DayFigures]| days.iter().map(|day| day.jobs).collect::<Vec<_>>();
        assert_eq!(counted(&listed.now), [1, 0, 0, 0, 0, 1, 2]);
        assert_eq!(counted(&listed.before), [1, 0, 0, 0, 0, 0, 1]);
        let last = listed.now.last().unwrap();
        assert_eq!((last.scored, last.qa_mean, last.cost_micro), (1, Some(80.5), 14));
        assert_eq!(listed.now[1].qa_mean, None, "a day without jobs has no score, and none of zero");
        assert_eq!(last.since, Timestamp(midnight));
        let all: Vec<Timestamp> = listed.before.iter().chain(&listed.now).map(|day| day.since).collect();
        assert!(all.windows(2).all(|pair| pair[1].millis() - pair[0].millis() == day));
        assert_eq!(own.call(&ListJobDays::default()).unwrap().now.len(), 30);
        for days in [0, 93] {
            let fault = own.call(&ListJobDays { days: Some(days) }).unwrap_err();
            assert_eq!((fault.code, fault.fields[0].field.as_str()), (Code::Invalid, "days"));
        }
        assert_eq!(app.stranger().call(&ListJobDays::default()).unwrap_err().code, Code::Unauthenticated);
    });
}

#[test]
fn bad_input_is_named() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        for (query, field) in [
            ("limit=-1", "limit"),
            ("limit=9223372036854775808", "limit"),
            ("limit=1&limit=2", "limit"),
            ("customer=a&customer=b", "customer"),
            ("cursor=x", "cursor"),
            ("offset=1", "offset"),
        ] {
            let problem = server.get_as_operator(&format!("/api/jobs?{query}")).expect_status(422).json();
            assert_eq!(problem["errors"][0]["field"], field, "{query}");
        }
        assert_eq!(server.get_as_operator("/api/jobs?customer=%00").status, 422);
        let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
        for (body, status) in [
            (r#"{"task":["clean-up"]}"#, 422),
            (r#"{"task":1}"#, 422),
            (r#"{"task":null}"#, 422),
            (r#"{"task":{}}"#, 422),
            (r#"{"task":"clean-up","task":"clean-up"}"#, 422),
            (r#"{"task":"clean-up","extra":1}"#, 422),
            (r#"{"task":"no-such-task"}"#, 422),
            (r#"{"task":"clean-up\u0000"}"#, 422),
            (r#"{"task":"__proto__","__proto__":{}}"#, 422),
            ("{}", 422),
            ("[]", 422),
            ("\"clean-up\"", 422),
            ("null", 422),
            ("{", 400),
            ("{\"task\":\"clean-up\"}}", 400),
            ("{'task':'clean-up'}", 400),
            ("{\"task\":\"\u{1}\"}", 400),
            (&format!(r#"{{"task":{deep}}}"#), 422),
        ] {
            let call = server.call("POST", "/api/scheduler/pause").key(server.operator_key());
            let answer = call.body("application/json", body).send();
            let short: String = body.chars().take(60).collect();
            assert_eq!(answer.status, status, "{short}: {}", answer.text);
            assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{short}");
        }
        for email in
            [json!(["a@b.co"]), json!(7), json!("a@b.co\r\nBcc: x@y.zz"), json!("a"), json!({}), json!("")]
        {
            let answer = server.post("/api/auth/magic-link", &json!({ "email": email })).expect_status(422);
            assert_eq!(answer.json()["errors"][0]["field"], "email");
        }
        let _ = server
            .post_as_operator("/api/scheduler/pause", &json!({ "task": "clean-up" }))
            .expect_status(200);
        assert_eq!(server.home.number("SELECT COUNT(*) FROM sign_in_codes"), 0);
    });
}

fn customer_id(cx: &Cx) -> String {
    cx.caller.customer().unwrap().profile.customer_id.clone()
}

/// Add a job of the caller; every second one has no score.
fn add(cx: &Cx, round: usize, number: usize, at: i64) -> String {
    let job = Job {
        id: format!("01JOB{round:03}{number:03}"),
        customer_id: customer_id(cx),
        kind: "research".into(),
        task: "Find out".into(),
        status: "succeeded".into(),
        qa_score: number.is_multiple_of(2).then_some(80.5),
        qa_target: 80.0,
        cost_micro: 7,
        tokens_in: 1,
        tokens_out: 1,
        created_at: Timestamp(at),
        started_at: None,
        finished_at: None,
    };
    let id = job.id.clone();
    assert!(cx.deps.store.write(move |tx| jobs::add(tx, &job)).unwrap());
    id
}
