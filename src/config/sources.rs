//! Where values come from: five layers, each over the one before, and the origin of what won.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use figment::providers::{Format as _, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::table::{SETTINGS, Setting};

/// What the command line says.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--env-file`: a file of `NAME=value` lines.
    pub env_file: Option<PathBuf>,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// `--config-dir`.
    pub config_dir: Option<PathBuf>,
    /// `--bind`.
    pub bind: Option<String>,
    /// `--demo`.
    pub demo: bool,
}

/// The variables of the process that the table knows.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// Read the environment of this process. Everything else gets it from here.
    pub fn of_process() -> Self {
        let known = |name: &OsString| SETTINGS.iter().any(|setting| name == setting.env);
        Self(
            std::env::vars_os()
                .filter(|(name, _)| known(name))
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .collect(),
        )
    }

    /// No variables, for tests.
    pub fn empty() -> Self {
        Self::default()
    }

    /// One variable more, for tests.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }
}

/// Something that a layer got wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourceProblem {
    pub(super) id: &'static str,
    pub(super) evidence: String,
    pub(super) remedy: String,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) text: String,
    pub(super) origin: String,
    pub(super) is_default: bool,
}

/// The result of all layers.
#[derive(Debug)]
pub(super) struct Layers {
    pub(super) figment: Figment,
    pub(super) problems: Vec<SourceProblem>,
    /// Files that hold a secret setting, which others must not read.
    pub(super) secret_files: Vec<PathBuf>,
    pub(super) config_dir: PathBuf,
}

const DEFAULT: &str = "default";

/// One layer as figment takes it.
struct Layer {
    name: String,
    values: Dict,
}

impl Layer {
    fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), values: Dict::new() }
    }

    fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.values.insert(key.to_owned(), value.into());
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

impl Layers {
    /// Read all layers.
    pub(super) fn read(overrides: &Overrides, environment: &Environment) -> Self {
        let mut problems = Vec::new();
        let mut secret_files = Vec::new();
        let mut figment = Figment::new();
        for layer in env_file(overrides, &mut problems, &mut secret_files)
            .into_iter()
            .chain(environment_layers(environment, &mut problems))
            .chain(flag_layers(overrides))
        {
            figment = figment.merge(layer);
        }
        // Demo and the folders decide where the file is looked for, so the file can't decide them for itself.
        let demo =
            text_of(&figment, "demo_mode").and_then(|text| super::parse::switch(&text)).unwrap_or(false);
        let data_dir_default = if overrides.demo { "data/demo" } else { "data" };
        let data_dir = text_of(&figment, "data_dir").unwrap_or_else(|| data_dir_default.to_owned());
        let config_dir = text_of(&figment, "config_dir").map_or_else(
            || if demo { Path::new(&data_dir).join("configs") } else { PathBuf::from("configs") },
            PathBuf::from,
        );
        let path = config_dir.join("echopilot.toml");
        let mut below = Figment::new().merge(default_layer(data_dir_default));
        if let Some(layer) = file_layer(&path, &mut problems, &mut secret_files) {
            below = below.merge(layer);
        }
        Self { figment: below.merge(figment), problems, secret_files, config_dir }
    }

    /// The value of a setting and where it stands; `None` when nobody set it and it has no default.
    pub(super) fn get(&self, setting: &Setting) -> Option<Given> {
        let text = text_of(&self.figment, setting.key)?;
        let origin = self.figment.find_metadata(setting.key)?.name.to_string();
        let is_default = origin == DEFAULT;
        Some(Given { text, origin, is_default })
    }
}

fn text_of(figment: &Figment, key: &str) -> Option<String> {
    figment.find_value(key).ok()?.into_string()
}

fn default_layer(data_dir: &'static str) -> Layer {
    let mut layer = Layer::new(DEFAULT);
    for setting in SETTINGS {
        if let Some(default) = setting.default {
            layer.set(setting.key, if setting.key == "data_dir" { data_dir } else { default });
        }
    }
    layer
}

fn flag_layers(overrides: &Overrides) -> Vec<Layer> {
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
    let values = [
        ("data_dir", path(&overrides.data_dir)),
        ("config_dir", path(&overrides.config_dir)),
        ("bind", overrides.bind.clone()),
        ("demo_mode", overrides.demo.then(|| "1".to_owned())),
    ];
    let layer = |(key, value): (&str, Option<String>)| {
        let flag = Setting::find(key)?.flag?;
        let mut layer = Layer::new(format!("flag {flag}"));
        layer.set(key, value?);
        Some(layer)
    };
    values.into_iter().filter_map(layer).collect()
}

/// A layer for each variable, so that the origin names it. An empty variable counts as not set.
fn environment_layers(environment: &Environment, problems: &mut Vec<SourceProblem>) -> Vec<Layer> {
    let mut layers = Vec::new();
    for setting in SETTINGS {
        let Some(value) = environment.0.get(setting.env) else { continue };
        match value.to_str() {
            Some("") => {}
            Some(text) => {
                let mut layer = Layer::new(format!("environment {}", setting.env));
                layer.set(setting.key, text);
                layers.push(layer);
            }
            None => problems.push(SourceProblem {
                id: setting.key,
                evidence: format!("{} in the environment is not UTF-8", setting.env),
                remedy: format!("set {} to {}", setting.env, setting.expects),
            }),
        }
    }
    layers
}

fn env_file(
    overrides: &Overrides,
    problems: &mut Vec<SourceProblem>,
    secret_files: &mut Vec<PathBuf>,
) -> Option<Layer> {
    let path = overrides.env_file.as_ref()?;
    let place = path.display();
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            problems.push(SourceProblem {
                id: "env-file",
                evidence: format!("{place} can't be read: {error}"),
                remedy: "give --env-file a readable text file of NAME=value lines".to_owned(),
            });
            return None;
        }
    };
    let mut layer = Layer::new(format!("environment file {place}"));
    let mut holds_secret = false;
    for (index, line) in text.lines().enumerate() {
        match super::parse::env_line(line) {
            Ok(None) => {}
            Ok(Some((name, value))) => {
                if let Some(setting) = SETTINGS.iter().find(|setting| setting.env == name)
                    && !value.is_empty()
                {
                    holds_secret |= setting.secret;
                    layer.set(setting.key, value);
                }
            }
            Err(reason) => problems.push(SourceProblem {
                id: "env-file",
                evidence: format!("line {} of {place}: {reason}", index + 1),
                remedy: "write NAME=value, with quotes around a value that has spaces or #".to_owned(),
            }),
        }
    }
    if holds_secret {
        secret_files.push(path.clone());
    }
    Some(layer)
}

fn file_layer(
    path: &Path,
    problems: &mut Vec<SourceProblem>,
    secret_files: &mut Vec<PathBuf>,
) -> Option<Layer> {
    let place = path.display();
    let mut problem = |id, evidence, remedy: String| problems.push(SourceProblem { id, evidence, remedy });
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => {
            problem(
                "file",
                format!("{place} can't be read: {error}"),
                "make it a readable text file".to_owned(),
            );
            return None;
        }
    };
    let values: Dict = match Toml::from_str(&text) {
        Ok(values) => values,
        Err(error) => {
            // The parser quotes the line, and that line may hold a secret: only the place and the reason are kept.
            let message = error.to_string();
            let mut lines = message.lines();
            let first = lines.next().unwrap_or_default();
            let reason = lines.next_back().unwrap_or_default();
            let evidence = format!("{place}: {first}: {reason}");
            problem(
                "file",
                evidence,
                "correct the TOML; configs/echopilot.toml shows every setting".to_owned(),
            );
            return None;
        }
    };
    let mut layer = Layer::new(format!("file {place}"));
    let mut holds_secret = false;
    for (key, value) in values {
        let Some(setting) = Setting::find(&key) else {
            let near = super::parse::nearest(&key, SETTINGS.iter().map(|setting| setting.key));
            let remedy = match near {
                Some(near) => format!("did you mean `{near}`? else remove it"),
                None => "remove it; docs/CONFIG.md lists every setting".to_owned(),
            };
            problem("unknown-keys", format!("`{key}` in {place} is no setting"), remedy);
            continue;
        };
        if key == "config_dir" {
            let remedy = "set CONFIG_DIR in the environment or by --config-dir".to_owned();
            problem("unknown-keys", format!("`config_dir` in {place} can't say where that file is"), remedy);
            continue;
        }
        holds_secret |= setting.secret;
        match plain_text(&value) {
            Some(text) if text.is_empty() => {}
            Some(text) => layer.set(setting.key, text),
            None => {
                let kind = value.to_actual();
                let kind = match kind {
                    figment::error::Actual::Map => "a table",
                    figment::error::Actual::Seq => "a list with more than texts and numbers",
                    _ => "something else",
                };
                let evidence = format!("`{key}` in {place} is {kind}");
                problem(setting.key, evidence, format!("set {} to {}", setting.env, setting.expects));
            }
        }
    }
    if holds_secret {
        secret_files.push(path.to_owned());
    }
    Some(layer)
}

/// A text, number or switch as the environment would spell it; a list becomes its parts with commas between.
fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.trim().to_owned()),
        Value::Char(_, character) => Some(character.to_string()),
        Value::Bool(_, on) => Some(if *on { "1" } else { "0" }.to_owned()),
        Value::Num(_, number) => match (number.to_u128(), number.to_i128(), number.to_f64()) {
            (Some(whole), _, _) => Some(whole.to_string()),
            (_, Some(whole), _) => Some(whole.to_string()),
            (_, _, fraction) => fraction.map(|fraction| fraction.to_string()),
        },
        Value::Array(_, parts) => {
            let parts: Option<Vec<_>> = parts
                .iter()
                .map(|part| match part {
                    Value::Array(..) => None,
                    plain => plain_text(plain),
                })
                .collect();
            Some(parts?.join(","))
        }
        Value::Empty(..) | Value::Dict(..) => None,
    }
}
