//! A bare axum server with one small JSON answer: what a request costs before anything of ours is done.
//! `bare_axum 127.0.0.1:PORT`; used by `scripts/bench` only.

use axum::http::header::CONTENT_TYPE;
use axum::{Router, routing::get};

fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let app = Router::new().route(
            "/health",
            get(|| async { ([(CONTENT_TYPE, "application/json")], r#"{"ok":true,"status":"healthy"}"#) }),
        );
        let listener = tokio::net::TcpListener::bind(address).await?;
        axum::serve(listener, app).await
    })
}
