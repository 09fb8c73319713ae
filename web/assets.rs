//! What the browser loads besides pages: style sheet, script, icons. Built by `npm run build` into `web/dist`, embedded here.
//!
//! - [`url`] gives a template the address of a file by its plain name;
//! - [`respond`] answers `GET /assets/{name}`; names carry a digest, so browsers may keep a file for ever;
//! - [`asset`] is the file itself.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue, VARY};
use http::{Response, StatusCode};
use serde::Deserialize;

/// Where [`respond`] is mounted.
pub const PREFIX: &str = "/assets/";

#[derive(rust_embed::Embed)]
#[folder = "dist"]
struct Dist;

/// What `build.mjs` writes about the files beside it.
#[derive(Debug, Deserialize)]
struct Manifest {
    /// SHA-256 over all that the build reads.
    #[cfg_attr(not(test), expect(dead_code, reason = "only a test asks whether the build is up to date"))]
    inputs: String,
    /// Plain name to name with digest.
    files: BTreeMap<String, String>,
}

/// One file with its compressed copies.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The file as it is.
    pub plain: Bytes,
    /// Its Brotli copy, when that is smaller.
    pub brotli: Option<Bytes>,
    /// Its gzip copy, when that is smaller.
    pub gzip: Option<Bytes>,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The digest of the plain bytes; each encoding adds its own suffix.
    pub digest: String,
}

struct Library {
    urls: BTreeMap<String, String>,
    assets: BTreeMap<String, Asset>,
}

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let manifest = manifest();
    let mut library = Library { urls: BTreeMap::new(), assets: BTreeMap::new() };
    for (name, hashed) in manifest.map(|manifest| manifest.files).unwrap_or_default() {
        let Some(file) = Dist::get(&hashed) else { continue };
        let digest = file.metadata.sha256_hash();
        let digest = digest.iter().take(16).fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let plain = bytes(file);
        let smaller = |suffix: &str| {
            Dist::get(&format!("{hashed}{suffix}")).map(bytes).filter(|copy| copy.len() < plain.len())
        };
        let asset = Asset {
            brotli: smaller(".br"),
            gzip: smaller(".gz"),
            content_type: content_type(&hashed),
            digest,
            plain: plain.clone(),
        };
        library.urls.insert(name, format!("{PREFIX}{hashed}"));
        library.assets.insert(hashed, asset);
    }
    library
});

fn manifest() -> Option<Manifest> {
    Dist::get("manifest.json").and_then(|file| serde_json::from_slice(&file.data).ok())
}

fn bytes(file: rust_embed::EmbeddedFile) -> Bytes {
    match file.data {
        std::borrow::Cow::Borrowed(slice) => Bytes::from_static(slice),
        std::borrow::Cow::Owned(vector) => Bytes::from(vector),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The address of a file by its plain name: `url("app.css")`. Empty for a name that does not exist; a test reads every
/// template for such names.
pub fn url(name: &str) -> &'static str {
    LIBRARY.urls.get(name).map_or("", String::as_str)
}

/// A file by its name with digest, as it stands behind [`PREFIX`].
pub fn asset(path: &str) -> Option<&'static Asset> {
    LIBRARY.assets.get(path)
}

/// How many bytes these files weigh as most browsers get them.
pub fn weight_of(names: &[&str]) -> usize {
    let assets = names.iter().filter_map(|name| asset(url(name).strip_prefix(PREFIX)?));
    assets.map(|asset| asset.brotli.as_ref().unwrap_or(&asset.plain).len()).sum()
}

/// How an answer is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Brotli,
    Gzip,
    Plain,
}

/// The answer to a GET of `path` (behind [`PREFIX`]); none when there is no such file, which is the caller's to say.
pub fn respond(
    path: &str,
    accept_encoding: Option<&str>,
    if_none_match: Option<&str>,
) -> Option<Response<Bytes>> {
    let asset = asset(path)?;
    let coding = choose(asset, accept_encoding.unwrap_or(""));
    let (body, suffix) = match coding {
        Coding::Brotli => (asset.brotli.clone()?, "-br"),
        Coding::Gzip => (asset.gzip.clone()?, "-gz"),
        Coding::Plain => (asset.plain.clone(), ""),
    };
    let tag = format!("\"{}{suffix}\"", asset.digest);
    let known = if_none_match.is_some_and(|known| matches(known, &tag));
    let mut response = Response::new(if known { Bytes::new() } else { body });
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(ETAG, HeaderValue::try_from(tag).ok()?);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Some(response);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    match coding {
        Coding::Brotli => drop(headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"))),
        Coding::Gzip => drop(headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"))),
        Coding::Plain => {}
    }
    Some(response)
}

/// The best coding that the client takes; equally liked ones by size.
fn choose(asset: &Asset, accept: &str) -> Coding {
    let mut best = (0.0, Coding::Plain);
    for (coding, names, there) in [
        (Coding::Brotli, ["br", "br"], asset.brotli.is_some()),
        (Coding::Gzip, ["gzip", "x-gzip"], asset.gzip.is_some()),
    ] {
        let weight = weight(accept, &names);
        if there && weight > best.0 {
            best = (weight, coding);
        }
    }
    best.1
}

/// How much the client wants a coding: 0 when it is refused, absent or unreadable.
pub(crate) fn weight(accept: &str, names: &[&str]) -> f32 {
    let mut any = 0.0;
    for offer in accept.split(',') {
        let mut parts = offer.split(';').map(str::trim);
        let name = parts.next().unwrap_or("");
        let weight = match parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q="))) {
            Some(weight) => weight.parse().ok().filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(0.0),
            None => 1.0,
        };
        if names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return weight;
        }
        if name == "*" {
            any = weight;
        }
    }
    any
}

/// Whether a list of entity tags holds ours; the weak comparison, as RFC 9110 wants it here.
fn matches(known: &str, tag: &str) -> bool {
    known.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

#[cfg(test)]
#[path = "assets_tests.rs"]
mod tests;
