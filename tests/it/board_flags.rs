//! The operators' pages of flags, with forms and cookies alone.

use serde_json::{Value, json};

use crate::support::{Answer, Browser, Engine, Home, Served, eventually, on_each_engine};

const PAGE: &str = "/dashboard/v2/flags/hero";

fn start(engine: Engine) -> Served {
    let home = Home::new(engine);
    let folder = home.path().join("configs").display().to_string();
    home.set("CONFIG_DIR", &folder).share().serve()
}

fn signed_in(server: &Served) -> Browser<'_> {
    let mut browser = Browser::new(server);
    let csrf = Browser::csrf(&browser.open("/dashboard/login"));
    let key = server.operator_key().to_owned();
    let _ = browser.submit("/dashboard/login", &[("csrf", &csrf), ("key", &key)]).expect_status(303);
    browser
}

/// What stands in a field of the page.
fn value<'p>(page: &'p Answer, name: &str) -> &'p str {
    let (_, after) = page.text.split_once(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no {name}"));
    after.split_once("value=\"").unwrap().1.split_once('"').unwrap().0
}

/// Send the form of the page with some fields changed.
fn send(browser: &mut Browser<'_>, changed: &[(&str, &str)]) -> Answer {
    let page = browser.open(PAGE).expect_status(200);
    let own = ["csrf", "version", "variant_1", "was_1", "slide_1", "share_1"];
    let mut fields: Vec<(&str, &str)> = own.map(|name| (name, value(&page, name))).to_vec();
    for (name, text) in changed {
        fields.retain(|(own, _)| own != name);
        fields.push((name, text));
    }
    browser.submit(PAGE, &fields)
}

fn listed(server: &Served) -> Value {
    let all = server.get_as_operator("/api/flags").expect_status(200).json();
    all["flags"].as_array().unwrap().iter().find(|flag| flag["flag"] == "hero").unwrap().clone()
}

#[test]
fn a_flag_is_shared_anew_switched_off_and_taken_back() {
    on_each_engine(|engine| {
        let server = start(engine);
        assert_eq!(Browser::new(&server).open(PAGE).status, 303, "for operators only");
        let made =
            json!({ "flag": "hero", "rollout_pct": 12.5, "goal": "paid", "description": "A <b>hero</b>" });
        let _ = server.post_as_operator("/api/flags/set", &made).expect_status(200);
        let mut browser = signed_in(&server);
        let list = browser.open("/dashboard/v2/flags").expect_status(200).text;
        assert!(list.contains("A 87.5 %, B 12.5 %") && list.contains("A &#60;b&#62;hero"), "{list}");
        let page = browser.open(PAGE).expect_status(200);
        assert!(page.text.contains("Too little has been seen") && page.text.contains("None yet."));
        // By the number, by the slider, and by the number when both were moved.
        for (changed, expected) in [
            (vec![("share_1", "20.125")], json!(20.125)),
            (vec![("slide_1", "30")], json!(30)),
            (vec![("slide_1", "40"), ("share_1", "50")], json!(50)),
        ] {
            let fields = [&[("do", "save")], &changed[..]].concat();
            let led = send(&mut browser, &fields).expect_status(303);
            assert_eq!(led.header("location"), Some("/dashboard/v2/flags/hero?did=saved"));
            assert_eq!(listed(&server)["variants"]["B"], expected);
        }
        // What a browser rounds is no move of the slider.
        let _ = send(&mut browser, &[("do", "save"), ("slide_1", "50.4")]).expect_status(303);
        assert_eq!(listed(&server)["variants"]["B"], 50);
        for (typed, told) in [
            ("101", "Enter percent from 0 to 100"),
            ("-1", "Enter percent from 0 to 100"),
            ("", "Enter percent from 0 to 100"),
            ("0.0001", "Enter percent from 0 to 100"),
            ("<b>", "Enter percent from 0 to 100"),
        ] {
            let wrong = send(&mut browser, &[("do", "save"), ("share_1", typed)]).expect_status(422).text;
            assert!(wrong.contains(told) && !wrong.contains("<b>"), "{typed}: {wrong}");
        }
        let _ = send(&mut browser, &[("do", "off")]).expect_status(303);
        assert_eq!(listed(&server)["enabled"], false);
        assert!(browser.open(PAGE).text.contains("Switch on"));
        let _ = send(&mut browser, &[("do", "on")]).expect_status(303);
        let _ = send(&mut browser, &[("do", "back"), ("to", "2")]).expect_status(303);
        assert_eq!(
            (&listed(&server)["variants"]["B"], &listed(&server)["enabled"]),
            (&json!(12.5), &json!(true))
        );
        // Somebody else was faster, and a form of somebody else.
        let led =
            send(&mut browser, &[("do", "save"), ("share_1", "1"), ("version", "1")]).expect_status(303);
        assert_eq!(led.header("location"), Some("/dashboard/v2/flags/hero?did=conflict"));
        assert!(
            browser.open("/dashboard/v2/flags/hero?did=conflict").text.contains("Somebody changed the flags")
        );
        let _ = send(&mut browser, &[("do", "off"), ("csrf", "x")]).expect_status(403);
        for odd in
            [[("do", "nothing"), ("to", "")], [("do", "back"), ("to", "x")], [("do", "back"), ("to", "99")]]
        {
            let status = send(&mut browser, &odd).status;
            assert!([404, 422].contains(&status), "{odd:?}: {status}");
        }
        assert_eq!(listed(&server)["variants"]["B"], 12.5);
        assert_eq!(browser.open("/dashboard/v2/flags/nothing").status, 404);
    });
}

#[test]
fn the_page_shows_what_came_of_it() {
    on_each_engine(|engine| {
        let server = start(engine);
        let made = json!({ "flag": "hero", "rollout_pct": 50, "goal": "paid" });
        let _ = server.post_as_operator("/api/flags/set", &made).expect_status(200);
        for number in 0..30 {
            let key = format!("user-{number}");
            let _ = server.get(&format!("/api/flags/eval?f=hero&k={key}")).expect_status(200);
            let body = json!({ "k": key, "f": "hero", "goal": "paid" });
            let _ = server.post("/api/flags/convert", &body).expect_status(200);
        }
        let mut browser = signed_in(&server);
        let page = eventually("the plot", || {
            let page = browser.open(PAGE).expect_status(200).text;
            page.contains("Rate and interval by day").then_some(page)
        });
        assert!(page.contains("Show data") && page.contains("Version 2"), "{page}");
        assert!(page.contains("Last conversions") && page.matches("paid").count() >= 8);
        assert!(!page.contains("user-1"), "no key in clear");
    });
}
