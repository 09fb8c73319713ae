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
        BOOK.lock().unwrap().clear();
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
        // Whether it is there at all is asked in the background, at a time of its own.
        if request.path != "/v1/balance" {
            self.shared.seen.lock().unwrap().push(request.clone());
        }
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

/// What was made at the server, by identifier, and how much was given back of what: forgotten when one is started.
static BOOK: Mutex<BTreeMap<String, Value>> = Mutex::new(BTreeMap::new());

/// What Stripe would answer to what EchoPilot asks. Identifiers are counted up; every payment is of USD 20.00.
pub(crate) fn usual(request: &Recorded) -> Reply {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(1);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let (path, last) = (request.path.as_str(), request.path.rsplit('/').next().unwrap_or_default());
    let mut book = BOOK.lock().unwrap();
    match (request.method.as_str(), path) {
        ("POST", "/v1/customers") => found(&json!({
            "id": format!("cus_{number}"), "object": "customer", "created": CREATED,
            "email": request.field("email"), "name": request.field("name"),
        })),
        ("POST", "/v1/billing_portal/sessions") => found(
            &json!({ "id": format!("bps_{number}"), "url": format!("https://billing.stripe.com/p/{number}") }),
        ),
        ("POST", "/v1/checkout/sessions") => found(
            &json!({ "id": format!("cs_{number}"), "url": format!("https://checkout.stripe.com/c/{number}") }),
        ),
        ("POST", "/v1/invoices") => {
            let id = format!("in_{number}");
            let invoice = json!({
                "id": id, "object": "invoice", "number": format!("INV-{number}"), "status": "draft",
                "customer": request.field("customer"), "description": request.field("description"), "total": 0,
                "currency": "usd", "livemode": false, "created": CREATED, "due_date": CREATED + 14 * 86_400,
                "hosted_invoice_url": format!("https://invoice.stripe.com/i/{id}"),
                "invoice_pdf": format!("https://pay.stripe.com/invoice/{id}/pdf"),
            });
            book.insert(id, invoice.clone());
            found(&invoice)
        }
        ("POST", "/v1/invoiceitems") => {
            if let Some(invoice) = book.get_mut(&request.field("invoice")) {
                invoice["total"] = request.field("amount").parse::<i64>().unwrap_or_default().into();
            }
            found(&json!({ "id": format!("ii_{number}") }))
        }
        ("POST", path) if path.ends_with("/finalize") || path.ends_with("/void") => {
            let Some(invoice) = book.get_mut(path.split('/').nth(3).unwrap_or_default()) else {
                return refused(404, "resource_missing", "No such invoice");
            };
            invoice["status"] = if path.ends_with("/void") { "void" } else { "open" }.into();
            found(invoice)
        }
        ("POST", "/v1/refunds") => {
            let amount: i64 = request.field("amount").parse().unwrap_or(2_000);
            let (charge, intent) = (request.field("charge"), request.field("payment_intent"));
            let paid = if charge.is_empty() { &intent } else { &charge };
            let before = book.get(paid).and_then(Value::as_i64).unwrap_or(0);
            book.insert(paid.clone(), (before + amount).into());
            let known = |text: String| if text.is_empty() { Value::Null } else { text.into() };
            found(&json!({
                "id": format!("re_{number}"), "object": "refund", "amount": amount, "currency": "usd",
                "status": "succeeded", "created": CREATED, "charge": known(charge), "payment_intent": known(intent),
            }))
        }
        ("GET", path) if path.starts_with("/v1/charges/") || path.starts_with("/v1/payment_intents/") => {
            let refunded = book.get(last).and_then(Value::as_i64).unwrap_or(0);
            found(&paid(last, 2_000, refunded))
        }
        ("DELETE", _) => found(&json!({ "id": last, "object": "invoice", "deleted": true })),
        (method, path) => {
            refused(404, "resource_missing", &format!("Unrecognized request URL ({method}: {path})"))
        }
    }
}

/// When everything was made there, in seconds.
const CREATED: i64 = 1_772_443_800;

/// A payment intent or a charge of so much, of which so much was given back.
pub(crate) fn paid(id: &str, amount: i64, refunded: i64) -> Value {
    let charge = |id: &str, intent: Value| {
        json!({
            "id": id, "object": "charge", "amount": amount, "amount_refunded": refunded, "currency": "usd",
            "status": "succeeded", "paid": true, "created": CREATED, "payment_intent": intent,
        })
    };
    if id.starts_with("pi_") {
        let latest = charge(&format!("ch_of_{id}"), id.into());
        json!({
            "id": id, "object": "payment_intent", "amount": amount, "amount_received": amount, "currency": "usd",
            "status": "succeeded", "created": CREATED, "latest_charge": latest,
        })
    } else {
        charge(id, Value::Null)
    }
}
