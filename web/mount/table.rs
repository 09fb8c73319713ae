//! Every route once: what answers it and what guards must know of it. Built at start from the catalogue and the
//! rows of the handlers; a path that stands twice is a mistake that stops the start.

use std::collections::BTreeMap;
use std::sync::Arc;

use echopilot_core::config::RateGroup;
use echopilot_core::observability::{Metrics, RouteMetrics};
use echopilot_core::operation::{Access, Entry, Method};
use echopilot_core::platform::{Fault, Result};
use http::HeaderValue;

use crate::foreign::{Foreign, Gate};
use crate::layers::{body, limits};

/// What answers.
#[derive(Clone, Copy)]
pub(crate) enum What {
    /// A row of the catalogue.
    Operation(&'static Entry),
    /// An axum handler.
    Handler,
}

/// One method of one path.
pub(crate) struct Target {
    pub(crate) what: What,
    pub(crate) template: &'static str,
    /// Whom the front lets in; none when the handler asks by itself.
    pub(crate) access: Option<Access>,
    /// Whom it is for, which decides whose cookie counts.
    pub(crate) audience: Access,
    pub(crate) group: RateGroup,
    pub(crate) largest_body: usize,
    pub(crate) metrics: Arc<RouteMetrics>,
}

/// One path.
struct Path {
    /// GET, POST, PUT, DELETE.
    targets: [Option<Target>; 4],
    allow: HeaderValue,
}

/// All paths.
pub(crate) struct Table(matchit::Router<Path>);

/// What a request asked for.
pub(crate) enum Matched<'t, 'p> {
    /// It is answered by this, with these parameters.
    Target(&'t Target, matchit::Params<'t, 'p>),
    /// The path exists, for these methods.
    OtherMethods(&'t HeaderValue),
    /// Nothing.
    Nothing,
}

const METHODS: [Method; 4] = [Method::Get, Method::Post, Method::Put, Method::Delete];

impl Table {
    /// The table of `catalogue` and `rows`.
    pub(crate) fn build(catalogue: &'static [Entry], rows: &[Foreign], metrics: &Metrics) -> Result<Self> {
        let mut paths: BTreeMap<&'static str, [Option<Target>; 4]> = BTreeMap::new();
        let mut add = |path: &'static str, method: Method, what, access, audience| {
            let targets = paths.entry(path).or_default();
            let place = &mut targets[method as usize];
            if place.is_some() {
                return Err(Fault::internal(format!("{} {path} stands twice", method.as_str())));
            }
            *place = Some(Target {
                what,
                template: path,
                access,
                audience,
                group: limits::group_of(method.as_str(), path),
                largest_body: body::largest(path),
                metrics: metrics.route(method.as_str(), path),
            });
            Ok(())
        };
        for entry in catalogue {
            for path in entry.meta.route.paths() {
                let (method, access) = (entry.meta.route.method, entry.meta.access);
                add(path, method, What::Operation(entry), Some(access), access)?;
            }
        }
        for row in rows {
            let access = match row.gate {
                Gate::ByAccess => Some(row.route.access),
                Gate::SignInFirst => Some(Access::Public),
                Gate::ByHandler(_) => None,
            };
            add(row.route.path, row.route.method, What::Handler, access, row.audience)?;
        }
        let mut router = matchit::Router::new();
        for (path, targets) in paths {
            let mut allowed = Vec::new();
            for (method, _) in METHODS.iter().zip(&targets).filter(|(_, target)| target.is_some()) {
                allowed.push(method.as_str());
                if *method == Method::Get {
                    allowed.push("HEAD");
                }
            }
            let allow = HeaderValue::try_from(allowed.join(", ")).map_err(Fault::internal)?;
            router
                .insert(path, Path { targets, allow })
                .map_err(|error| Fault::internal(format!("{path}: {error}")))?;
        }
        Ok(Self(router))
    }

    /// What answers `method` of `path`. HEAD is GET without the body.
    pub(crate) fn find<'t, 'p>(&'t self, method: &http::Method, path: &'p str) -> Matched<'t, 'p> {
        let Ok(found) = self.0.at(path) else { return Matched::Nothing };
        let place = match *method {
            http::Method::GET | http::Method::HEAD => 0,
            http::Method::POST => 1,
            http::Method::PUT => 2,
            http::Method::DELETE => 3,
            _ => METHODS.len(),
        };
        match found.value.targets.get(place).and_then(Option::as_ref) {
            Some(target) => Matched::Target(target, found.params),
            None => Matched::OtherMethods(&found.value.allow),
        }
    }
}
