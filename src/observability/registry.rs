//! Figures that other parts add. A family has one kind and one help; how many series it may have is bounded.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most series of one family: labels are for small, known sets.
const MOST_SERIES: usize = 64;
/// The most families.
const MOST_FAMILIES: usize = 256;

/// Names that `Metrics` writes itself; a second family of the same name would spoil the whole text.
const OWN: [&str; 3] = ["echopilot_http_", "process_start_time_seconds", "echopilot_metrics_refused"];

/// What a figure does over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows; its name ends in `_total`.
    Counter,
    /// It goes up and down.
    Gauge,
}

impl Kind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
        }
    }
}

/// A figure that goes up and down, unknown until it is set.
#[derive(Debug, Clone)]
pub struct Gauge(Arc<AtomicU64>);

impl Gauge {
    fn unknown() -> Self {
        Self(Arc::new(AtomicU64::new(f64::NAN.to_bits())))
    }

    /// It is known to be this; not a number means unknown.
    pub fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }

    /// It is not known any more: the series disappears.
    pub fn forget(&self) {
        self.set(f64::NAN);
    }

    /// What it is, if it is known.
    pub fn value(&self) -> Option<f64> {
        Some(f64::from_bits(self.0.load(Ordering::Relaxed))).filter(|value| !value.is_nan())
    }
}

/// A figure that only grows.
#[derive(Debug, Clone, Default)]
pub struct Counter(Arc<AtomicU64>);

impl Counter {
    /// One more.
    pub fn increment(&self) {
        self.add(1);
    }

    /// This many more.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// How many so far.
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

type Asked = Arc<dyn Fn() -> Option<f64> + Send + Sync>;

enum Source {
    Gauge(Gauge),
    Counter(Counter),
    Asked(Asked),
}

/// One family: what stands between `# HELP` and the next one.
pub(super) struct Family {
    pub(super) kind: Kind,
    pub(super) help: &'static str,
    series: BTreeMap<Labels, Source>,
}

/// Label names and values, as they were given.
pub(super) type Labels = Vec<(&'static str, String)>;

/// All families by name.
#[derive(Default)]
pub(super) struct Registry {
    families: Mutex<BTreeMap<&'static str, Family>>,
    refused: AtomicU64,
}

impl Registry {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Family>> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn gauge(&self, name: &'static str, help: &'static str, labels: Labels) -> Gauge {
        let source = self.register(name, help, Kind::Gauge, labels, Source::Gauge(Gauge::unknown()));
        if let Source::Gauge(gauge) = source { gauge } else { Gauge::unknown() }
    }

    pub(super) fn counter(&self, name: &'static str, help: &'static str, labels: Labels) -> Counter {
        let source = self.register(name, help, Kind::Counter, labels, Source::Counter(Counter::default()));
        if let Source::Counter(counter) = source { counter } else { Counter::default() }
    }

    pub(super) fn asked(
        &self,
        name: &'static str,
        help: &'static str,
        kind: Kind,
        labels: Labels,
        ask: Asked,
    ) {
        self.register(name, help, kind, labels, Source::Asked(ask));
    }

    /// The series of that name and labels, made from `fresh` when it is new. What does not fit the rules is
    /// counted and never shown; the caller still gets something to write into.
    fn register(
        &self,
        name: &'static str,
        help: &'static str,
        kind: Kind,
        labels: Labels,
        fresh: Source,
    ) -> Source {
        let mut families = self.lock();
        let known = families.len();
        let fits = is_name(name)
            && !OWN.iter().any(|own| name.starts_with(own))
            && labels.iter().all(|(label, _)| is_label(label))
            && (kind == Kind::Counter) == name.ends_with("_total")
            && (known < MOST_FAMILIES || families.contains_key(name));
        if !fits {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return fresh;
        }
        let family = families.entry(name).or_insert_with(|| Family { kind, help, series: BTreeMap::new() });
        if family.kind != kind || (family.series.len() >= MOST_SERIES && !family.series.contains_key(&labels))
        {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return fresh;
        }
        let source = match (family.series.get(&labels), fresh) {
            // The newest closure counts: the part that gave the old one may be gone.
            (_, fresh @ Source::Asked(_)) | (None, fresh) => fresh,
            (Some(known), _) => known.share(),
        };
        family.series.insert(labels, source.share());
        source
    }

    /// How many registrations broke a rule.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Every figure that is known now. Closures run without the lock, since they may register something.
    pub(super) fn read(&self) -> Vec<Reading> {
        // The second half is what is asked once the lock is gone.
        let mut open: Vec<(Reading, Vec<(Labels, Source)>)> = Vec::new();
        for (&name, family) in self.lock().iter() {
            let sources =
                family.series.iter().map(|(labels, source)| (labels.clone(), source.share())).collect();
            open.push((Reading { name, kind: family.kind, help: family.help, series: Vec::new() }, sources));
        }
        let mut readings = Vec::with_capacity(open.len());
        for (mut reading, sources) in open {
            reading.series =
                sources.into_iter().filter_map(|(labels, source)| Some((labels, source.value()?))).collect();
            if !reading.series.is_empty() {
                readings.push(reading);
            }
        }
        readings
    }
}

/// A family with its known figures.
pub(super) struct Reading {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) help: &'static str,
    pub(super) series: Vec<(Labels, f64)>,
}

impl Source {
    fn share(&self) -> Self {
        match self {
            Self::Gauge(gauge) => Self::Gauge(gauge.clone()),
            Self::Counter(counter) => Self::Counter(counter.clone()),
            Self::Asked(ask) => Self::Asked(Arc::clone(ask)),
        }
    }

    fn value(&self) -> Option<f64> {
        match self {
            Self::Gauge(gauge) => gauge.value(),
            #[expect(clippy::cast_precision_loss, reason = "the format has no other numbers")]
            Self::Counter(counter) => Some(counter.value() as f64),
            Self::Asked(ask) => ask().filter(|value| !value.is_nan()),
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_label(name: &str) -> bool {
    is_name(name) && !name.starts_with("__") && !matches!(name, "le" | "quantile")
}
