//! A bare axum server: what a request costs before anything of ours is done. One small JSON answer, and one that
//! derives a key with argon2id as a sign-in with a password does. `bare_axum 127.0.0.1:PORT`; used by `scripts/bench`
//! only.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::{Router, routing::get, routing::post};
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
        let app = Router::new()
            .route("/health", get(|| async { ([(CONTENT_TYPE, "application/json")], ANSWER) }))
            .route("/password", post(password));
        let listener = tokio::net::TcpListener::bind(address).await?;
        axum::serve(listener, app).await
    })
}
