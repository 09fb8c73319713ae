//! `echopilot dev-check`: settings, tables, store, generated files: is everything in step?

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use echopilot_core::auth::{KeyState, examine_keys};
use echopilot_core::catalogue::CATALOGUE;
use echopilot_core::config::{Environment, Settings, examine};
use echopilot_core::customers::{Pricing, notion::CLIENTS};
use echopilot_core::leads::notion::PARTNERS;
use echopilot_core::openapi;
use echopilot_core::operation::Outside;
use echopilot_core::outbound::NotionDatabase;
use echopilot_core::outbound::notion_database::Drift;
use echopilot_core::platform::{Clock, Result, RootKey, Secret};
use echopilot_core::store::{DatabaseUrl, Store, StoreOptions, migrate};
use serde::Serialize;

use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;
use crate::{boot, documents};

/// Fewer open files than this, and a busy server runs out of them.
const OPEN_FILES: u64 = 1_024;

/// Check settings, tables, store and generated files, and say what to do about each finding
#[derive(clap::Args)]
#[command(after_help = example!("echopilot dev-check", "echopilot dev-check --write"))]
pub(crate) struct Arguments {
    /// First write the generated files of the checkout anew
    #[arg(long)]
    write: bool,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Ok,
    Finding,
    Skipped,
}

#[derive(Debug, Serialize)]
struct Finding {
    id: String,
    outcome: Outcome,
    evidence: String,
    remedy: String,
}

#[derive(Debug, Serialize)]
struct Report {
    findings: usize,
    skipped: usize,
    checks: Vec<Finding>,
}

/// Run every check; a finding ends with 3.
pub(crate) fn run(arguments: &Arguments, global: &Global, ui: Ui) -> Result<Exit> {
    let root = checkout();
    if arguments.write {
        let root = root.as_deref().ok_or_else(|| {
            let words = "there is no checkout of EchoPilot here; run it in the folder of its Cargo.toml";
            echopilot_core::platform::Fault::invalid("--write", words)
        })?;
        for file in documents::all()? {
            file.write(root)?;
        }
    }
    let mut checks = Vec::new();
    let examined = examine(&global.overrides(), &Environment::of_process());
    for check in examined.checks {
        checks.push(finding(&format!("settings {}", check.id), check.ok, check.evidence, &check.remedy));
    }
    checks.push(registry());
    checks.push(store(examined.settings.as_ref()));
    checks.push(signing_keys(examined.settings.as_ref()));
    checks.push(pricing(examined.settings.as_ref()));
    let settings = examined.settings.as_ref();
    checks.extend(notion(&CLIENTS, settings, settings.and_then(|all| all.notion.clients.as_deref())));
    checks.extend(notion(&PARTNERS, settings, settings.and_then(|all| all.notion.partners.as_deref())));
    checks.push(generated(root.as_deref())?);
    checks.push(open_files());
    let findings = checks.iter().filter(|check| check.outcome == Outcome::Finding).count();
    let skipped = checks.iter().filter(|check| check.outcome == Outcome::Skipped).count();
    let all = Report { findings, skipped, checks };
    ui.show(&all, |table| {
        table.head(&["check", "outcome", "evidence", "what to do"]);
        for check in &all.checks {
            let outcome = format!("{:?}", check.outcome).to_lowercase();
            table.row(&[check.id.clone(), outcome, check.evidence.clone(), check.remedy.clone()]);
        }
    })?;
    ui.say(&format!("{} checks, {findings} findings, {skipped} skipped", all.checks.len()));
    Ok(if findings == 0 { Exit::Done } else { Exit::Finding })
}

fn finding(id: &str, ok: bool, evidence: impl Into<String>, remedy: &str) -> Finding {
    let outcome = if ok { Outcome::Ok } else { Outcome::Finding };
    let remedy = if ok { String::new() } else { remedy.to_owned() };
    Finding { id: id.to_owned(), outcome, evidence: evidence.into(), remedy }
}

fn skipped(id: &str, why: &str) -> Finding {
    Finding { id: id.to_owned(), outcome: Outcome::Skipped, evidence: why.to_owned(), remedy: String::new() }
}

/// Every route of the catalogue and of the pages stands once, and in the OpenAPI document.
fn registry() -> Finding {
    const ID: &str = "routes and OpenAPI";
    const REMEDY: &str = "make the catalogue and the rows of web agree";
    let rows: Vec<_> = echopilot_web::rows().map(|row| row.route).collect();
    let mut all = Vec::new();
    for entry in CATALOGUE {
        let method = entry.meta.route.method;
        all.extend(entry.meta.route.paths().map(|path| format!("{} {path}", method.as_str())));
    }
    all.extend(rows.iter().map(|row| format!("{} {}", row.method.as_str(), row.path)));
    let wanted: BTreeSet<_> = all.iter().cloned().collect();
    if wanted.len() < all.len() {
        let mut doubled = BTreeSet::new();
        let twice: Vec<_> = all.into_iter().filter(|route| !doubled.insert(route.clone())).collect();
        return finding(ID, false, format!("stands twice: {}", twice.join(", ")), REMEDY);
    }
    let document = openapi::document(CATALOGUE, &rows);
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let methods = item.as_object().into_iter().flatten().map(|(method, _)| method.to_ascii_uppercase());
        found.extend(methods.map(|method| format!("{method} {path}")));
    }
    let differing: Vec<_> = wanted.symmetric_difference(&found).cloned().collect();
    let evidence = match differing.as_slice() {
        [] => format!("{} routes stand in both", found.len()),
        _ => differing.join(", "),
    };
    finding(ID, differing.is_empty(), evidence, REMEDY)
}

fn store(settings: Option<&Settings>) -> Finding {
    const ID: &str = "migrations";
    let Some(settings) = settings else { return skipped(ID, "the settings can't be read") };
    let url = boot::database_url(settings);
    if matches!(&url, DatabaseUrl::Sqlite(path) if !path.exists()) {
        return skipped(ID, "there is no store yet");
    }
    let status =
        Store::open(&url, Clock::System, StoreOptions::default()).and_then(|store| migrate::status(&store));
    match status {
        Err(fault) => finding(ID, false, fault.detail, "see that the store can be reached"),
        Ok(status) if !status.refusals.is_empty() => {
            finding(ID, false, status.refusals.join("; "), "use the program version that made this store")
        }
        Ok(status) => {
            let evidence = format!("{} applied, {} pending", status.applied.len(), status.pending.len());
            finding(
                ID,
                status.pending.is_empty(),
                evidence,
                "run `echopilot migrate apply`, or start the server",
            )
        }
    }
}

/// Whether a server with these settings could sign as it does now. Nothing is made or changed, not even a secret.
fn signing_keys(settings: Option<&Settings>) -> Finding {
    const ID: &str = "signing keys";
    const REMEDY: &str = "set AUTH_JWT_SECRET (or restore DATA_DIR/auth_jwt_secret) to what the server had; or start \
                          `echopilot serve` with this one: it makes a new key, and the old one goes on being accepted";
    let Some(settings) = settings else { return skipped(ID, "the settings can't be read") };
    let url = boot::database_url(settings);
    if matches!(&url, DatabaseUrl::Sqlite(path) if !path.exists()) {
        return skipped(ID, "there is no store yet");
    }
    let secret = match settings.present_auth_secret() {
        Err(fault) => return finding(ID, false, fault.detail, REMEDY),
        Ok(secret) => secret,
    };
    let read = Store::open(&url, Clock::System, StoreOptions::default()).and_then(|store| {
        let is_current = migrate::status(&store)?.pending.is_empty();
        // Without a secret none opens, whatever stands in place of it.
        let root = RootKey::new(&secret.clone().unwrap_or_else(|| Secret::new("")));
        is_current.then(|| examine_keys(&store, &root)).transpose()
    });
    let keys = match read {
        Err(fault) => return finding(ID, false, fault.detail, "see that the store can be reached"),
        Ok(None) => return skipped(ID, "migrations are pending"),
        Ok(Some(keys)) => keys,
    };
    let Some(active) = keys.iter().find(|key| key.state == KeyState::Active) else {
        return finding(ID, true, "there is none yet: the first start makes it", "");
    };
    let evidence = match (active.usable, &secret) {
        (true, _) => format!("{} published, and the active key {} opens", keys.len(), active.kid),
        (false, None) => format!("AUTH_JWT_SECRET is gone, and the active key {} needs it", active.kid),
        (false, Some(_)) => {
            format!("the active key {} can't be opened with the present AUTH_JWT_SECRET", active.kid)
        }
    };
    finding(ID, active.usable, evidence, REMEDY)
}

/// The prices that a server would read from CONFIG_DIR.
fn pricing(settings: Option<&Settings>) -> Finding {
    const ID: &str = "pricing.json";
    let Some(settings) = settings else { return skipped(ID, "the settings can't be read") };
    match std::fs::read_to_string(settings.config_dir.join("pricing.json")) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            finding(ID, true, "there is none: the built-in prices hold", "")
        }
        Err(error) => finding(ID, false, error.to_string(), "make it readable for this user"),
        Ok(text) => match Pricing::parse(&text) {
            Ok(pricing) => finding(ID, true, format!("{} plans", pricing.plans.len()), ""),
            Err(why) => finding(ID, false, why, "mend it; until then the last good prices hold"),
        },
    }
}

/// A database that rows are mirrored to; a finding for each property that is not as expected.
fn notion(expected: &NotionDatabase, settings: Option<&Settings>, database: Option<&str>) -> Vec<Finding> {
    let id = format!("notion {}", expected.name);
    let Some(settings) = settings else { return vec![skipped(&id, "the settings can't be read")] };
    let (Some(notion), Some(database)) = (Outside::of(settings).notion, database) else {
        let why = format!("NOTION_TOKEN and {} are not both set", expected.setting);
        return vec![skipped(&id, &why)];
    };
    match expected.examine(&*notion, database) {
        Err(fault) => {
            vec![finding(&id, false, fault.detail, "see that Notion can be reached with these settings")]
        }
        Ok(schema) if schema.drift.is_empty() => {
            vec![finding(&id, true, "every property is as expected", "")]
        }
        Ok(schema) => {
            let named = |drift: &Drift| {
                let id = format!("{id}, {}", drift.property.name);
                finding(&id, false, drift.evidence(), &drift.remedy())
            };
            schema.drift.iter().map(named).collect()
        }
    }
}

fn generated(root: Option<&Path>) -> Result<Finding> {
    const ID: &str = "generated files";
    let Some(root) = root else { return Ok(skipped(ID, "not in a checkout")) };
    let files = documents::all()?;
    let stale: Vec<_> =
        files.iter().filter(|file| !file.is_current(root)).map(|file| file.path.clone()).collect();
    let evidence = match stale.as_slice() {
        [] => format!("{} files are current", files.len()),
        _ => format!("stale: {}", stale.join(", ")),
    };
    Ok(finding(ID, stale.is_empty(), evidence, "run `echopilot dev-check --write` and commit"))
}

fn open_files() -> Finding {
    const ID: &str = "open files";
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|rest| rest.split_whitespace().next()).map(str::to_owned);
    match soft.as_deref() {
        None => skipped(ID, "this system does not tell its limit"),
        Some("unlimited") => finding(ID, true, "unlimited", ""),
        Some(soft) => {
            let enough = soft.parse().is_ok_and(|limit: u64| limit >= OPEN_FILES);
            finding(
                ID,
                enough,
                format!("the limit is {soft}"),
                "raise it: ulimit -n 4096, or LimitNOFILE= in systemd",
            )
        }
    }
}

/// The checkout around the current folder, if there is one.
fn checkout() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let is_root = |folder: &&Path| {
        folder.join("commands/dev_check.rs").is_file() && folder.join("Cargo.toml").is_file()
    };
    here.ancestors().find(is_root).map(Path::to_path_buf)
}
