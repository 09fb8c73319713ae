//! A server of ours that speaks as much of Notion's API as we use: two databases, pages with typed properties, a bin. It
//! is no proof that Notion itself behaves so; it checks what we send against the database's types, as Notion does.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

/// The identifier of the database Clients.
pub(crate) const DATABASE: &str = "0123456789abcdef0123456789abcdef";
/// The identifier of the database Partners.
pub(crate) const PARTNERS: &str = "fedcba9876543210fedcba9876543210";
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
    /// The database that it is in.
    pub(crate) database: String,
    /// Its properties, as they were written.
    pub(crate) properties: BTreeMap<String, Value>,
    /// Whether it lies in the bin.
    pub(crate) archived: bool,
}

impl Page {
    /// Its address.
    pub(crate) fn email(&self) -> Option<&str> {
        let found = self.properties.get("Email").or_else(|| self.properties.get("Contact Email"));
        found?["email"].as_str()
    }

    /// Its title.
    pub(crate) fn name(&self) -> &str {
        let title = self.properties.values().find(|value| value["title"].is_array());
        title.and_then(|title| title["title"][0]["text"]["content"].as_str()).unwrap_or_default()
    }

    /// Whether it is ticked as active.
    pub(crate) fn is_active(&self) -> bool {
        self.properties.get("Active").is_some_and(|active| active["checkbox"] == true)
    }
}

struct State {
    mood: Mood,
    /// The types of the properties, by database.
    types: BTreeMap<&'static str, BTreeMap<String, String>>,
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
    /// With the documented databases, empty and in a good mood.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let clients = [
            ("Client Name", "title"),
            ("Email", "email"),
            ("Active", "checkbox"),
            ("Rate USD/min", "number"),
            ("Notes", "rich_text"),
        ];
        let partners = [
            ("Partner Name", "title"),
            ("Contact Email", "email"),
            ("Active", "checkbox"),
            ("Tier", "select"),
            ("Notes", "rich_text"),
        ];
        let typed =
            |all: [(&str, &str); 5]| all.map(|(name, kind)| (name.to_owned(), kind.to_owned())).into();
        let types = BTreeMap::from([(DATABASE, typed(clients)), (PARTNERS, typed(partners))]);
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

    /// Change a property's type in the database Clients; `None` takes the property away.
    pub(crate) fn retype(&self, name: &str, kind: Option<&str>) {
        self.retype_in(DATABASE, name, kind);
    }

    /// The same in any database.
    pub(crate) fn retype_in(&self, database: &'static str, name: &str, kind: Option<&str>) {
        self.with(|state| {
            let types = state.types.entry(database).or_default();
            match kind {
                Some(kind) => drop(types.insert(name.to_owned(), kind.to_owned())),
                None => drop(types.remove(name)),
            }
        });
    }

    /// The pages, those in the bin too.
    pub(crate) fn pages(&self) -> Vec<Page> {
        self.with(|state| state.pages.clone())
    }

    /// Put a page of a client there as a person would.
    pub(crate) fn put(&self, id: &str, email: &str) {
        let properties = BTreeMap::from([
            ("Email".to_owned(), json!({ "email": email })),
            ("Notes".to_owned(), json!({ "rich_text": [{ "text": { "content": "by hand" } }] })),
        ]);
        let (id, database) = (id.to_owned(), DATABASE.to_owned());
        self.with(|state| state.pages.push(Page { id, database, properties, archived: false }));
    }

    /// Put a page of a partner there as a person would.
    pub(crate) fn put_partner(&self, id: &str, email: &str) {
        let properties = BTreeMap::from([
            ("Contact Email".to_owned(), json!({ "email": email })),
            ("Active".to_owned(), json!({ "checkbox": true })),
            ("Partner Name".to_owned(), json!({ "title": [{ "text": { "content": "By hand" } }] })),
        ]);
        let (id, database) = (id.to_owned(), PARTNERS.to_owned());
        self.with(|state| state.pages.push(Page { id, database, properties, archived: false }));
    }

    /// Correct the address of a page of a partner as a person would.
    pub(crate) fn readdress(&self, from: &str, to: &str) {
        let is_meant = |page: &&mut Page| page.properties["Contact Email"]["email"] == from;
        self.with(|state| {
            for page in state.pages.iter_mut().filter(|page| page.database == PARTNERS).filter(is_meant) {
                page.properties.insert("Contact Email".to_owned(), json!({ "email": to }));
            }
        });
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
    if (method, path) == ("GET", "/v1/users/me") {
        return (200, json!({ "object": "user", "type": "bot" }));
    }
    if let Some(rest) = path.strip_prefix("/v1/databases/") {
        let (database, action) = rest.split_once('/').unwrap_or((rest, ""));
        return match (method, action, state.types.get(database)) {
            ("GET", "", Some(types)) => {
                let typed = types.iter().map(|(name, kind)| (name.clone(), json!({ "type": kind })));
                (200, json!({ "properties": typed.collect::<serde_json::Map<_, _>>() }))
            }
            ("POST", "query", Some(_)) => (200, found(state, database, &body["filter"])),
            _ => (404, refusal(404, "object_not_found")),
        };
    }
    let properties = body["properties"].as_object().cloned().unwrap_or_default();
    if (method, path) == ("POST", "/v1/pages") {
        let database = body["parent"]["database_id"].as_str().unwrap_or_default().to_owned();
        if !state.types.contains_key(database.as_str()) {
            return (404, refusal(404, "object_not_found"));
        }
        if !fits(state, &database, &properties) {
            return (400, refusal(400, "validation_error"));
        }
        let id = format!("page-{}", state.pages.len() + 1);
        let properties = properties.into_iter().collect();
        state.pages.push(Page { id: id.clone(), database, properties, archived: false });
        return (200, json!({ "id": id }));
    }
    let wanted = path.strip_prefix("/v1/pages/").unwrap_or_default();
    let Some(database) = state.pages.iter().find(|page| page.id == wanted).map(|page| page.database.clone())
    else {
        return (404, refusal(404, "object_not_found"));
    };
    let sound = fits(state, &database, &properties);
    let page = state.pages.iter_mut().find(|page| page.id == wanted).expect("it was there");
    if method == "PATCH" {
        if page.archived || !sound {
            return (400, refusal(400, "validation_error"));
        }
        page.properties.extend(properties);
        page.archived = body["archived"] == true;
    }
    (200, json!({ "id": page.id, "archived": page.archived, "properties": page.properties }))
}

/// The pages outside the bin whose address is the one that is asked for.
fn found(state: &State, database: &str, filter: &Value) -> Value {
    let (property, wanted) = (filter["property"].as_str(), filter["email"]["equals"].as_str());
    let fits = |page: &&Page| {
        let own =
            property.and_then(|name| page.properties.get(name)).and_then(|value| value["email"].as_str());
        !page.archived && page.database == database && wanted.is_some() && own == wanted
    };
    let pages = state.pages.iter().filter(fits);
    let told: Vec<_> = pages.map(|page| json!({ "id": page.id, "properties": page.properties })).collect();
    json!({ "results": told, "has_more": false })
}

/// Whether the database has properties of these names and types.
fn fits(state: &State, database: &str, properties: &serde_json::Map<String, Value>) -> bool {
    let types = &state.types[database];
    properties.iter().all(|(name, value)| types.get(name).is_some_and(|kind| value.get(kind).is_some()))
}
