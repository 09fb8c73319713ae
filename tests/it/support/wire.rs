//! A wire to a PostgreSQL server that can be cut, or held, after so many bytes went over it: the moment at which a
//! fault strikes is chosen, not waited for.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// What happens once the bytes are through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Everything passes.
    Pass,
    /// Both ends see the connection end.
    Cut,
    /// Nothing more passes until it is released.
    Hold,
}

struct State {
    after: u64,
    fate: Fate,
    /// Bytes from the client to the server since the fate was set.
    passed: u64,
    has_struck: bool,
}

#[derive(Clone)]
pub(crate) struct Wire {
    /// `host:port` to connect to.
    pub(crate) address: String,
    socket: String,
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl Wire {
    /// A wire to the server of this URL, which names the folder of its socket as its host.
    pub(crate) fn to(url: &str) -> Self {
        let (_, rest) = url.split_once('@').expect("a user");
        let (host, port) = rest.split_once('/').expect("a database").0.rsplit_once(':').expect("a port");
        let socket = format!("{}/.s.PGSQL.{port}", host.replace("%2F", "/"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address").to_string();
        let state = State { after: 0, fate: Fate::Pass, passed: 0, has_struck: false };
        let wire = Self { address, socket, shared: Arc::new((Mutex::new(state), Condvar::new())) };
        let own = wire.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let wire = own.clone();
                std::thread::spawn(move || wire.carry(client));
            }
        });
        wire
    }

    /// From now on: `fate` after so many bytes more.
    pub(crate) fn after(&self, bytes: u64, fate: Fate) {
        let (state, changed) = &*self.shared;
        *state.lock().unwrap() = State { after: bytes, fate, passed: 0, has_struck: false };
        changed.notify_all();
    }

    /// How many bytes went over it since the fate was set.
    pub(crate) fn passed(&self) -> u64 {
        self.shared.0.lock().unwrap().passed
    }

    /// Whether the fate has struck, waiting a little for it.
    pub(crate) fn strikes_within(&self, patience: Duration) -> bool {
        let (state, changed) = &*self.shared;
        let waited =
            changed.wait_timeout_while(state.lock().unwrap(), patience, |state| !state.has_struck).unwrap();
        waited.0.has_struck
    }

    fn carry(&self, client: TcpStream) {
        let Ok(server) = UnixStream::connect(&self.socket) else { return };
        let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut from_server, &mut to_client);
            let _ = to_client.shutdown(Shutdown::Both);
        });
        let (mut from_client, mut to_server) = (client, server);
        let mut bytes = [0; 16 * 1024];
        while let Ok(read @ 1..) = from_client.read(&mut bytes) {
            if !self.lets_pass(read as u64) || to_server.write_all(&bytes[..read]).is_err() {
                break;
            }
        }
        let _ = (to_server.shutdown(Shutdown::Both), from_client.shutdown(Shutdown::Both));
    }

    fn lets_pass(&self, bytes: u64) -> bool {
        let (state, changed) = &*self.shared;
        let mut state = state.lock().unwrap();
        state.passed += bytes;
        if state.fate == Fate::Pass || state.passed <= state.after {
            return true;
        }
        state.has_struck = true;
        changed.notify_all();
        if state.fate == Fate::Cut {
            return false;
        }
        let held = changed.wait_while(state, |state| state.fate == Fate::Hold).unwrap();
        held.fate == Fate::Pass
    }
}
