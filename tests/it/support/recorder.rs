//! A Stripe of our own, for what no foreign server offers: it records what it is asked and answers as a test says. It
//! keeps idempotency keys as Stripe does: the first answer under a key is the answer. It proves nothing about Stripe by
//! itself; the official clients speak to the same recorder, and their forms are the measure.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use echopilot_core::outbound::Http;
use serde_json::{Value, json};

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    /// Such as `POST`.
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// As it came.
    pub(crate) body: String,
}

/// An answer: status, further headers, body.
pub(crate) type Reply = (u16, Vec<(&'static str, String)>, String);

type Answerer = Box<dyn Fn(&Recorded) -> Reply + Send + Sync>;

#[derive(Default)]
struct Shared {
    seen: Mutex<Vec<Recorded>>,
    kept: Mutex<BTreeMap<String, Reply>>,
    answerer: Mutex<Option<Arc<Answerer>>>,
    gate: Mutex<Gate>,
    turned: Condvar,
}

#[derive(Default)]
struct Gate {
    holds: Option<String>,
    held: usize,
}

/// The server; it ends with the process of its test.
#[derive(Clone)]
pub(crate) struct Recorder {
    /// Where it is.
    pub(crate) url: String,
    shared: Arc<Shared>,
}

impl Recorder {
    /// One that answers as Stripe would: see [`usual`].
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let recorder = Self { url, shared: Arc::default() };
        recorder.answer(usual);
        let own = recorder.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let recorder = own.clone();
                std::thread::spawn(move || recorder.serve(stream));
            }
        });
        recorder
    }

    /// One that hands every request on to `upstream`, and can hold the answers back.
    pub(crate) fn in_front_of(upstream: &str) -> Self {
        let recorder = Self::start();
        let upstream = upstream.to_owned();
        recorder.answer(move |request| {
            let names = ["authorization", "idempotency-key", "content-type"];
            let headers: Vec<_> =
                names.iter().filter_map(|name| Some((*name, request.headers.get(*name)?.as_str()))).collect();
            let body = (request.method != "GET").then_some(request.body.as_str());
            let url = format!("{upstream}{}", request.path);
            match Http::new(Duration::from_secs(20)).send(&request.method, &url, &headers, body) {
                Ok(reply) => (reply.status, vec![("x-handed-on", "1".to_owned())], reply.body),
                Err(fault) => (502, Vec::new(), fault.detail),
            }
        });
        recorder
    }

    /// Answer like this from now on. Answers under keys that were kept before are forgotten.
    pub(crate) fn answer(&self, answerer: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) {
        *self.shared.answerer.lock().unwrap() = Some(Arc::new(Box::new(answerer)));
        self.shared.kept.lock().unwrap().clear();
    }

    /// Everything that was asked.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// The requests of a method to a path.
    pub(crate) fn asked(&self, method: &str, path: &str) -> Vec<Recorded> {
        let fits = |request: &Recorded| request.method == method && request.path == path;
        self.requests().into_iter().filter(fits).collect()
    }

    /// Forget what was asked.
    pub(crate) fn forget(&self) {
        self.shared.seen.lock().unwrap().clear();
    }

    /// Keep answers to `path` back from now on.
    pub(crate) fn hold(&self, path: &str) {
        *self.shared.gate.lock().unwrap() = Gate { holds: Some(path.to_owned()), held: 0 };
    }

    /// Wait until an answer is held: the other side has done its part, ours does not know.
    pub(crate) fn wait_for_held(&self) {
        let mut gate = self.shared.gate.lock().unwrap();
        while gate.held == 0 {
            let (next, waited) = self.shared.turned.wait_timeout(gate, Duration::from_secs(20)).unwrap();
            assert!(!waited.timed_out(), "nothing was asked that could be held");
            gate = next;
        }
    }

    /// Let everything go.
    pub(crate) fn release(&self) {
        self.shared.gate.lock().unwrap().holds = None;
        self.shared.turned.notify_all();
    }

    fn serve(&self, stream: TcpStream) {
        let Some(request) = Recorded::read(&stream) else { return };
        self.shared.seen.lock().unwrap().push(request.clone());
        let key = request.headers.get("idempotency-key").map(|key| format!("{} {key}", request.path));
        let before = key.as_ref().and_then(|key| self.shared.kept.lock().unwrap().get(key).cloned());
        let reply = before.unwrap_or_else(|| {
            let answerer = Arc::clone(self.shared.answerer.lock().unwrap().as_ref().expect("an answerer"));
            let reply = answerer(&request);
            // Who hands on leaves keys to the server behind it; and Stripe keeps no answer of 429.
            let is_ours = !reply.1.iter().any(|(name, _)| *name == "x-handed-on");
            if let (Some(key), true) = (key, is_ours && matches!(reply.0, 200..=299)) {
                return self.shared.kept.lock().unwrap().entry(key).or_insert(reply).clone();
            }
            reply
        });
        let mut gate = self.shared.gate.lock().unwrap();
        if gate.holds.as_deref() == Some(request.path.as_str()) {
            gate.held += 1;
            self.shared.turned.notify_all();
            while gate.holds.is_some() {
                gate = self.shared.turned.wait(gate).unwrap();
            }
        }
        drop(gate);
        write(stream, &reply);
    }
}

impl Recorded {
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace();
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        Some(Self { method, path, headers, body: String::from_utf8(body).ok()? })
    }

    /// The form, in order of names.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        let mut form: Vec<_> = form_urlencoded::parse(self.body.as_bytes()).into_owned().collect();
        form.sort();
        form
    }

    /// A field of the form; empty when it is not there.
    pub(crate) fn field(&self, name: &str) -> String {
        self.form().into_iter().find(|(own, _)| own == name).map(|(_, value)| value).unwrap_or_default()
    }

    /// Its idempotency key; empty when there is none.
    pub(crate) fn key(&self) -> &str {
        self.headers.get("idempotency-key").map_or("", String::as_str)
    }
}

fn write(mut stream: TcpStream, (status, headers, body): &Reply) {
    let mut head = format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\n");
    for (name, value) in headers {
        head = format!("{head}{name}: {value}\r\n");
    }
    let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let _ = stream.flush();
}

/// A success.
pub(crate) fn found(body: &Value) -> Reply {
    (200, Vec::new(), body.to_string())
}

/// A refusal in Stripe's shape.
pub(crate) fn refused(status: u16, code: &str, message: &str) -> Reply {
    let error = json!({ "error": { "type": "invalid_request_error", "code": code, "message": message } });
    (status, Vec::new(), error.to_string())
}

/// What Stripe would answer to what EchoPilot asks. Identifiers are counted up.
pub(crate) fn usual(request: &Recorded) -> Reply {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(1);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let part = |index: usize| request.path.split('/').nth(index).unwrap_or_default().to_owned();
    let invoice = |id: &str, status: &str| {
        json!({
            "id": id, "object": "invoice", "number": format!("INV-{number}"), "status": status, "total": 4900,
            "currency": "usd", "livemode": false, "created": 1_772_443_800, "due_date": 1_773_653_400,
            "hosted_invoice_url": format!("https://invoice.stripe.com/i/{id}"),
            "invoice_pdf": format!("https://pay.stripe.com/invoice/{id}/pdf"),
        })
    };
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/v1/customers") => found(&json!({ "id": format!("cus_{number}"), "object": "customer" })),
        ("POST", "/v1/billing_portal/sessions") => found(
            &json!({ "id": format!("bps_{number}"), "url": format!("https://billing.stripe.com/p/{number}") }),
        ),
        ("POST", "/v1/checkout/sessions") => found(
            &json!({ "id": format!("cs_{number}"), "url": format!("https://checkout.stripe.com/c/{number}") }),
        ),
        ("POST", "/v1/invoices") => found(&invoice(&format!("in_{number}"), "draft")),
        ("POST", "/v1/invoiceitems") => found(&json!({ "id": format!("ii_{number}") })),
        ("POST", path) if path.ends_with("/finalize") => found(&invoice(&part(3), "open")),
        ("POST", path) if path.ends_with("/void") => found(&invoice(&part(3), "void")),
        ("POST", "/v1/refunds") => {
            let amount = request.field("amount").parse().unwrap_or(2_000);
            found(&json!({
                "id": format!("re_{number}"), "amount": amount, "currency": "usd", "status": "succeeded",
                "charge": request.field("charge"), "payment_intent": request.field("payment_intent"),
            }))
        }
        ("DELETE", _) => found(&json!({ "deleted": true })),
        (method, path) => {
            refused(404, "resource_missing", &format!("Unrecognized request URL ({method}: {path})"))
        }
    }
}
