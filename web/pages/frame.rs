//! What surrounds every page, and how pages and redirects become responses.

use askama::Template;
use axum::body::Body;
use echopilot_core::operation::Caller;
use echopilot_core::platform::{Fault, Timestamp};
use echopilot_core::sentinel::{Dependencies, DependencyStatus};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::view::{Account, ErrorPage, Looks, Moment, Shell, Theme};
use crate::caller::cookie;
use crate::layers::Visit;
use crate::problem::Problem;
use crate::site::Site;

/// The cookie that names the theme; scripts write it too.
pub(super) const THEME_COOKIE: &str = "ep_theme";

/// The frame of a page for this visitor, and the cookie to set when they are new.
pub(super) fn frame(
    site: &Site,
    visit: &Visit,
    headers: &HeaderMap,
    path: &str,
) -> (Shell, Option<HeaderValue>) {
    let (csrf, new_visitor) = visit.form_token(site, headers);
    let account = match &visit.caller {
        Caller::Customer(session) => Some(Account {
            email: session.profile.email.as_str().to_owned(),
            name: Some(session.profile.name.clone()),
        }),
        _ => None,
    };
    let operator = match &visit.caller {
        Caller::Operator(name) => Some(name.to_string()),
        _ => None,
    };
    let shell = Shell {
        path: path.to_owned(),
        theme: cookie(headers, THEME_COOKIE).and_then(Theme::parse).unwrap_or_default(),
        looks: Looks::read(|name| cookie(headers, name)),
        csrf,
        account,
        operator,
        demo: site.deps.settings.demo,
        test_mode: site.deps.settings.stripe.key_in_use().is_some() && !site.deps.settings.stripe.is_live(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        toast: None,
    };
    (shell, new_visitor)
}

/// The styled page of an error.
pub(crate) fn error_page(
    status: u16,
    detail: &str,
    retry: Option<u64>,
    path: &str,
    request_id: &str,
    theme: &str,
) -> String {
    let shell = Shell {
        path: path.to_owned(),
        theme: Theme::parse(theme).unwrap_or_default(),
        looks: Looks::default(),
        // No forms but the theme's, which is left to the script here: an error must not set cookies.
        csrf: String::new(),
        account: None,
        operator: None,
        demo: false,
        test_mode: false,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        toast: None,
    };
    let page = ErrorPage {
        shell,
        status,
        detail: detail.to_owned(),
        retry: retry.map(wait),
        request_id: request_id.to_owned(),
    };
    page.render().unwrap_or_else(|_| detail.to_owned())
}

/// A rendered page. It depends on cookies, so nobody else may keep it.
pub(super) fn page<T: Template>(view: &T, cookies: impl IntoIterator<Item = HeaderValue>) -> Response<Body> {
    match view.render() {
        Ok(html) => {
            let mut response = Response::new(Body::from(html));
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
            for cookie in cookies {
                headers.append(SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => axum::response::IntoResponse::into_response(Problem::from(Fault::internal(error))),
    }
}

/// A page with another status than 200; one that could not be rendered keeps its own.
pub(super) fn with_status(mut page: Response<Body>, status: StatusCode) -> Response<Body> {
    if page.status() == StatusCode::OK {
        *page.status_mut() = status;
    }
    page
}

/// Go on at `path`.
pub(super) fn lead_to(path: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::try_from(path).unwrap_or_else(|_| HeaderValue::from_static("/")));
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    response
}

/// How long to wait, for people.
pub(super) fn wait(seconds: u64) -> String {
    match seconds {
        ..=1 => "1 second".to_owned(),
        2..=119 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

/// A day for people, and the moment for programs.
pub(super) fn day(time: Timestamp) -> Moment {
    Moment::new(time.to_string(), time.utc().format("%-d %b %Y").to_string())
}

/// Day and time for people, and the moment for programs.
pub(super) fn moment(time: Timestamp) -> Moment {
    Moment::new(time.to_string(), time.utc().format("%-d %b %Y, %H:%M UTC").to_string())
}

/// For how long what strangers sent is kept: "2 years", "90 days".
pub(super) fn strangers_kept(site: &Site) -> String {
    let days = site.deps.settings.strangers_kept.as_secs() / 86_400;
    let (count, unit) = if days.is_multiple_of(365) { (days / 365, "year") } else { (days, "day") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// How long ago, in the largest unit that fits: "3 hours".
pub(super) fn age(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(time).as_secs();
    let (count, unit) = match seconds {
        ..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        86_400.. => (seconds / 86_400, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// Whether the payment provider did not answer when it was last looked at.
pub(super) fn stripe_is_down(site: &Site) -> bool {
    let found = site.deps.resident::<Dependencies>().current();
    found.get("stripe").is_some_and(|stripe| stripe.status == DependencyStatus::Down)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_age_has_one_unit() {
        let now = Timestamp(1_772_357_400_123);
        for (seconds, words) in
            [(0, "0 seconds"), (59, "59 seconds"), (60, "1 minute"), (7_300, "2 hours"), (200_000, "2 days")]
        {
            assert_eq!(age(now.minus(Duration::from_secs(seconds)), now), words);
        }
    }
}
