//! Tests of the embedded files: served well, and built from what stands in the repository.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::pages::view::Theme;

fn style() -> &'static str {
    url("app.css").strip_prefix(PREFIX).unwrap()
}

fn web() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

fn below(folders: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in folders {
        walk(&web().join(folder), &mut found);
    }
    found
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[test]
fn dist_was_built_from_what_stands_here() {
    let mut paths = below(&["client", "templates"]);
    paths.extend(["build.mjs", "package-lock.json", "package.json"].map(|name| web().join(name)));
    let mut inputs: Vec<(String, PathBuf)> = paths
        .into_iter()
        .map(|path| (path.strip_prefix(web()).unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    inputs.sort();
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for (name, path) in inputs {
        let bytes = fs::read(path).unwrap();
        context.update(format!("{name}\n{}\n", bytes.len()).as_bytes());
        context.update(&bytes);
    }
    let now = hex(context.finish().as_ref());
    assert_eq!(manifest().unwrap().inputs, now, "web/dist is stale: run `npm ci && npm run build` in web/");
}

#[test]
fn every_file_has_the_digest_in_its_name_and_nothing_else_lies_about() {
    let manifest = manifest().unwrap();
    let mut expected = vec!["manifest.json".to_owned()];
    for hashed in manifest.files.values() {
        let digest = hex(ring::digest::digest(&ring::digest::SHA256, &asset(hashed).unwrap().plain).as_ref());
        assert!(hashed.contains(&digest[..12]), "{hashed} is not what its name says");
        expected.extend(["", ".br", ".gz"].map(|suffix| format!("{hashed}{suffix}")));
    }
    let mut found: Vec<String> = Dist::iter().map(|name| name.to_string()).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn templates_name_only_files_that_exist() {
    let mut seen = 0;
    for path in below(&["templates"]) {
        let text = fs::read_to_string(&path).unwrap();
        for part in text.split("assets::url(\"").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(!url(name).is_empty(), "{} names {name}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 4);
    assert_eq!(url("absent.css"), "");
}

#[test]
fn icons_that_are_named_exist() {
    let sprite = asset(url("sprite.svg").strip_prefix(PREFIX).unwrap()).unwrap();
    let sprite = std::str::from_utf8(&sprite.plain).unwrap();
    for icon in crate::pages::view::icons() {
        assert!(sprite.contains(&format!("id=\"{icon}\"")), "no icon {icon}");
    }
    assert!(!sprite.contains("id=\"absent\""));
}

#[test]
fn the_best_coding_is_chosen() {
    for (accept, expected) in [
        ("gzip, deflate, br, zstd", Some("br")),
        ("gzip", Some("gzip")),
        ("br;q=0, gzip;q=0.5", Some("gzip")),
        ("br;q=0.1, gzip;q=0.9", Some("gzip")),
        ("*", Some("br")),
        ("*;q=0", None),
        ("br;q=nonsense", None),
        ("br;q=NaN", None),
        ("identity", None),
        ("", None),
    ] {
        let response = respond(style(), Some(accept), None).unwrap();
        let coding = response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap());
        assert_eq!(coding, expected, "{accept}");
    }
}

#[test]
fn each_coding_has_its_own_tag_and_a_known_one_is_not_sent_again() {
    let tag = |accept| respond(style(), accept, None).unwrap().headers()[ETAG].to_str().unwrap().to_owned();
    let (packed, plain) = (tag(Some("br")), tag(None));
    assert_ne!(packed, plain);
    for known in [packed.clone(), format!("W/{packed}"), format!("\"other\", {packed}"), "*".to_owned()] {
        let again = respond(style(), Some("br"), Some(&known)).unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert!(again.body().is_empty());
    }
    let other = respond(style(), Some("br"), Some(&plain)).unwrap();
    assert_eq!(other.status(), StatusCode::OK);
    assert_eq!(other.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
    assert_eq!(other.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
}

#[test]
fn only_listed_files_are_served() {
    for path in
        ["", "manifest.json", "app.css", "../Cargo.toml", "%2e%2e/Cargo.toml", &format!("{}.br", style())]
    {
        assert!(respond(path, None, None).is_none(), "{path}");
    }
    assert!(respond(style(), None, None).is_some());
}

#[test]
fn the_first_view_stays_small() {
    let total = weight_of(&["app.css", "app.js", "sprite.svg", "favicon.svg", "product.svg"]);
    assert!(total < 16_400, "{total} bytes besides the page itself");
}

/// The tokens with both themes' values.
fn tokens() -> BTreeMap<String, [String; 2]> {
    let text = fs::read_to_string(web().join("client/tokens.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    serde_json::from_value(value["color"].clone()).unwrap()
}

fn luminance(color: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn ninety_pairs_of_colours_can_be_told_apart() {
    let mut pairs: Vec<(String, String, f64)> = Vec::new();
    for ground in ["canvas", "surface", "raised", "inset"] {
        for ink in ["text", "muted", "subtle", "accent"] {
            pairs.push((ink.into(), ground.into(), 4.5));
        }
        for ink in ["control", "focus"] {
            pairs.push((ink.into(), ground.into(), 3.0));
        }
    }
    pairs.push(("on-accent".into(), "accent-fill".into(), 4.5));
    pairs.push(("on-accent".into(), "bad-fill".into(), 4.5));
    pairs.push(("accent-fill".into(), "surface".into(), 3.0));
    for series in 1..=6 {
        pairs.push((format!("series-{series}"), "surface".into(), 3.0));
    }
    for tone in ["ok", "warn", "bad", "info"] {
        pairs.push((tone.into(), format!("{tone}-bg"), 4.5));
        pairs.push((tone.into(), "surface".into(), 4.5));
        pairs.push(("text".into(), format!("{tone}-bg"), 4.5));
    }
    let tokens = tokens();
    let mut checked = 0;
    for (ink, ground, least) in &pairs {
        for (theme, (ink_value, ground_value)) in tokens[ink].iter().zip(&tokens[ground]).enumerate() {
            let ratio = contrast(ink_value, ground_value);
            assert!(ratio >= *least, "{ink} on {ground}, theme {theme}: {ratio:.2} < {least}");
            checked += 1;
        }
    }
    assert_eq!(checked, 90);
    assert!(contrast("#64748b", "#0f172a") < 4.5, "the check can fail");
}

#[test]
fn the_browser_bars_take_the_canvas_colour() {
    let canvas = &tokens()["canvas"];
    assert_eq!(Theme::Dark.canvas()[0].1, canvas[0]);
    assert_eq!(Theme::Light.canvas()[0].1, canvas[1]);
}
