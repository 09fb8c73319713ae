//! A server of ours that speaks as much of Notion's API as we use: one database, pages with typed properties, a bin. It
//! is no proof that Notion itself behaves so; it checks what we send against the database's types, as Notion does.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

/// The database's identifier.
pub(crate) const DATABASE: &str = "0123456789abcdef0123456789abcdef";
/// The token that it accepts.
pub(crate) const TOKEN: &str = "ntn_token_of_the_tests_0123456789";

/// How it is today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Does what it is asked.
    Good,
    /// 429 with this many seconds to wait.
    TooMany(u64),
    /// 500 to everything, having done nothing.
    Broken,
    /// Makes and changes pages, but answers 500.
    Deceitful,
    /// Makes pages, but never says so.
    Silent,
    /// Answers that are no JSON objects of the right shape.
    Strange,
    /// Answers of 10 MB.
    Huge,
    /// 400 to whatever writes a page, in words that quote what was sent and with which token.
    Gossiping,
}

/// A page.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Its identifier.
    pub(crate) id: String,
    /// Its properties, as they were written.
    pub(crate) properties: BTreeMap<String, Value>,
    /// Whether it lies in the bin.
    pub(crate) archived: bool,
}

impl Page {
    /// Its address.
    pub(crate) fn email(&self) -> Option<&str> {
        self.properties.get("Email")?["email"].as_str()
    }

    /// Its title.
    pub(crate) fn name(&self) -> &str {
        let title = self.properties.get("Client Name").map(|title| &title["title"][0]["text"]["content"]);
        title.and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it is ticked as active.
    pub(crate) fn is_active(&self) -> bool {
        self.properties.get("Active").is_some_and(|active| active["checkbox"] == true)
    }
}

struct State {
    mood: Mood,
    types: BTreeMap<String, String>,
    pages: Vec<Page>,
    requests: Vec<String>,
}

/// The server; it ends with the test.
#[derive(Clone)]
pub(crate) struct NotionServer {
    state: Arc<Mutex<State>>,
    /// Its address.
    pub(crate) url: String,
}

impl NotionServer {
    /// With the documented database, empty and in a good mood.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let types = [
            ("Client Name", "title"),
            ("Email", "email"),
            ("Active", "checkbox"),
            ("Rate USD/min", "number"),
            ("Notes", "rich_text"),
        ];
        let types = types.into_iter().map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect();
        let state = State { mood: Mood::Good, types, pages: Vec::new(), requests: Vec::new() };
        let server = Self { state: Arc::new(Mutex::new(state)), url };
        let own = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let own = own.clone();
                std::thread::spawn(move || own.serve(&stream));
            }
        });
        server
    }

    /// How it is from now on.
    pub(crate) fn set(&self, mood: Mood) {
        self.with(|state| state.mood = mood);
    }

    /// Change a property's type; `None` takes the property away.
    pub(crate) fn retype(&self, name: &str, kind: Option<&str>) {
        self.with(|state| match kind {
            Some(kind) => drop(state.types.insert(name.to_owned(), kind.to_owned())),
            None => drop(state.types.remove(name)),
        });
    }

    /// The pages, those in the bin too.
    pub(crate) fn pages(&self) -> Vec<Page> {
        self.with(|state| state.pages.clone())
    }

    /// Put a page there as a person would.
    pub(crate) fn put(&self, id: &str, email: &str) {
        let properties = BTreeMap::from([
            ("Email".to_owned(), json!({ "email": email })),
            ("Notes".to_owned(), json!({ "rich_text": [{ "text": { "content": "by hand" } }] })),
        ]);
        self.with(|state| state.pages.push(Page { id: id.to_owned(), properties, archived: false }));
    }

    /// Throw a page away as a person would: into the bin, or for good.
    pub(crate) fn throw_away(&self, id: &str, for_good: bool) {
        self.with(|state| {
            state.pages.iter_mut().filter(|page| page.id == id).for_each(|page| page.archived = true);
            state.pages.retain(|page| !for_good || page.id != id);
        });
    }

    /// What was asked, `METHOD /path`, oldest first; forgets it.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.with(|state| std::mem::take(&mut state.requests))
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (mut length, mut token, mut version) = (0, false, false);
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).unwrap_or(0) == 0 || header.trim().is_empty() {
                break;
            }
            let (name, value) = header.split_once(':').unwrap_or((&header, ""));
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap_or(0),
                "authorization" => token = value.trim() == format!("Bearer {TOKEN}"),
                "notion-version" => version = !value.trim().is_empty(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let mood = self.with(|state| {
            state.requests.push(format!("{method} {path}"));
            state.mood
        });
        let (status, answer) = match mood {
            Mood::TooMany(_) => (429, refusal(429, "rate_limited")),
            Mood::Broken => (500, refusal(500, "internal_server_error")),
            Mood::Gossiping if path.starts_with("/v1/pages") => (400, gossip(&body)),
            _ if !token => (401, refusal(401, "unauthorized")),
            _ if !version => (400, refusal(400, "missing_version")),
            _ => self.with(|state| answer(state, &method, &path, &body)),
        };
        let (status, text) = match mood {
            Mood::Silent if path == "/v1/pages" => {
                // The other side gives up first.
                std::thread::sleep(Duration::from_secs(60));
                return;
            }
            Mood::Deceitful if method != "GET" && !path.ends_with("/query") => (500, String::new()),
            Mood::Strange => (200, json!({ "results": "none", "properties": 7 }).to_string()),
            Mood::Huge => (200, format!("{{\"id\":\"{}\"}}", "x".repeat(10 << 20))),
            _ => (status, answer.to_string()),
        };
        let wait = if let Mood::TooMany(seconds) = mood {
            format!("Retry-After: {seconds}\r\n")
        } else {
            String::new()
        };
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{wait}Content-Length: {}\r\nConnection: close\r\n\r\n",
            text.len()
        );
        let mut stream = stream;
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(text.as_bytes()));
    }
}

fn refusal(status: u16, code: &str) -> Value {
    json!({ "object": "error", "status": status, "code": code, "message": format!("refused: {code}") })
}

fn gossip(body: &Value) -> Value {
    let message = format!("{TOKEN} may not send {body}");
    json!({ "object": "error", "status": 400, "code": "validation_error", "message": message })
}

fn answer(state: &mut State, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let database = format!("/v1/databases/{DATABASE}");
    if (method, path) == ("GET", "/v1/users/me") {
        return (200, json!({ "object": "user", "type": "bot" }));
    }
    if method == "GET" && path == database {
        let typed = state.types.iter().map(|(name, kind)| (name.clone(), json!({ "type": kind })));
        return (200, json!({ "properties": typed.collect::<serde_json::Map<_, _>>() }));
    }
    if method == "POST" && path == format!("{database}/query") {
        let wanted = body["filter"]["email"]["equals"].as_str();
        let found =
            state.pages.iter().filter(|page| !page.archived && wanted.is_some() && page.email() == wanted);
        let found: Vec<_> = found.map(|page| json!({ "id": page.id })).collect();
        return (200, json!({ "results": found, "has_more": false }));
    }
    let properties = body["properties"].as_object().cloned().unwrap_or_default();
    let typed = |(name, value): (&String, &Value)| {
        state.types.get(name).is_some_and(|kind| value.get(kind).is_some())
    };
    if !properties.iter().all(typed) {
        return (400, refusal(400, "validation_error"));
    }
    if (method, path) == ("POST", "/v1/pages") {
        if body["parent"]["database_id"] != DATABASE {
            return (404, refusal(404, "object_not_found"));
        }
        let id = format!("page-{}", state.pages.len() + 1);
        let page = Page { id: id.clone(), properties: properties.into_iter().collect(), archived: false };
        state.pages.push(page);
        return (200, json!({ "id": id }));
    }
    let wanted = path.strip_prefix("/v1/pages/").unwrap_or_default();
    let Some(page) = state.pages.iter_mut().find(|page| page.id == wanted) else {
        return (404, refusal(404, "object_not_found"));
    };
    if method == "PATCH" {
        if page.archived {
            return (400, refusal(400, "validation_error"));
        }
        page.properties.extend(properties);
        page.archived = body["archived"] == true;
    }
    (200, json!({ "id": page.id, "archived": page.archived }))
}
