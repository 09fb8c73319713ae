//! What breaks the rules of HTTP, each beside a request that does not.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{start, start_with};
use crate::server::Patience;

#[tokio::test]
async fn one_host_no_more_no_less() {
    let server = start().await;
    let control = server.raw(b"GET /alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(control.starts_with("HTTP/1.1 200"), "{control}");
    for head in [
        "GET /alive HTTP/1.1\r\n\r\n",
        "GET /alive HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET /alive HTTP/1.0\r\n\r\n",
        "GET /alive HTTP/1.1\r\nHost: a b\r\n\r\n",
    ] {
        let answer = server.raw(head.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.") && answer[9..].starts_with("400"), "{head:?}: {answer}");
        assert!(answer.contains("\"code\":\"malformed\""), "{answer}");
    }
}

#[tokio::test]
async fn smuggling_gets_one_answer_with_all_headers() {
    let server = start().await;
    let next = "GET /alive HTTP/1.1\r\nHost: a\r\n\r\n";
    for framing in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
        "Content-Length: 0x5\r\n\r\nhello",
    ] {
        let answer =
            server.raw(format!("POST /write HTTP/1.1\r\nHost: a\r\n{framing}{next}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{framing:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{framing:?}: {answer}");
        assert!(answer.contains("nosniff") && answer.contains("x-request-id"), "{framing:?}: {answer}");
    }
    let chunked = "POST /write HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n\
        Transfer-Encoding: chunked\r\n\r\n6\r\n{\"text\r\n6\r\n\":\"x\"}\r\n0\r\n\r\n";
    assert!(server.raw(chunked.as_bytes()).await.contains("\"said\":\"x\""));
    // Heads after a chunked body are not watched, so there are none.
    let kept_open = format!("{}{next}", chunked.replace("Connection: close\r\n", ""));
    let answer = server.raw(kept_open.as_bytes()).await;
    assert!(answer.contains("\"said\":\"x\"") && answer.matches("HTTP/1.1 ").count() == 1, "{answer}");
}

#[tokio::test]
async fn an_announced_body_that_is_too_large_is_refused_before_it_comes() {
    let server = start().await;
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let head = "POST /write HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000000000000\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut start_of_answer = [0; 12];
    tokio::time::timeout(Duration::from_secs(1), socket.read_exact(&mut start_of_answer))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&start_of_answer, b"HTTP/1.1 413");
    let chunk = "1000\r\n".to_owned() + &"x".repeat(0x1000) + "\r\n";
    let chunked = "POST /write HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned()
        + &chunk.repeat(40);
    assert!(
        server.raw(chunked.as_bytes()).await.starts_with("HTTP/1.1 413"),
        "an unannounced one when it is seen"
    );
    let fits = format!("{{\"text\":\"{}\"}}", "x".repeat(100_000));
    assert_eq!(server.post("/write", &[], &fits).await.status, 200);
}

#[tokio::test]
async fn large_imports_are_for_operators() {
    let server = start().await;
    let body = format!("{{\"text\":\"{}\"}}", "x".repeat(300_000));
    let key = [("X-Dash-Key", super::support::KEY)];
    assert_eq!(server.post("/api/alerts/import", &key, &body).await.json()["number"], 300_000);
    assert_eq!(server.post("/api/alerts/import", &[], &body).await.status, 401);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let patience = Patience { body: Duration::from_millis(100), ..Patience::default() };
    let server = start_with(&[], patience).await;
    let head = b"POST /write HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"te";
    let answer = server.raw(head).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request_timeout"), "{answer}");
    let broken =
        b"POST /write HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
    assert!(server.raw(broken).await.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn methods_and_addresses_have_bounds() {
    let server = start().await;
    assert_eq!(server.ask("TRACE", "/alive", &[], "").await.status, 501);
    let connect = server.raw(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n").await;
    assert!(connect.starts_with("HTTP/1.1 501"), "{connect}");
    let long = format!("/alive?x={}", "x".repeat(9000));
    assert_eq!(server.get(&long).await.status, 414);
    assert_eq!(server.ask("OPTIONS", "/alive", &[("Origin", "https://a.example")], "").await.status, 405);
    let garbage = server.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").await;
    assert!(garbage.is_empty() || garbage.starts_with("HTTP/1.1 400"), "{garbage}");
    let many = "X-Many: 1\r\n".repeat(150);
    let answer = server.raw(format!("GET /alive HTTP/1.1\r\nHost: a\r\n{many}\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    assert_eq!(server.get("/alive").await.status, 200);
}
