//! `/dashboard/v2/flags` and one flag.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::response::IntoResponse as _;
use bytes::Bytes;
use echopilot_core::flags::{
    BASELINE, FlagList, FlagReport, FlagsChange, ListFlags, ListedFlag, RatioCheck, RatioState, ReportFlag,
    RollBackFlags, SetFlag, Share,
};
use echopilot_core::platform::{Code, Fault, Result, grouped};
use http::{HeaderMap, Response, StatusCode};

use super::super::form::Form;
use super::super::frame::{day, frame, lead_to, moment, page as rendered, with_status};
use super::super::operator_login::signed_in;
use super::super::view::{
    Badge, ConversionRow, FieldError, FlagCard, FlagFigures, FlagNotice, FlagPage, FlagsPage, RatioRow,
    Slider, Tone, VariantCourse, VariantRow, VersionRow, capitalised,
};
use super::{Query, address, live, part};
use crate::layers::Visit;
use crate::live::Seen;
use crate::problem::Problem;
use crate::site::Site;

/// Where the list is.
const PATH: &str = "/dashboard/v2/flags";
/// Versions to go back to.
const VERSIONS: usize = 8;
/// Conversions that are shown.
const CONVERSIONS: usize = 8;
/// Days of the plot.
const DAYS: usize = 60;

/// The list.
pub(in super::super) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, PATH) {
        return elsewhere;
    }
    let cx = visit.cx(&site);
    let asked = site.offload(move || (Seen::read(&cx.deps), cx.call(&ListFlags::default())));
    let (seen, listed) = match asked.await {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let (shell, new_visitor) = frame(&site, &visit, &headers, PATH);
    let degraded = listed.as_ref().ok().and_then(|listed| listed.degraded.clone());
    let flags = part(&visit, listed, |listed| listed.flags.iter().map(card).collect());
    rendered(&FlagsPage { shell, live: live(&seen), degraded, flags }, new_visitor)
}

/// One flag.
pub(in super::super) async fn one(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response<Body> {
    if let Err(elsewhere) = signed_in(&site, &visit, &headers, &format!("{PATH}/{name}")) {
        return elsewhere;
    }
    let notice = Query::of(uri.query()).get("did").and_then(FlagNotice::parse);
    show(&site, &visit, &headers, name, Said { notice, ..Said::default() }).await
}

/// What the page says beside the flag.
#[derive(Default)]
struct Said {
    notice: Option<FlagNotice>,
    errors: Vec<FieldError>,
    /// What was typed, by variant.
    typed: BTreeMap<String, String>,
}

/// Share anew, switch on or off, or go back, and show the flag again.
pub(in super::super) async fn change(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    Path(name): Path<String>,
    body: Bytes,
) -> Response<Body> {
    let form = match Form::verified(&site, &visit, &headers, &body) {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let expected_version = form.get("version").parse().ok();
    let of = |change: SetFlag| SetFlag { flag: name.clone(), expected_version, ..change };
    let cx = visit.cx(&site);
    let done = match form.get("do") {
        "save" => {
            let typed = typed(&form);
            let saved = match shares(&typed) {
                Ok(variants) => {
                    let change = of(SetFlag { variants: Some(variants), ..SetFlag::default() });
                    site.call(cx, change).await.map_err(|fault| match (fault.code, fault.fields.first()) {
                        (Code::Invalid, Some(problem)) => {
                            let field = typed.first().map_or(FIELDS[0], |one| one.field);
                            Ok(vec![FieldError { field, text: capitalised(&problem.expected) }])
                        }
                        _ => Err(fault),
                    })
                }
                Err(errors) => Err(Ok(errors)),
            };
            match saved {
                Ok(_) => Ok(FlagNotice::Saved),
                Err(Ok(errors)) => {
                    let typed = typed.into_iter().map(|one| (one.variant, one.text)).collect();
                    let page =
                        show(&site, &visit, &headers, name, Said { notice: None, errors, typed }).await;
                    return with_status(page, StatusCode::UNPROCESSABLE_ENTITY);
                }
                Err(Err(fault)) => Err(fault),
            }
        }
        "on" => site
            .call(cx, of(SetFlag { enabled: Some(true), ..SetFlag::default() }))
            .await
            .map(|_| FlagNotice::On),
        "off" => {
            let back = RollBackFlags { flag: Some(name.clone()), to_version: None, expected_version };
            site.call(cx, back).await.map(|_| FlagNotice::Off)
        }
        "back" => {
            let to_version = form.get("to").parse().ok();
            let back = RollBackFlags { flag: Some(name.clone()), to_version, expected_version };
            match to_version {
                Some(_) => site.call(cx, back).await.map(|_| FlagNotice::Back),
                None => Err(Fault::invalid("to", "expected the number of a version")),
            }
        }
        _ => Err(Fault::invalid("do", "expected save, on, off or back")),
    };
    let notice = match done {
        Ok(notice) => notice,
        Err(fault) if fault.code == Code::Conflict => FlagNotice::Conflict,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    lead_to(&address(&format!("{PATH}/{name}"), &[("did", Some(notice.as_str()))]), None)
}

/// The names of the fields of shares: as many as a flag has variants beside the baseline at most.
const FIELDS: [&str; 15] = [
    "share_1", "share_2", "share_3", "share_4", "share_5", "share_6", "share_7", "share_8", "share_9",
    "share_10", "share_11", "share_12", "share_13", "share_14", "share_15",
];

/// What was typed for a variant.
struct Typed {
    variant: String,
    field: &'static str,
    text: String,
}

/// What was typed for each variant. Of slider and number the one that was moved counts; the number, when both were.
fn typed(form: &Form) -> Vec<Typed> {
    let of = |(place, field): (usize, &'static str)| {
        let get = |name: &str| form.get(&format!("{name}_{}", place + 1)).trim().to_owned();
        let (variant, was, slider, number) =
            (get("variant"), get("was"), get("slide"), form.get(field).trim());
        // A browser rounds a share to the steps of its slider, which is no move.
        let moved = |text: &str| match (text.parse::<f64>(), was.parse::<f64>()) {
            (Ok(new), Ok(old)) => (new - old).abs() >= 0.5,
            _ => false,
        };
        let text = if number == was && moved(&slider) { slider } else { number.to_owned() };
        (!variant.is_empty()).then_some(Typed { variant, field, text })
    };
    FIELDS.into_iter().enumerate().map_while(of).collect()
}

/// The shares, the baseline's the rest; or what is wrong, at the fields.
fn shares(typed: &[Typed]) -> Result<BTreeMap<String, Share>, Vec<FieldError>> {
    let parsed = typed.iter().map(|one| (one, one.text.parse::<Share>()));
    let odd: Vec<FieldError> = parsed
        .clone()
        .filter(|(_, share)| share.is_err())
        .map(|(one, _)| FieldError {
            field: one.field,
            text: "Enter percent from 0 to 100 in steps of 0.001".to_owned(),
        })
        .collect();
    if !odd.is_empty() {
        return Err(odd);
    }
    let mut variants: BTreeMap<String, Share> =
        parsed.filter_map(|(one, share)| Some((one.variant.clone(), share.ok()?))).collect();
    let sum = variants.values().map(|share| share.buckets()).fold(0, u32::saturating_add);
    let Some(rest) = Share::ALL.buckets().checked_sub(sum).and_then(Share::of_buckets) else {
        let field = typed.first().map_or(FIELDS[0], |one| one.field);
        return Err(vec![FieldError {
            field,
            text: "Enter shares that are at most 100 together".to_owned(),
        }]);
    };
    variants.insert(BASELINE.to_owned(), rest);
    Ok(variants)
}

async fn show(
    site: &Arc<Site>,
    visit: &Visit,
    headers: &HeaderMap,
    name: String,
    said: Said,
) -> Response<Body> {
    let cx = visit.cx(site);
    let f = name.clone();
    let asked = site.offload(move || {
        let report = cx.call(&ReportFlag { f, goal: None });
        (Seen::read(&cx.deps), cx.call(&ListFlags::default()), report)
    });
    let (seen, listed, report) = match asked.await {
        Ok(asked) => asked,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let listed = match listed {
        Ok(listed) => listed,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let Some(flag) = listed.flags.iter().find(|flag| flag.flag == name) else {
        return Problem::from(Fault::not_found("This flag")).into_response();
    };
    let sliders = flag
        .variants
        .iter()
        .filter(|(variant, _)| *variant != BASELINE)
        .zip(FIELDS)
        .map(|((variant, share), field)| Slider {
            variant: variant.clone(),
            field,
            share: share.to_string(),
            typed: said.typed.get(variant).cloned(),
        })
        .collect();
    let (shell, new_visitor) = frame(site, visit, headers, &format!("{PATH}/{name}"));
    let view = FlagPage {
        shell,
        live: live(&seen),
        flag: card(flag),
        version: listed.version,
        sliders,
        notice: said.notice,
        errors: said.errors,
        report: part(visit, report, |report| figures(&report)),
        versions: part(visit, Ok(listed), |listed| versions(&listed)),
    };
    rendered(&view, new_visitor)
}

fn card(flag: &ListedFlag) -> FlagCard {
    FlagCard {
        name: flag.flag.clone(),
        description: flag.description.clone(),
        is_on: flag.enabled,
        shares: flag.shares(),
        goal: flag.goal.clone(),
    }
}

fn versions(listed: &FlagList) -> Vec<VersionRow> {
    let row = |(place, change): (usize, &FlagsChange)| VersionRow {
        version: change.version,
        at: moment(change.changed_at),
        by: change.changed_by.clone(),
        is_current: place == 0,
    };
    listed.changes.iter().take(VERSIONS).enumerate().map(row).collect()
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

fn figures(report: &FlagReport) -> FlagFigures {
    let rows = report.variants.iter().map(|known| {
        let compared = report.comparisons.iter().find(|compared| compared.variant == known.variant);
        let rate = known.rate.zip(known.interval);
        VariantRow {
            name: known.variant.clone(),
            share: known.share.map_or_else(|| "gone".to_owned(), |share| format!("{share} %")),
            users: format!("{} users", grouped(known.users.into())),
            converted: format!("{} converted", grouped(known.converted.into())),
            rate: rate.map_or_else(
                || "No users yet".to_owned(),
                |(rate, (low, high))| format!("{} ({} to {})", percent(rate), percent(low), percent(high)),
            ),
            against: match compared {
                None => "The baseline".to_owned(),
                Some(compared) if !compared.is_enough => "Too little to say".to_owned(),
                Some(compared) => {
                    let (low, high) = compared.interval;
                    format!("{:+.2} to {:+.2} points", low * 100.0, high * 100.0)
                }
            },
        }
    });
    let shown: Vec<_> = report.days.iter().collect();
    let names: Vec<&str> = report.variants.iter().map(|known| known.variant.as_str()).collect();
    let from = shown.len().saturating_sub(DAYS * names.len().max(1));
    let shown = &shown[from..];
    let courses = names.iter().take(6).map(|name| {
        let own = || shown.iter().filter(|day| day.variant == **name);
        let hundred = |value: Option<f64>| value.map(|value| value * 100.0);
        VariantCourse {
            name: (*name).to_owned(),
            rate: own().map(|day| hundred(day.rate)).collect(),
            low: own().map(|day| hundred(day.interval.map(|(low, _)| low))).collect(),
            high: own().map(|day| hundred(day.interval.map(|(_, high)| high))).collect(),
        }
    });
    let first = names.first().copied().unwrap_or_default();
    FlagFigures {
        verdict: report.verdict,
        words: report.words.clone(),
        variants: rows.collect(),
        courses: courses.collect(),
        days: shown.iter().filter(|one| one.variant == first).map(|one| day(one.day).text).collect(),
        ratios: report.sample_ratio.iter().map(ratio).collect(),
        moved: report.moved_users,
        last: report
            .last_conversions
            .iter()
            .take(CONVERSIONS)
            .map(|one| ConversionRow {
                goal: one.goal.clone(),
                user: one.user_hash.clone(),
                at: moment(one.converted_at),
            })
            .collect(),
    }
}

fn ratio(check: &RatioCheck) -> RatioRow {
    let counts = check
        .variants
        .iter()
        .map(|(name, cell)| format!("{name}: {} users for {} %", grouped(cell.users.into()), cell.share));
    let (tone, glyph, text) = match check.state {
        RatioState::Balanced => (Tone::Ok, "check", "As set"),
        RatioState::Mismatch => (Tone::Bad, "alert", "Not as set"),
        RatioState::Unknown => (Tone::Neutral, "dash", "Too few to tell"),
    };
    RatioRow {
        versions: capitalised(&check.versions()),
        counts: counts.collect::<Vec<_>>().join(", "),
        badge: Badge { tone, glyph, text: text.to_owned() },
    }
}
