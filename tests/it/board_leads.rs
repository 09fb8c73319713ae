//! The leads on the operators' dashboard, without scripts: found, shown beside their list, erased after a question.

use serde_json::json;

use crate::operators::signed_in;
use crate::support::{Answer, Browser, Served, on_each_engine};

const PATH: &str = "/dashboard/v2/leads";
const HOSTILE: &str = "<img src=x onerror=alert(1)>";

fn has(page: &Answer, words: &[&str]) {
    for word in words {
        assert!(page.text.contains(word), "{word} is not in the page: {}", page.text);
    }
}

fn send(server: &Served, email: &str, use_case: &str, company: Option<&str>) -> String {
    let body = json!({ "email": email, "use_case": use_case, "company": company });
    let taken = server.post("/api/lead", &body).expect_status(201).json();
    taken["id"].as_str().unwrap().to_owned()
}

#[test]
fn leads_are_found_by_their_words_and_shown_beside_the_list() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let mut browser = signed_in(&server);
        has(&browser.open(PATH).expect_status(200), &["No leads yet"]);
        let ada = send(&server, "ada@example.com", &format!("Sort mail {HOSTILE}"), Some("Lovelace & Co"));
        send(&server, "bob@example.com", "Write letters", None);
        let all = browser.open(PATH).expect_status(200);
        has(&all, &["Lovelace &#38; Co", "bob@example.com", "Write letters", "data-live-on=\"leads\""]);
        assert!(!all.text.contains("<img"));
        for word in ["LOVELACE", "ada@", "sort", &ada] {
            let found = browser.open(&format!("{PATH}?q={word}&since=7d")).expect_status(200);
            assert!(found.text.contains("Lovelace") && !found.text.contains("bob@example.com"), "{word}");
        }
        // A pattern of the store's is a text like any other.
        has(&browser.open(&format!("{PATH}?q=%25")).expect_status(200), &["No lead fits", "Show all leads"]);
        assert_eq!(browser.open(&format!("{PATH}?since=1y")).status, 422);
        assert_eq!(browser.open(&format!("{PATH}?cursor=nonsense")).status, 422);

        let one = browser.open(&format!("{PATH}/{ada}?q=example")).expect_status(200);
        has(
            &one,
            &["<h1>Lovelace &#38; Co</h1>", "Sort mail &#60;img", "Not asked by us", "Not with this address"],
        );
        has(
            &one,
            &[
                "Write letters",
                "?q=example\" aria-current=\"page\"",
                "href=\"/dashboard/v2/leads?q=example\"",
            ],
        );
        assert_eq!(one.text.matches("aria-current=\"page\"").count(), 1, "one row is the chosen one");
        assert_eq!(browser.open(&format!("{PATH}/nobody")).status, 404);
        assert_eq!(server.get_as_operator("/api/leads/nobody").status, 404);
        let api = server.get_as_operator(&format!("/api/leads/{ada}")).expect_status(200).json();
        assert_eq!((&api["email"], &api["company"]), (&json!("ada@example.com"), &json!("Lovelace & Co")));
        let found = server.get_as_operator("/dashboard/palette?q=lovelace").expect_status(200).json();
        assert_eq!(found["groups"][0]["records"][0]["href"], format!("{PATH}/{ada}"));
    });
}

#[test]
fn many_leads_are_read_page_by_page_and_the_page_goes_along_to_a_lead() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        for number in 0..30 {
            server.home.change(&format!(
                "INSERT INTO leads (id, email, use_case, use_case_digest, day, created_at) VALUES \
                 ('01L{number:02}', 'n{number}@example.com', 'Wish {number}.', 'd', 1, {})",
                1_770_000_000_000_i64 + number
            ));
        }
        let mut browser = signed_in(&server);
        let first = browser.open(PATH).expect_status(200);
        has(&first, &["Wish 29.", "Wish 5.", "Older leads"]);
        assert!(!first.text.contains("Wish 4.") && !first.text.contains(">Newest<"));
        let (before, _) = first.text.split_once("\">Older leads<").unwrap();
        let older = before.rsplit_once("href=\"").unwrap().1.to_owned();
        let second = browser.open(&older).expect_status(200);
        has(&second, &["Wish 4.", "Wish 0.", ">Newest<"]);
        let (_, after) = second.text.split_once("class=\"row-link\" href=\"").unwrap();
        let one = browser.open(after.split_once('"').unwrap().0).expect_status(200);
        has(&one, &["<h1>n4@example.com</h1>", "Wish 0.", &format!("href=\"{older}\"")]);
    });
}

#[test]
fn an_address_is_erased_by_a_second_press_and_a_customers_is_not() {
    on_each_engine(|engine| {
        let server = Served::start(engine, &[]);
        let _ = server.sign_in("ada@example.com");
        let ada = send(&server, "ada@example.com", "Sort mail", None);
        let bob = send(&server, "bob@example.com", "Write letters", None);
        let mut browser = signed_in(&server);
        let ask = format!("{PATH}/{bob}/erase");
        let mut stranger = Browser::new(&server);
        assert_eq!(stranger.open(&ask).status, 303);
        assert!(matches!(stranger.submit(&ask, &[("csrf", "x"), ("next", "")]).status, 401 | 403));
        let asked = browser.open(&ask).expect_status(200);
        has(&asked, &["Erase this address?", "bob@example.com", "active partner stays", "be taken back"]);
        assert_eq!(server.home.number("SELECT COUNT(*) FROM leads"), 2, "the question erases nothing");
        let csrf = Browser::csrf(&asked);
        assert_eq!(browser.submit(&ask, &[("csrf", "x"), ("next", "")]).status, 403);
        let fields = [("csrf", csrf.as_str()), ("next", "")];
        let done = browser.submit(&ask, &fields).expect_status(303);
        let list = browser.open(done.header("location").unwrap()).expect_status(200);
        has(&list, &["The address was erased", "ada@example.com"]);
        assert!(!list.text.contains("bob@example.com"));
        assert_eq!(browser.submit(&ask, &fields).status, 404, "it is gone");
        has(&browser.open("/dashboard/v2").expect_status(200), &["An address that is no customer"]);

        let of_customer = format!("{PATH}/{ada}/erase");
        let refused = browser.open(&of_customer).expect_status(200);
        has(&refused, &["a customer", "Show the customer"]);
        assert!(!refused.text.contains("button-danger"));
        assert_eq!(browser.submit(&of_customer, &fields).status, 409);
        has(&browser.open(&format!("{PATH}/{ada}")).expect_status(200), &["Yes, with this address"]);
    });
}
