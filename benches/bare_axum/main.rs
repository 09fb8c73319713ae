//! A bare axum server: what a request costs before anything of ours is done. One small JSON answer, one that decides a
//! flag of a thousand by the hash of docs/FLAGS.md, and one that derives a key with argon2id as a sign-in with a
//! password does. `bare_axum 127.0.0.1:PORT`; used by `scripts/bench` only.

use std::collections::BTreeMap;
use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::{Router, routing::get, routing::post};
use ring::digest::{Context, SHA256};
use tokio::sync::Semaphore;

const ANSWER: &str = r#"{"ok":true,"status":"healthy"}"#;

/// 19 MiB, two passes, one lane: what a password costs at the least.
fn derive() -> bool {
    let Ok(params) = Params::new(19_456, 2, 1, Some(32)) else { return false };
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(b"a password of the benchmark", b"sixteen bytes ok", &mut key)
        .is_ok()
}

/// The share of B of a thousand flags, in buckets of 100,000.
fn flags() -> BTreeMap<String, u64> {
    (0..1000).map(|number| (format!("flag-{number}"), 50_000)).collect()
}

/// The answer for `f=FLAG&k=KEY`; nothing is decoded, nothing is kept.
fn decide(flags: &BTreeMap<String, u64>, query: &str) -> Option<String> {
    let member = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let (flag, key) = (member("f")?, member("k")?);
    let share = flags.get(flag)?;
    let mut context = Context::new(&SHA256);
    for part in [flag, "\x1f", "", "\x1f", key] {
        context.update(part.as_bytes());
    }
    let first = context.finish().as_ref().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    let variant = if first % 100_000 < *share { "B" } else { "A" };
    Some(format!(
        r#"{{"ok":true,"flag":"{flag}","variant":"{variant}","value":"{variant}","reason":"split","version":1}}"#
    ))
}

fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    // As many at a time as the product lets in.
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let turns = Arc::new(Semaphore::new(cores.saturating_sub(1).max(1)));
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let password = move || {
            let turns = Arc::clone(&turns);
            async move {
                let _turn = turns.acquire().await;
                match tokio::task::spawn_blocking(derive).await {
                    Ok(true) => (StatusCode::OK, ANSWER),
                    _ => (StatusCode::INTERNAL_SERVER_ERROR, ""),
                }
            }
        };
        let flags = Arc::new(flags());
        let evaluate = move |RawQuery(query): RawQuery| {
            let flags = Arc::clone(&flags);
            async move {
                match query.and_then(|query| decide(&flags, &query)) {
                    Some(answer) => Ok(([(CONTENT_TYPE, "application/json")], answer)),
                    None => Err(StatusCode::NOT_FOUND),
                }
            }
        };
        let app = Router::new()
            .route("/health", get(|| async { ([(CONTENT_TYPE, "application/json")], ANSWER) }))
            .route("/api/flags/eval", get(evaluate))
            .route("/password", post(password));
        let listener = tokio::net::TcpListener::bind(address).await?;
        axum::serve(listener, app).await
    })
}
