//! TLS to PostgreSQL.

use crate::platform::{Clock, Code, Secret};
use crate::store::testing::{Server, engines};
use crate::store::{DatabaseUrl, Engine, Store, StoreOptions, args, statements};

statements! {
    for tests;
    ENCRYPTED = lite "SELECT 0" pg "SELECT COUNT(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl";
}

#[test]
fn a_peer_that_cannot_prove_its_name_is_refused() {
    if !engines().contains(&Engine::Postgres) {
        return;
    }
    let mut server = Server::start();
    let (port, authority) = server.offer_tls();
    let open = |host: &str, options: &str| {
        let text = format!("postgres://postgres@{host}:{port}/postgres?{options}");
        Store::open(&DatabaseUrl::Postgres(Secret::new(text)), Clock::System, StoreOptions::default())
            .unwrap()
    };
    let encrypted = |store: &Store| store.read(|tx| tx.one::<i64>(ENCRYPTED, args![])).unwrap();
    let trusted = format!("sslrootcert={}", authority.display());

    assert_eq!(encrypted(&open("localhost", &format!("sslmode=verify-full&{trusted}"))), 1);
    assert_eq!(encrypted(&open("localhost", &format!("sslmode=prefer&{trusted}"))), 1);
    assert_eq!(encrypted(&open("localhost", "")), 0);

    let unknown_authority = open("localhost", "sslmode=require").ping().unwrap_err();
    assert_eq!(unknown_authority.code, Code::Unavailable);
    assert!(unknown_authority.cause().unwrap().contains("UnknownIssuer"), "{unknown_authority:?}");
    let other_name = open("127.0.0.1", &format!("sslmode=verify-full&{trusted}")).ping().unwrap_err();
    assert_eq!(other_name.code, Code::Unavailable);
    assert!(other_name.cause().unwrap().contains("not valid for name"), "{other_name:?}");
}

#[test]
fn a_file_without_certificates_is_not_an_authority() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "nothing").unwrap();
    for file in [empty, folder.path().join("missing.pem")] {
        let text = format!("postgres://u@localhost/x?sslmode=require&sslrootcert={}", file.display());
        let opened =
            Store::open(&DatabaseUrl::Postgres(Secret::new(text)), Clock::System, StoreOptions::default());
        assert_eq!(opened.unwrap_err().code, Code::Invalid);
    }
}
