//! Operations that promise to touch neither disk nor network keep the promise: their store panics when it is used.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use echopilot_core::catalogue::CATALOGUE;
use echopilot_core::operation::{Access, Caller, Cost, Input, Profile, SignedIn};
use echopilot_core::platform::{Code, Email, Timestamp};

use crate::support::{TestApp, on_each_engine};

/// Input of a Memory operation that has required fields, by name.
const INPUTS: &[(&str, &str)] = &[
    ("evaluate-flag", r#"{"f":"pricing_cta","k":"visitor-1"}"#),
    ("evaluate-all-flags", r#"{"k":"visitor-1"}"#),
    ("explain-flag", r#"{"f":"pricing_cta","k":"visitor-1"}"#),
];

fn caller(access: Access, now: Timestamp) -> Caller {
    match access {
        Access::Public => Caller::Anonymous,
        Access::Operator => Caller::Operator("tester".into()),
        Access::Customer | Access::Either => Caller::Customer(Arc::new(SignedIn {
            session_id: "01KK0000000000000000000000".into(),
            expires_at: now.plus(Duration::from_secs(3_600)),
            profile: Profile {
                customer_id: "01KK0000000000000000000001".into(),
                email: Email::parse("ada@example.com").unwrap(),
                name: "Ada".into(),
                plan: "free".into(),
                created_at: now,
            },
        })),
    }
}

#[test]
fn memory_operations_leave_the_store_alone() {
    on_each_engine(|engine| {
        let app = TestApp::on_tripwire(engine, &TestApp::monday());
        let mut asked = 0;
        for entry in CATALOGUE.iter().filter(|entry| entry.meta.cost == Cost::Memory) {
            let name = entry.meta.name;
            let body = INPUTS.iter().find(|(known, _)| *known == name).map_or("", |(_, body)| body);
            let cx = app.cx(caller(entry.meta.access, app.clock.now()));
            let answer = (entry.invoke)(&cx, Input::json(body.as_bytes()));
            let answer = answer.unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
            assert!(answer.body.starts_with(b"{\"ok\":true"), "{name}");
            // A refusal at the gate costs no more than an answer.
            if entry.meta.access != Access::Public {
                let refused = (entry.invoke)(&app.stranger(), Input::json(b"")).unwrap_err();
                assert_eq!(refused.code, Code::Unauthenticated, "{name}");
            }
            asked += 1;
        }
        assert!(asked >= 3, "health, readiness and who-am-i at least");
    });
}

#[test]
fn the_wire_does_trip() {
    on_each_engine(|engine| {
        let app = TestApp::on_tripwire(engine, &TestApp::monday());
        let entry = app.deps.entry("scheduler-status").unwrap();
        assert_eq!(entry.meta.cost, Cost::Blocking);
        let asked = catch_unwind(AssertUnwindSafe(|| (entry.invoke)(&app.operator(), Input::default())));
        assert!(asked.is_err(), "a store that panics was used and did not panic");
    });
}
