//! Idempotency-Key: one request, one effect, one answer, however often and from how many sides it is sent.

use serde_json::json;

use crate::support::{Answer, Call, Home, OPERATOR_KEY, Served, on_each_engine};

const PATH: &str = "/api/scheduler/run";

fn run(server: &Served, path: &str, key: &str, task: &str) -> Call {
    server.call("POST", path).key(OPERATOR_KEY).header("Idempotency-Key", key).json(&json!({ "task": task }))
}

fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["run_id"].as_str().expect("a run").to_owned()
}

fn runs(home: &Home) -> i64 {
    home.number("SELECT COUNT(*) FROM ops_events WHERE kind = 'task_run_requested'")
}

#[test]
fn the_same_key_is_the_same_answer_and_one_effect() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let first = run(&server, PATH, "order-1", "clean-up").send();
        let again = run(&server, PATH, "order-1", "clean-up").send();
        assert_eq!((again.status, &again.text), (first.status, &first.text));
        assert_eq!(runs(&server.home), 1);
        assert_ne!(id(&run(&server, PATH, "order-2", "clean-up").send()), id(&first), "another key");
        assert_ne!(id(&server.post_as_operator(PATH, &json!({ "task": "clean-up" }))), id(&first), "no key");
        assert_eq!(runs(&server.home), 3);
        let old_path = run(&server, "/api/automations/start", "order-1", "clean-up").send();
        assert_eq!(id(&old_path), id(&first), "the old path is the same operation");
        let resumed = server.call("POST", "/api/scheduler/resume").key(OPERATOR_KEY);
        let resumed = resumed.header("Idempotency-Key", "order-1").json(&json!({ "task": "clean-up" }));
        assert_eq!(resumed.send().expect_status(200).json()["paused"], false, "another operation");
        let server = server.kill().serve();
        assert_eq!(id(&run(&server, PATH, "order-1", "clean-up").send()), id(&first), "after a restart");
        assert_eq!(runs(&server.home), 3);
    });
}

#[test]
fn a_key_with_another_request_is_refused() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let first = run(&server, PATH, "order-1", "clean-up").send();
        let other = run(&server, PATH, "order-1", "clean-up ").send().expect_status(422);
        assert_eq!(other.json()["errors"][0]["field"], "Idempotency-Key");
        let query = run(&server, &format!("{PATH}?x=1"), "order-1", "clean-up").send();
        assert_eq!(query.status, 422);
        assert_eq!(id(&run(&server, PATH, "order-1", "clean-up").send()), id(&first));
        assert_eq!(runs(&server.home), 1);
    });
}

#[test]
fn many_at_once_have_one_effect() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        for round in 0..3 {
            let key = format!("storm-{round}");
            let call = run(&server, PATH, &key, "clean-up");
            let answers: Vec<Answer> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..20).map(|_| scope.spawn(|| call.send())).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let (done, waiting): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 202);
            assert!(!done.is_empty());
            assert!(done.iter().all(|answer| answer.text == done[0].text));
            for answer in waiting {
                assert_eq!(
                    (answer.status, &answer.json()["code"]),
                    (409, &json!("conflict")),
                    "{}",
                    answer.text
                );
                assert!(answer.header("retry-after").is_some());
            }
            assert_eq!(runs(&server.home), round + 1);
            assert_eq!(id(&run(&server, PATH, &key, "clean-up").send()), id(done[0]));
        }
    });
}

#[test]
fn after_a_failure_the_key_is_free_again() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let _ = run(&server, PATH, "order-1", "no-such-task").send().expect_status(422);
        id(&run(&server, PATH, "order-1", "clean-up").send());
        assert_eq!(runs(&server.home), 1);
    });
}

#[test]
fn a_claim_whose_process_died_is_taken_over_after_a_while_and_not_before() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let first = id(&run(&server, PATH, "order-1", "clean-up").send());
        server.home.change("UPDATE idempotency_keys SET status = NULL, body = NULL");
        assert_eq!(run(&server, PATH, "order-1", "clean-up").send().status, 409, "it may still be at work");
        server.home.change("UPDATE idempotency_keys SET claimed_at = claimed_at - 700000");
        let second = id(&run(&server, PATH, "order-1", "clean-up").send());
        assert_ne!(second, first);
        assert_eq!(id(&run(&server, PATH, "order-1", "clean-up").send()), second);
        assert_eq!(runs(&server.home), 2);
    });
}

#[test]
fn each_caller_has_keys_of_their_own() {
    on_each_engine(|engine| {
        let other = "another-operator-key-of-the-tests-0123456789";
        let keys = format!("tester:{OPERATOR_KEY},second:{other}");
        let server = Served::start(engine, &[("DASHBOARD_KEY", &keys)]);
        let first = run(&server, PATH, "order-1", "clean-up").send();
        let second = run(&server, PATH, "order-1", "clean-up").key(other).send();
        assert_ne!(id(&second), id(&first));
        let token = server.sign_in("ada@example.com");
        let customer =
            run(&server, PATH, "order-1", "clean-up").header("X-Dash-Key", "").bearer(&token).send();
        assert_eq!(customer.status, 401, "an empty key is a wrong key");
        let stranger =
            Call::new("POST", format!("{}{PATH}", server.url)).header("Idempotency-Key", "order-1");
        let stranger = stranger.json(&json!({ "task": "clean-up" }));
        assert_eq!(stranger.send().status, 401, "nobody reads an operator's answer");
        assert_eq!(stranger.bearer(&token).send().status, 403, "and no customer does");
        // Anonymous callers share no key space: two strangers with one key are two requests.
        for email in ["one@example.com", "two@example.com"] {
            let call = server.call("POST", "/api/auth/magic-link").header("Idempotency-Key", "order-1");
            let _ = call.json(&json!({ "email": email })).send().expect_status(202);
        }
        assert_eq!(
            server.home.number("SELECT COUNT(*) FROM sign_in_codes WHERE email LIKE '%e@example.com'"),
            1
        );
        assert_eq!(server.home.number("SELECT COUNT(*) FROM sign_in_codes WHERE email LIKE 'two@%'"), 1);
    });
}

#[test]
fn what_is_no_key_is_refused() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        for wrong in ["two words", &"x".repeat(256), "tab\there"] {
            let answer = run(&server, PATH, wrong, "clean-up").send().expect_status(422);
            assert_eq!(answer.json()["errors"][0]["field"], "Idempotency-Key");
        }
        assert_eq!(runs(&server.home), 0);
        id(&run(&server, PATH, &"x".repeat(255), "clean-up").send());
        assert_eq!(runs(&server.home), 1);
    });
}
