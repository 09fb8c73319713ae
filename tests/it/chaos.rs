//! The chaos proxy between an independent Stripe server and the real binary.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use echopilot_core::platform::Clock;
use serde_json::{Value, json};

use crate::support::stripe_events::{LocalStripe, event, invoice, now};
use crate::support::{Call, Home, Served, eventually, on_each_engine};

/// A running proxy.
struct Proxy {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    url: String,
}

impl Proxy {
    fn start(home: &Home, target: &str, faults: &[&str]) -> Self {
        let mut arguments = vec!["billing", "chaos", "--json", "--listen", "127.0.0.1:0", "--target", target];
        arguments.extend_from_slice(faults);
        let mut child = home.command(&arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let url = format!("http://{}/", ready["listening"].as_str().unwrap());
        Self { child, lines, url }
    }

    /// End it as Ctrl-C does; what passed.
    fn end(mut self) -> Value {
        let signal = format!("kill -INT {}", self.child.id());
        assert!(Command::new("/bin/sh").args(["-c", &signal]).status().unwrap().success());
        let passed = serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        passed
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_a_disturbed_line_leaves_out_a_comparison_mends() {
    on_each_engine(|engine| {
        let Some(stripe) = LocalStripe::start() else { return };
        let server = stripe.serve(engine);
        let target = format!("{}/api/payments/webhook", server.url);
        let faults =
            ["--seed", "3", "--duplicate", "0.4", "--reorder", "0.5", "--delay", "200", "--drop", "0.3"];
        let proxy = Proxy::start(&server.home, &target, &[&faults[..], &["--corrupt", "0.3"]].concat());
        stripe.send_webhooks_to(&proxy.url);
        for number in 0..4 {
            let customer = stripe.customer(&format!("c{number}@example.com"));
            if number == 0 {
                stripe.subscribe(&customer);
            }
            stripe.pay(&customer, "1000");
        }
        let begun = Clock::monotonic();
        // Sent a second after they happen; the last of them at the latest then.
        while begun.elapsed().as_millis() < 2_500 {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let passed = proxy.end();
        assert!(passed["received"].as_u64().unwrap() >= 12, "{passed}");
        assert!(
            passed["dropped"].as_u64().unwrap() > 0 && passed["answers"]["200"].as_u64().unwrap() > 0,
            "{passed}"
        );
        assert!(passed["answers"]["500"].is_null(), "a disturbed event is refused, not a failure: {passed}");
        let mended = server.home.run(&["billing", "reconcile", "--apply", "--json"]).expect_code(3).json();
        assert!(mended["drift"].as_u64().unwrap() > 0, "{mended}");
        assert_eq!(server.home.run(&["billing", "reconcile", "--json"]).expect_code(0).json()["drift"], 0);
        assert_eq!(server.home.number("SELECT COUNT(*) FROM payments WHERE status = 'succeeded'"), 5);
        assert_eq!(server.home.number("SELECT COUNT(*) FROM customers WHERE plan = 'starter'"), 1);
    });
}

#[test]
fn each_fault_does_what_it_says() {
    on_each_engine(|engine| {
        let server = Served::start(
            engine,
            &[("STRIPE_WEBHOOK_SECRET", crate::support::stripe_events::WEBHOOK_SECRET)],
        );
        let target = format!("{}/api/payments/webhook", server.url);
        let send = |faults: &[&str], first: i64| {
            let proxy = Proxy::start(&server.home, &target, faults);
            for number in first..first + 5 {
                let object = invoice(&format!("in_{number}"), "cus_1", "ada@example.com", "paid", number);
                let body =
                    event(&format!("evt_{number}"), "invoice.paid", now().seconds(), &object).to_string();
                let signature = crate::support::stripe_events::signature(&body, now());
                let call = Call::new("POST", proxy.url.clone()).header("Stripe-Signature", &signature);
                let _ = call.body("application/json", &body).send().expect_status(200);
            }
            proxy.end()
        };
        let count = || server.home.number("SELECT COUNT(*) FROM webhook_events");
        assert_eq!(send(&["--drop", "1"], 0)["dropped"], 5);
        assert_eq!(send(&["--corrupt", "1"], 0)["answers"], json!({ "400": 5 }));
        assert_eq!(send(&["--old", "1"], 0)["answers"], json!({ "400": 5 }));
        assert_eq!(count(), 0, "nothing of that was taken in");
        let twice = send(&["--duplicate", "1"], 0);
        assert_eq!((&twice["duplicated"], &twice["answers"]), (&json!(5), &json!({ "200": 10 })));
        assert_eq!(count(), 5);
        assert_eq!(send(&["--reorder", "1"], 5)["late"], 5);
        eventually("the late ones", || (count() == 10).then_some(()));
        let nobody = Proxy::start(&server.home, "http://127.0.0.1:9/", &[]);
        let body = json!({}).to_string();
        let _ =
            Call::new("POST", nobody.url.clone()).body("application/json", &body).send().expect_status(200);
        let _ = Call::new("GET", nobody.url.clone()).send().expect_status(405);
        assert_eq!(nobody.end()["unanswered"], 1);
        for wrong in [["--drop", "1.5"], ["--corrupt", "often"]] {
            let arguments = [&["billing", "chaos", "--target", "http://127.0.0.1:9/"][..], &wrong].concat();
            let _ = server.home.run(&arguments).expect_code(2);
        }
        let _ = server.home.run(&["billing", "chaos", "--target", "ftp://127.0.0.1/"]).expect_code(2);
    });
}
