//! The public pages: true figures, forms that work without scripts, and what search engines read of them.

use std::time::Duration;

use echopilot_core::catalogue::{CATALOGUE, RESIDENTS};
use echopilot_core::platform::{Clock, Timestamp};
use echopilot_core::scheduler::{ComponentStatus, SummariseStatus};
use serde_json::{Value, json};

use crate::replicas::direct;
use crate::support::recorder::Recorder;
use crate::support::stripe::KEY;
use crate::support::{Answer, Browser, Engine, Served, TestApp, eventually, on_each_engine};

const HELP: &str = "help@example.com";
const HOSTILE: &str = "\"><svg onload=alert(1)></textarea>";
const PUBLIC: [&str; 7] = ["/", "/pricing", "/support", "/docs", "/about", "/docs/changes", "/docs/security"];

/// The addresses of links, pictures and style sheets of a page.
fn links(page: &Answer) -> Vec<String> {
    let parts = page.text.split("href=\"").skip(1).chain(page.text.split("src=\"").skip(1));
    parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

#[test]
fn the_region_is_shown_where_it_is_known_and_nowhere_else() {
    let silent = Served::start(Engine::Sqlite, &[]);
    assert!(!silent.get("/about").expect_status(200).text.contains("Region"));
    assert_eq!(silent.get("/health").json()["region"], Value::Null);
    let named = Served::start(Engine::Sqlite, &[("REGION", "eu-central-1")]);
    assert!(
        named
            .get("/about")
            .expect_status(200)
            .text
            .contains("<dt>Region</dt><dd class=\"code\">eu-central-1</dd>")
    );
    assert_eq!(named.get("/health").json()["region"], "eu-central-1");
}

#[test]
fn everybody_sees_the_public_pages_and_every_link_on_them_leads_somewhere() {
    on_each_engine(|engine| {
        let server = Served::demo(engine);
        let mut stranger = Browser::new(&server);
        let mut customer = Browser::new(&server);
        customer.cookies.insert("ep_session".into(), server.demo_token());
        let mut found = std::collections::BTreeSet::new();
        for path in PUBLIC {
            let page = stranger.open(path).expect_status(200);
            let sign_in = "button-primary\" href=\"/auth/login\">Sign in</a>";
            assert!(page.text.contains(sign_in), "{path}");
            let own = customer.open(path).expect_status(200);
            assert!(own.text.contains("Account of") && !own.text.contains(sign_in), "{path}");
            found.extend(links(&page));
            found.extend(links(&own));
        }
        assert!(customer.open("/").text.contains(">Open your overview</a>"));
        assert!(stranger.open("/").text.contains(">Start free</a>"));
        let own = found.iter().filter(|link| link.starts_with('/'));
        let mut asked = 0;
        for link in own {
            let path = link.split('#').next().unwrap();
            let status = customer.open(path).status;
            // Whoever is signed in is led on from the sign-in.
            assert!(status == 200 || link == "/auth/login", "{link} answers {status}");
            asked += 1;
        }
        assert!(asked > 15, "{found:?}");
        let strange = found.iter().find(|link| link.starts_with("http") && !link.starts_with(&server.url));
        assert_eq!(strange, None, "another house");
    });
}

#[test]
fn security_txt_says_where_holes_are_reported_and_until_when_a_copy_is_good() {
    on_each_engine(|engine| {
        let settings = [("PUBLIC_BASE_URL", "https://echo.example"), ("SUPPORT_EMAIL", "help@echo.example")];
        let server = direct(Served::start(engine, &settings));
        let file = server.get("/.well-known/security.txt").expect_status(200);
        assert_eq!(file.header("content-type"), Some("text/plain; charset=utf-8"));
        let lines: Vec<(&str, &str)> = file.text.lines().map(|line| line.split_once(": ").unwrap()).collect();
        let all = |name| {
            lines.iter().filter(|(field, _)| *field == name).map(|(_, value)| *value).collect::<Vec<_>>()
        };
        assert_eq!(all("Contact"), ["mailto:help@echo.example", "https://echo.example/support"]);
        assert_eq!(all("Policy"), ["https://echo.example/docs/security"]);
        let expires = Timestamp::parse(all("Expires")[0]).unwrap();
        let days = expires.since(Clock::System.now()).as_secs() / 86_400;
        assert!((100..365).contains(&days), "{days} days");
        let page = server.get("/docs/security").expect_status(200).text;
        assert!(page.contains("<h1>Security</h1>") && page.contains("/.well-known/security.txt"));
    });
}

#[test]
fn search_engines_find_the_public_pages_and_no_others() {
    on_each_engine(|engine| {
        let server = direct(Served::start(engine, &[("PUBLIC_BASE_URL", "https://echo.example")]));
        let map = server.get("/sitemap.xml").expect_status(200);
        assert_eq!(map.header("content-type"), Some("application/xml"));
        let listed: Vec<&str> =
            map.text.split("<loc>").skip(1).map(|part| part.split('<').next().unwrap()).collect();
        assert_eq!(listed, PUBLIC.map(|path| format!("https://echo.example{path}")));
        let robots = server.get("/robots.txt").expect_status(200).text;
        assert!(
            robots.contains("Sitemap: https://echo.example/sitemap.xml")
                && robots.contains("Disallow: /app\n")
        );
        let mut browser = Browser::new(&server);
        for path in PUBLIC {
            let page = browser.open(path).expect_status(200).text;
            let canonical = format!("<link rel=\"canonical\" href=\"https://echo.example{path}\">");
            assert!(page.contains(&canonical) && !page.contains("noindex"), "{path}");
            assert!(!robots.contains(&format!("Disallow: {path}\n")), "{path}");
            let image = page.split("og:image\" content=\"https://echo.example").nth(1).unwrap();
            let image = server.call("HEAD", image.split('"').next().unwrap()).send().expect_status(200);
            assert_eq!(image.header("content-type"), Some("image/png"));
        }
        assert!(browser.open("/pricing?period=year").text.contains("href=\"https://echo.example/pricing\">"));
        for path in ["/auth/login", "/dashboard/login"] {
            assert!(browser.open(path).text.contains("content=\"noindex\""), "{path}");
        }
        let missing = browser.open("/nowhere").expect_status(404).text;
        assert!(missing.contains("content=\"noindex\"") && !missing.contains("rel=\"canonical\""));
        for place in ["/", "/app", "/pricing", "/support"] {
            assert!(missing.contains(&format!("href=\"{place}\">")), "{place}");
        }
        let page = browser.open("/").text;
        let data = page.split("<script type=\"application/ld+json\">").nth(1).unwrap();
        let data: Value = serde_json::from_str(data.split("</script>").next().unwrap()).unwrap();
        let software = &data["@graph"][2];
        assert_eq!(
            software["offers"][1],
            json!({ "@type": "Offer", "name": "Starter", "price": "99.00",
            "priceCurrency": "USD", "url": "https://echo.example/pricing" })
        );
        assert_eq!(software["offers"].as_array().unwrap().len(), 3, "Enterprise has no price");
    });
}

#[test]
fn nothing_is_called_well_that_nobody_has_looked_at() {
    on_each_engine(|engine| {
        let app = TestApp::on(engine);
        let look = || {
            for resident in RESIDENTS {
                (resident.refresh)(&app.deps).unwrap();
            }
        };
        let summary = || app.stranger().call(&SummariseStatus::default()).unwrap();
        let of = |name: &str| summary().components.into_iter().find(|part| part.name == name).unwrap();
        assert_eq!((summary().status, summary().checked_at), (ComponentStatus::Unknown, None));
        look();
        assert_eq!(of("website").status, ComponentStatus::Operational);
        assert_eq!(of("payments").status, ComponentStatus::NotInUse);
        assert_eq!(
            (of("scheduled_work").status, summary().status),
            (ComponentStatus::Unknown, ComponentStatus::Unknown)
        );
        let runner = echopilot_core::scheduler::Runner::new(std::sync::Arc::clone(&app.deps));
        runner.tick(8).unwrap();
        app.clock.advance(Duration::from_secs(61));
        for run in runner.tick(8).unwrap().claimed {
            runner.execute(&run).unwrap();
        }
        look();
        assert_eq!(summary().status, ComponentStatus::Operational);
        assert_eq!(summary().checked_at, Some(app.clock.now()));
        app.deps.troubles.report("pricing", Some("it can't be read".into()));
        assert_eq!(
            (summary().status, of("internal").status),
            (ComponentStatus::Degraded, ComponentStatus::Degraded)
        );
        app.deps.troubles.report("pricing", None);
        app.clock.advance(Duration::from_secs(181));
        assert_eq!(
            (summary().status, of("website").status),
            (ComponentStatus::Unknown, ComponentStatus::Unknown)
        );
        let answer = serde_json::to_string(&summary()).unwrap();
        assert!(
            !answer.contains("pricing") && !answer.contains("read"),
            "words of troubles are for operators"
        );
    });
}

#[test]
fn the_pages_show_the_same_status_as_the_api() {
    let words = |status: &Value| match status.as_str().unwrap() {
        "operational" => ("Works", "Everything works"),
        "degraded" => ("Disturbed", "Partly disturbed"),
        "down" => ("Down", "A part is down"),
        "unknown" => ("Unknown", "Status unavailable"),
        "not_in_use" => ("Not in use", "Not in use"),
        other => panic!("a status without a word: {other}"),
    };
    // What a badge says that comes after these words.
    let badge = |page: &str, before: &str| {
        let rest = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}")).1;
        rest.split_once("</svg>").unwrap().1.split_once("</span>").unwrap().0.to_owned()
    };
    let server = Served::demo(Engine::Sqlite);
    let summary = || server.get("/api/status/summary").expect_status(200).json();
    let statuses = |summary: &Value| {
        let parts = summary["components"].as_array().unwrap().iter().map(|part| part["status"].clone());
        std::iter::once(summary["status"].clone()).chain(parts).collect::<Vec<_>>()
    };
    let page =
        |path: &str| server.call("GET", path).header("Accept", "text/html").send().expect_status(200).text;
    // A server that has just started learns of one part after the other: compared is what held meanwhile.
    let (told, home, support) = eventually("a word that holds", || {
        let told = summary();
        let pages = (page("/"), page("/support"));
        let holds =
            told["components"][0]["status"] == "operational" && statuses(&told) == statuses(&summary());
        holds.then_some((told, pages.0, pages.1))
    });
    let (_, whole) = words(&told["status"]);
    assert_eq!(badge(&home, ">Service status: </span>"), whole);
    assert_eq!(badge(&support, ">Service status</h2>"), whole);
    let parts = told["components"].as_array().unwrap();
    assert_eq!(parts.len(), 5);
    for part in parts {
        let title = format!("<dt>{}</dt>", part["title"].as_str().unwrap());
        assert_eq!(badge(&support, &title), words(&part["status"]).0, "{part}");
    }
}

#[test]
fn without_stripe_every_button_leads_to_the_form_and_only_operators_learn_why() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut browser = Browser::new(&server);
        let page = browser.open("/pricing").expect_status(200);
        assert!(!page.text.contains("action=\"/pricing/checkout\"") && !page.text.contains("Only operators"));
        assert_eq!(page.text.matches(">Contact us<").count(), 3);
        for shown in
            ["USD 99", "USD 299", "On request", "10,000 jobs a month", "Quality scores beside their targets"]
        {
            assert!(page.text.contains(shown), "{shown}");
        }
        let year = browser.open("/pricing?period=year").expect_status(200);
        assert!(year.text.contains("USD 2,990") && year.text.contains("USD 598 less than 12 months"));
        let csrf = Browser::csrf(&page);
        let key = server.operator_key().to_owned();
        let fields =
            [("csrf", csrf.as_str()), ("plan", "pro"), ("period", "month"), ("email", "ada@example.com")];
        let told = browser.submit("/pricing/checkout", &fields).expect_status(200).text;
        assert!(told.contains("This plan can&#39;t be bought here"), "{told}");
        let _ = browser.open("/dashboard/login");
        let login = Browser::csrf(&browser.open("/dashboard/login"));
        let _ = browser.submit("/dashboard/login", &[("csrf", &login), ("key", &key)]).expect_status(303);
        let operator = browser.open("/pricing").expect_status(200).text;
        assert!(
            operator.contains("Only operators see this") && operator.contains("STRIPE_SECRET_KEY is not set")
        );
    });
}

#[test]
fn a_plan_is_bought_from_the_page_by_strangers_and_customers() {
    on_each_engine(|engine| {
        let recorder = Recorder::start();
        let settings = [
            ("STRIPE_API_BASE", recorder.url.as_str()),
            ("STRIPE_SECRET_KEY", KEY),
            ("STRIPE_PRICE_STARTER", "price_starter"),
            ("STRIPE_PRICE_PRO_YEARLY", "price_pro_year"),
        ];
        let server = Served::start(engine, &settings);
        // Which words a visitor is shown is not what this is about.
        let _ = server.post_as_operator("/api/flags/rollback", &json!({})).expect_status(200);
        let mut browser = Browser::new(&server);
        let page = browser.open("/pricing").expect_status(200);
        assert!(
            page.text.contains(">Choose Starter<") && !page.text.contains(">Choose Pro<"),
            "each by its price"
        );
        assert!(page.text.contains("Test mode"));
        let csrf = Browser::csrf(&page);
        let buy = |browser: &mut Browser<'_>, csrf: &str, plan: &str, period: &str, email: &str| {
            let fields = [("csrf", csrf), ("plan", plan), ("period", period), ("email", email)];
            browser.submit("/pricing/checkout", &fields)
        };
        for (email, words) in
            [("", "Enter your e-mail address"), (HOSTILE, "Enter an e-mail address such as")]
        {
            let wrong = buy(&mut browser, &csrf, "starter", "month", email).expect_status(200).text;
            assert!(wrong.contains("<title>Error: ") && wrong.contains("href=\"#email_starter\""), "{wrong}");
            assert_eq!(wrong.matches(words).count(), 2, "{words}");
            assert!(!wrong.contains("<svg onload"));
        }
        let old = buy(&mut browser, "stale", "starter", "month", "ada@example.com").expect_status(200).text;
        assert!(old.contains("That form was too old") && old.contains("value=\"ada@example.com\""));
        assert_eq!(buy(&mut browser, &csrf, "enterprise", "month", "ada@example.com").status, 422);
        assert!(recorder.asked("POST", "/v1/checkout/sessions").is_empty(), "so far nobody was asked");
        let away = buy(&mut browser, &csrf, "starter", "month", "ada@example.com").expect_status(303);
        assert!(away.header("location").unwrap().starts_with("https://checkout.stripe.com/"));
        let token = server.sign_in("bob@example.com");
        browser.cookies.insert("ep_session".into(), token);
        let page = browser.open("/pricing?period=year").expect_status(200);
        assert!(!page.text.contains("id=\"email_pro\"") && page.text.contains("value=\"year\""));
        let csrf = Browser::csrf(&page);
        let away = buy(&mut browser, &csrf, "pro", "year", "").expect_status(303);
        assert!(away.header("location").unwrap().starts_with("https://checkout.stripe.com/"));
        let asked = recorder.asked("POST", "/v1/checkout/sessions");
        assert_eq!(asked[1].field("line_items[0][price]"), "price_pro_year");
        assert!(asked[1].field("cancel_url").ends_with("/pricing"));
        let id = server.call("GET", "/api/me").bearer(&browser.cookies["ep_session"]).send().json();
        server.home.change(&format!(
            "INSERT INTO subscriptions (id, customer_id, status, cancels_at_period_end, created_at, observed_at) \
             VALUES ('sub_1', '{}', 'active', FALSE, 1, 1)",
            id["customer_id"].as_str().unwrap()
        ));
        let has_one = buy(&mut browser, &csrf, "starter", "month", "").expect_status(200).text;
        assert!(has_one.contains("You have a subscription already"));
        assert_eq!(recorder.asked("POST", "/v1/checkout/sessions").len(), 2);
    });
}

#[test]
fn the_lead_form_thanks_at_its_own_address_and_keeps_the_text_over_a_refusal() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[("RATE_LIMITS", "lead=off"), ("LEAD_RETENTION_DAYS", "90")]);
        for path in ["/", "/pricing"] {
            let mut browser = Browser::new(&server);
            let csrf = Browser::csrf(&browser.open(path).expect_status(200));
            let send = |browser: &mut Browser<'_>,
                        csrf: &str,
                        email: &str,
                        use_case: &str,
                        more: (&str, &str)| {
                let fields =
                    [("csrf", csrf), ("email", email), ("use_case", use_case), ("company", HOSTILE), more];
                browser.submit(path, &fields)
            };
            let empty = send(&mut browser, &csrf, "", " ", ("x", "")).expect_status(200).text;
            for field in ["lead_email", "lead_use_case", "lead_consent"] {
                assert!(empty.contains(&format!("href=\"#{field}\"")), "{path} {field}");
            }
            assert!(empty.contains("Keep what I wrote here, for 90 days at most"), "{path}");
            assert!(empty.contains("<title>Error: ") && !empty.contains("<svg onload"));
            let told =
                send(&mut browser, &csrf, "nobody", "Sort mail", ("consent", "yes")).expect_status(200).text;
            assert!(told.contains(">\nSort mail</textarea>") && told.contains("checked"), "{path}");
            let stale = send(&mut browser, "stale", "ada@example.com", "Sort mail", ("consent", "yes"));
            let stale = stale.expect_status(200).text;
            assert!(stale.contains("That form was too old") && stale.contains(">\nSort mail</textarea>"));
            assert_eq!(server.home.number("SELECT COUNT(*) FROM leads WHERE company IS NOT NULL"), 0);
            let fields = [
                ("csrf", csrf.as_str()),
                ("email", "bot@example.com"),
                ("use_case", "Buy"),
                ("consent", "yes"),
                ("website", "x"),
            ];
            let bot = browser.submit(path, &fields).expect_status(200).text;
            assert!(bot.contains("Thanks, we answer within 1 business day"));
            assert_eq!(server.home.number("SELECT COUNT(*) FROM leads WHERE email = 'bot@example.com'"), 0);
            let sent =
                send(&mut browser, &csrf, "ada@example.com", path, ("consent", "yes")).expect_status(200);
            assert!(sent.text.contains("Thanks, we answer within 1 business day"));
            assert!(!sent.text.contains("id=\"lead_email\""), "thanks stand in place of the form");
            let kept = "SELECT COUNT(*) FROM leads WHERE consented_at IS NOT NULL AND company IS NOT NULL";
            assert_eq!(server.home.number(kept), 1);
            server.home.change("DELETE FROM leads");
        }
    });
}

#[test]
fn a_stranger_finds_an_answer_or_writes_and_is_answered_by_mail() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[("SUPPORT_EMAIL", HELP), ("RATE_LIMITS", "support=off")]);
        let mut browser = Browser::new(&server);
        let page = browser.open("/support").expect_status(200);
        assert!(
            page.text.contains(&format!("href=\"mailto:{HELP}\"")) && page.text.contains("Service status")
        );
        let found = browser.open("/support?q=csv").expect_status(200).text;
        assert!(found.contains("1 topic for &#34;csv&#34;") && !found.contains("How do I get a refund?"));
        let none = browser.open("/support?q=%3Csvg+onload%3D1%3E").expect_status(200).text;
        assert!(none.contains("No topic matches") && none.contains(">\n&#60;svg onload=1&#62;</textarea>"));
        let csrf = Browser::csrf(&page);
        let send = |browser: &mut Browser<'_>,
                    csrf: &str,
                    email: &str,
                    topic: &str,
                    message: &str,
                    website: &str| {
            let fields = [
                ("csrf", csrf),
                ("email", email),
                ("topic", topic),
                ("message", message),
                ("website", website),
            ];
            browser.submit("/support", &fields)
        };
        let wrong = send(&mut browser, &csrf, "", "gossip", "", "").expect_status(200).text;
        for field in ["email", "topic", "message"] {
            assert!(wrong.contains(&format!("href=\"#{field}\"")), "{field}");
        }
        let short =
            send(&mut browser, &csrf, "eve@example.com", "other", "Short", "").expect_status(200).text;
        assert!(short.contains(">\nShort</textarea>") && short.contains("value=\"eve@example.com\""));
        let old = send(&mut browser, "stale", "eve@example.com", "other", "A long enough text", "");
        assert!(old.expect_status(200).text.contains("That form was too old"));
        let bot = send(&mut browser, &csrf, "bot@example.com", "other", "A long enough text", "x");
        assert!(bot.expect_status(200).text.contains("Thanks, we answer"));
        assert_eq!(server.home.number("SELECT COUNT(*) FROM support_tickets"), 0);
        let sent = send(&mut browser, &csrf, "eve@example.com", "billing", "Who pays for what?", "");
        assert!(sent.expect_status(200).text.contains("Thanks, we answer within 1 business day"));
        let mail = eventually("the mail to us", || server.mail(HELP).pop());
        assert!(mail["text"].as_str().unwrap().contains("From: <eve@example.com>"));
        let tickets = server.get_as_operator("/api/support/tickets").expect_status(200).json();
        let ticket = &tickets["tickets"][0];
        assert_eq!((&ticket["customer_id"], &ticket["email"]), (&Value::Null, &json!("eve@example.com")));
        let path = format!("/api/support/tickets/{}/answer", ticket["id"].as_str().unwrap());
        let _ = server.post_as_operator(&path, &json!({ "answer": "Nobody does" })).expect_status(200);
        let back = eventually("the answer", || server.mail("eve@example.com").pop());
        let text = back["text"].as_str().unwrap();
        assert!(
            text.starts_with("Nobody does") && !text.contains("/app/support"),
            "a stranger has no page: {text}"
        );
        // Who is signed in needs no address, and finds the message in their own list.
        let token = server.sign_in("ada@example.com");
        browser.cookies.insert("ep_session".into(), token.clone());
        let csrf = Browser::csrf(&browser.open("/support"));
        let sent = send(&mut browser, &csrf, "", "other", "From my own account", "").expect_status(200).text;
        assert!(sent.contains("href=\"/app/support\""));
        let own = server.call("GET", "/api/support").bearer(&token).send().expect_status(200).json();
        assert_eq!(own["tickets"][0]["message"], "From my own account");
        for (body, field) in [
            (json!({ "topic": "other", "message": "A long enough text" }), "email"),
            (json!({ "topic": "other", "message": "A long enough text", "email": "nobody" }), "email"),
            (
                json!({ "topic": "other", "message": "A long enough text", "email": HELP, "job_id": "x" }),
                "job_id",
            ),
        ] {
            let problem = server.post("/api/support", &body).json();
            assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        }
        for log in echopilot_core::events::Log::ALL {
            let text = serde_json::to_string(&server.logs(log)).unwrap();
            assert!(!text.contains("eve@example") && !text.contains("Who pays"), "{}", log.file_name());
        }
    });
}

#[test]
fn the_reference_has_every_operation_and_an_anchor_for_each() {
    let server = Served::demo(Engine::Sqlite);
    let page = Browser::new(&server).open("/docs").expect_status(200).text;
    let mut offered = 0;
    for entry in CATALOGUE.iter().filter(|entry| entry.meta.route.is_offered()) {
        let name = entry.meta.name;
        assert_eq!(page.matches(&format!("<h3 id=\"{name}\">")).count(), 1, "{name}");
        assert!(page.contains(entry.meta.route.path.split('{').next().unwrap()), "{name}");
        offered += 1;
    }
    assert!(page.contains(&format!("{offered} operations, made from")));
    assert!(page.contains(&format!("curl {}/health", server.url)), "an example to try");
    assert!(!page.contains("<script src=\"http"));
}
