//! Tests over the tables: what holds for every operation and every route, so that a new one is covered the day it is
//! listed.

use std::collections::{BTreeMap, BTreeSet};

use echopilot_core::catalogue::{CATALOGUE, RESIDENTS};
use echopilot_core::operation::{Access, Method};
use echopilot_core::{auth, billing, customers, flags, scheduler, sentinel, warehouse};
use echopilot_web::foreign::Gate;
use serde_json::{Value, json};

use crate::support::{Engine, Home, Served, TestApp, checkout, on_each_engine};

/// Routed operations that `smoke` does not ask for, and why.
const WITHOUT_SMOKE: &[(&str, &str)] = &[
    ("readiness", "the health check says the same of the store, and a replica may be told to drain"),
    ("run-task", "it would start work on a live server"),
    ("pause-task", "it would stop what a live server has to do"),
    ("resume-task", "it would start again what an operator has paused"),
    ("show-dependencies", "it reads what the health check says, and how that was before"),
    (
        "show-traffic",
        "its check is not among those that runbooks name; a server that has just begun has no minutes",
    ),
    ("list-ops-events", "it reads what was told, which need not be anything"),
    ("list-customer-sessions", "it needs the identifier of a customer, which no fixed check has"),
    ("show-ticket", "it reads what customers wrote"),
    ("show-job", "there need not be a job on a live server"),
    ("request-code", "it would send mail"),
    ("sign-in", "it needs a code from a mailbox"),
    ("verify-link", "it needs a link from a mailbox"),
    ("set-password", "it would change how a customer signs in"),
    ("list-sessions", "it reads the rows that the check of /api/me goes by"),
    ("revoke-sessions", "it would sign a customer's devices out"),
    ("sign-in-demo", "the check of /api/me signs in with it"),
    ("sign-out", "it would end the session that later checks use"),
    ("list-keys", "the check of the published keys reads what it lists"),
    ("rotate-keys", "it would end the sessions of the key before the last"),
    ("retire-key", "it would end sessions"),
    ("list-flags", "the check of an evaluation asks the same document"),
    ("set-flag", "it would change what customers see"),
    ("roll-back-flags", "it would change what customers see"),
    ("explain-flag", "the check of an evaluation asks the same document"),
    ("report-flag", "its check is not among those that runbooks name"),
    ("query-warehouse", "the check of the status asks both sides"),
    ("warehouse-sync", "it takes the lease that a copy needs; the check of the status asks both sides"),
    ("open-billing-portal", "it would make a session at the payment provider"),
    ("start-checkout", "it would make a session at the payment provider"),
    ("refund-payment", "it would give back money"),
    ("void-invoice", "it ends what the live check has made, and nothing else"),
    ("list-payments", "its check is not among those that runbooks name"),
    ("list-customer-invoices", "it wants an address, and smoke knows no customer"),
    ("summarise-billing", "it reads the rows that the billing history has shown"),
    ("show-last-reconciliation", "it reads the one row that the operators' page shows"),
    ("summarise-account", "it reads the rows that the browser tests show"),
    ("list-job-days", "it reads the rows that the browser tests show"),
    ("pricing-tiers", "its check is not among those that runbooks name"),
    ("list-customers", "it reads addresses, and its check is not among those that runbooks name"),
    ("show-customer", "it needs the identifier of a customer, which no fixed check has"),
    ("add-customer", "it would make a customer"),
    ("disable-customer", "it would end a customer's sessions"),
    ("enable-customer", "it would open an account that an operator has closed"),
    ("erase-customer", "it can't be taken back"),
    ("create-ticket", "it would write to support"),
    ("list-tickets", "its check is not among those that runbooks name"),
    ("list-all-tickets", "it reads what customers wrote"),
    ("answer-ticket", "it would send mail to a customer"),
    ("list-jobs", "its check is not among those that runbooks name"),
    ("list-referrals", "its check is not among those that runbooks name"),
    ("list-events", "it shows what customers' webhooks say; the deliveries stand in the figures"),
    ("show-event", "there need not be an event on a live server"),
    ("replay-event", "it would change the mirror of a live server"),
    ("reconcile-billing", "it asks Stripe for everything there is; the schedule does so every night"),
    ("status-summary", "the health check reads the findings that it is made of"),
    ("create-lead", "it would write to those who sell"),
    ("convert-flag", "it would count for an experiment"),
    ("show-lead", "it needs the identifier of a lead, which no fixed check has"),
    ("erase-address", "it can't be taken back"),
    ("list-leads", "it reads addresses, and its check is not among those that runbooks name"),
    ("list-governance-items", "its check is not among those that runbooks name"),
];

fn routes() -> Vec<(String, Access, &'static str)> {
    let operations = CATALOGUE.iter().flat_map(|entry| {
        let meta = entry.meta;
        meta.route
            .paths()
            .map(move |path| (format!("{} {path}", meta.route.method.as_str()), meta.access, meta.name))
    });
    let rows = echopilot_web::rows()
        .map(|row| (format!("{} {}", row.route.method.as_str(), row.route.path), row.route.access, ""));
    operations.chain(rows).collect()
}

#[test]
fn names_and_routes_stand_once_and_are_well_formed() {
    let mut names = BTreeSet::new();
    for entry in CATALOGUE {
        let name = entry.meta.name;
        assert!(names.insert(name), "{name} stands twice");
        let sound =
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(sound && !name.starts_with('-') && !name.ends_with('-'), "{name} is no name");
        assert!(!entry.success.is_empty(), "{name} never succeeds");
    }
    let mut seen = BTreeSet::new();
    for (route, _, _) in routes() {
        assert!(route.split(' ').nth(1).is_some_and(|path| path.starts_with('/')), "{route}");
        assert!(seen.insert(route.clone()), "{route} stands twice");
    }
}

#[test]
fn every_routed_operation_has_a_smoke_check_or_a_reason() {
    let listed = Home::bare(Engine::Sqlite).run(&["smoke", "--list", "--json"]).expect_code(0).json();
    let checks = listed["checks"].as_array().unwrap();
    let asked: BTreeSet<&str> = checks
        .iter()
        .filter(|check| check["absent"] == false)
        .map(|check| check["endpoint"].as_str().unwrap())
        .collect();
    let reasons: BTreeMap<_, _> = WITHOUT_SMOKE.iter().copied().collect();
    assert_eq!(reasons.len(), WITHOUT_SMOKE.len(), "a reason stands twice");
    let mut used = BTreeSet::new();
    for entry in CATALOGUE.iter().filter(|entry| entry.meta.route.is_offered()) {
        let route = format!("{} {}", entry.meta.route.method.as_str(), entry.meta.route.path);
        match (asked.contains(route.as_str()), reasons.get(entry.meta.name)) {
            (true, None) => {}
            (false, Some(reason)) => {
                assert!(reason.len() > 10, "{} has no reason", entry.meta.name);
                used.insert(entry.meta.name);
            }
            (true, Some(_)) => panic!("{} has a check now: remove its reason", entry.meta.name),
            (false, None) => panic!("{} ({route}) has neither a smoke check nor a reason", entry.meta.name),
        }
    }
    for (name, _) in WITHOUT_SMOKE {
        assert!(used.contains(name), "{name} is no routed operation any more");
    }
}

#[test]
fn every_operation_and_every_route_has_a_line_in_the_documents() {
    let text = std::fs::read_to_string(checkout().join("docs/API.md")).unwrap();
    for entry in CATALOGUE {
        assert!(
            text.contains(&format!("| `{}` |", entry.meta.name)),
            "{} is not in docs/API.md",
            entry.meta.name
        );
    }
    for (route, _, _) in routes() {
        assert!(text.contains(&format!("`{route}`")), "{route} is not in docs/API.md");
    }
}

#[test]
fn inputs_and_outputs_are_objects_and_no_output_says_ok_itself() {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    for entry in CATALOGUE {
        let name = entry.meta.name;
        let [input, output] = (entry.schema)(&mut generator);
        for (what, schema) in [("input", &input), ("output", &output)] {
            assert_eq!(schema.get("type"), Some(&json!("object")), "{name}: the {what} is no object");
        }
        assert!(input.get("description").is_some(), "{name} says nowhere what it does");
        assert_eq!(input.get("additionalProperties"), Some(&json!(false)), "{name} takes unknown fields");
        let properties = output.get("properties").and_then(Value::as_object);
        assert!(!properties.is_some_and(|members| members.contains_key("ok")), "{name} has a field `ok`");
        for (what, schema) in [("input", &input), ("output", &output)] {
            for (member, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten()
            {
                let described = schema.get("description").is_some();
                assert!(described, "{name}: {member} of the {what} has no description");
            }
        }
        let members = input.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        for path in entry.meta.route.paths() {
            for parameter in path.split('/').filter_map(|part| part.strip_prefix('{')) {
                let parameter = parameter.trim_end_matches('}');
                assert!(members.contains_key(parameter), "{name}: the input has no field {parameter}");
            }
        }
    }
}

#[test]
fn every_resident_that_is_asked_for_is_listed() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let _: &auth::Keys = app.deps.resident();
        let _: &auth::Sessions = app.deps.resident();
        let _: &auth::OperatorSessions = app.deps.resident();
        let _: &customers::Plans = app.deps.resident();
        let _: &billing::DriftFigure = app.deps.resident();
        let _: &warehouse::WarehouseFigures = app.deps.resident();
        let _: &sentinel::Dependencies = app.deps.resident();
        let _: &sentinel::Services = app.deps.resident();
        let _: &scheduler::ScheduledWork = app.deps.resident();
        let _: &sentinel::Host = app.deps.resident();
        let _: &flags::Flags = app.deps.resident();
        let _: &flags::Assignments = app.deps.resident();
        assert_eq!(RESIDENTS.len(), 12, "ask for the new resident here");
        for resident in RESIDENTS {
            (resident.refresh)(&app.deps).unwrap_or_else(|fault| panic!("{}: {fault:?}", resident.name));
        }
    });
}

/// A path of `template` with something in every hole.
fn filled(template: &str) -> String {
    let fill = |part: &str| if part.starts_with('{') { "x".to_owned() } else { part.to_owned() };
    template.split('/').map(fill).collect::<Vec<_>>().join("/")
}

/// Method, path and access of everything that is not for everybody and whose gate is the access itself.
fn guarded() -> Vec<(Method, &'static str, Access)> {
    let operations = CATALOGUE.iter().flat_map(|entry| {
        let meta = entry.meta;
        meta.route.paths().map(move |path| (meta.route.method, path, meta.access))
    });
    let rows = echopilot_web::rows()
        .filter(|row| row.gate == Gate::ByAccess)
        .map(|row| (row.route.method, row.route.path, row.route.access));
    operations.chain(rows).filter(|(_, _, access)| *access != Access::Public).collect()
}

#[test]
fn nobody_passes_without_the_right_credentials() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let token = server.demo_token();
        let guarded = guarded();
        assert!(guarded.len() >= 10, "the table is gone");
        for (method, template, access) in guarded {
            let (method, path) = (method.as_str(), filled(template));
            let body =
                |call: crate::support::Call| if method == "GET" { call } else { call.json(&json!({})) };
            let stranger = body(server.call(method, &path)).send();
            assert_eq!(stranger.status, 401, "{method} {path} without credentials: {}", stranger.text);
            assert!(stranger.header("www-authenticate").is_some(), "{method} {path}: no WWW-Authenticate");
            assert_eq!(stranger.json()["ok"], false);
            let wrong = body(server.call(method, &path).key("a-key-that-nobody-has-0123456789abcdef")).send();
            assert!(matches!(wrong.status, 401 | 403), "{method} {path} with a wrong key: {}", wrong.status);
            let forged = body(server.call(method, &path).bearer("e30.e30.e30")).send();
            assert!(
                matches!(forged.status, 401 | 403),
                "{method} {path} with a wrong token: {}",
                forged.status
            );
            if access == Access::Operator {
                let customer = body(server.call(method, &path).bearer(&token)).send();
                assert_eq!(customer.status, 403, "{method} {path} as a customer: {}", customer.text);
            }
            if access == Access::Customer {
                let operator = body(server.call(method, &path).key(server.operator_key())).send();
                assert_eq!(operator.status, 403, "{method} {path} as an operator: {}", operator.text);
            }
        }
    });
}

#[test]
fn the_right_credentials_open_every_reading_route() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let token = server.demo_token();
        for (method, template, access) in guarded() {
            if method != Method::Get {
                continue;
            }
            // A stream has no end; whoever may not hear it is turned away before its word is read.
            let path = match template {
                "/dashboard/v2/live" => format!("{template}?seen=x"),
                "/api/logs/follow" => format!("{template}?from=x"),
                _ => filled(template),
            };
            let call = server.call("GET", &path);
            let call = if access == Access::Customer {
                call.bearer(&token)
            } else {
                call.key(server.operator_key())
            };
            let answer = call.send();
            assert!(
                !matches!(answer.status, 401 | 403) && answer.status < 500,
                "GET {path}: {}",
                answer.text
            );
        }
    });
}

#[test]
fn pages_of_customers_and_operators_lead_strangers_to_their_sign_in() {
    let server = Served::demo(Engine::Sqlite);
    let mut seen = 0;
    for row in echopilot_web::rows().filter(|row| row.gate == Gate::SignInFirst) {
        seen += 1;
        let answer = server.call("GET", &filled(row.route.path)).header("Accept", "text/html").send();
        assert_eq!(answer.status, 303, "{}", row.route.path);
        let location = answer.header("location").unwrap_or_default();
        let sign_in = if row.route.access == Access::Operator { "/dashboard/login?" } else { "/auth/login?" };
        assert!(location.starts_with(sign_in), "{} leads to {location}", row.route.path);
    }
    assert!(seen >= 2);
}

#[test]
fn the_document_of_the_api_names_the_same_guards() {
    let server = Served::demo(Engine::Sqlite);
    let document = server.get("/openapi.json").expect_status(200).json();
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let secured = !operation["security"].as_array().unwrap().is_empty();
            found.insert(format!("{} {path}", method.to_uppercase()), secured);
        }
    }
    let expected: BTreeMap<_, _> =
        routes().into_iter().map(|(route, access, _)| (route, access != Access::Public)).collect();
    assert_eq!(found, expected);
}
