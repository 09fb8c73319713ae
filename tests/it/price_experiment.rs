//! An experiment with prices: what a visitor is shown is what Stripe charges, and the visitor has no say in it.

use serde_json::json;

use crate::support::recorder::{Recorder, usual};
use crate::support::stripe::KEY;
use crate::support::{Browser, Engine, Home, Served, on_each_engine};

/// A server that offers Pro for less to those in B, with a Stripe that charges `amount` for that price.
fn start(engine: Engine, amount: i64) -> (Served, Recorder) {
    let recorder = Recorder::start();
    recorder.answer(move |request| {
        if request.path.starts_with("/v1/prices/price_pro_less") {
            let price = json!({ "id": "price_pro_less", "object": "price", "active": true, "unit_amount": amount,
                "currency": "usd", "recurring": { "interval": "month" } });
            return (200, Vec::new(), price.to_string());
        }
        usual(request)
    });
    let home = Home::new(engine)
        .set("STRIPE_API_BASE", &recorder.url)
        .set("STRIPE_SECRET_KEY", KEY)
        .set("STRIPE_PRICE_PRO", "price_pro");
    let folder = home.path().join("configs");
    std::fs::create_dir_all(&folder).unwrap();
    let mut pricing: serde_json::Value =
        serde_json::from_str(include_str!("../../configs/pricing.json")).unwrap();
    let pro = pricing["plans"].as_array_mut().unwrap().iter_mut().find(|plan| plan["plan"] == "pro").unwrap();
    pro["price_experiment"] = json!({ "flag": "price_pro",
        "offers": { "B": { "price_minor": 24_900, "stripe_price": "price_pro_less" } } });
    std::fs::write(folder.join("pricing.json"), pricing.to_string()).unwrap();
    let server = home.set("CONFIG_DIR", &folder.display().to_string()).share().serve();
    (server, recorder)
}

fn show_to_all(server: &Served, variant: &str) {
    let shares = json!({ "A": i32::from(variant == "A") * 100, "B": i32::from(variant == "B") * 100 });
    let change = json!({ "flag": "price_pro", "variants": shares });
    let _ = server.post_as_operator("/api/flags/set", &change).expect_status(200);
}

#[test]
fn the_price_that_is_shown_is_the_price_that_is_charged() {
    on_each_engine(|engine| {
        let (server, recorder) = start(engine, 24_900);
        for (variant, shown, hidden, charged) in
            [("B", "USD 249", "USD 299", "price_pro_less"), ("A", "USD 299", "USD 249", "price_pro")]
        {
            show_to_all(&server, variant);
            let mut browser = Browser::new(&server);
            let page = browser.open("/pricing").expect_status(200);
            assert!(page.text.contains(shown) && !page.text.contains(hidden), "{variant}: {}", page.text);
            assert!(browser.open("/").expect_status(200).text.contains(shown), "{variant}");
            let csrf = Browser::csrf(&page);
            let email = format!("{}@example.com", variant.to_lowercase());
            // What else a form says does not matter.
            let fields = [
                ("csrf", csrf.as_str()),
                ("plan", "pro"),
                ("period", "month"),
                ("email", email.as_str()),
                ("variant", "B"),
                ("price", "price_of_my_own"),
            ];
            let _ = browser.submit("/pricing/checkout", &fields).expect_status(303);
            let session = recorder.asked("POST", "/v1/checkout/sessions").pop().unwrap();
            assert_eq!(session.field("line_items[0][price]"), charged, "{variant}");
        }
        // A program can't choose either.
        for field in ["variant", "price"] {
            let mut body = json!({ "plan": "pro", "period": "month", "email": "eve@example.com" });
            body[field] = json!("B");
            let refused = server.post("/api/billing/checkout", &body).expect_status(422).json();
            assert_eq!(refused["errors"][0]["field"], field);
        }
    });
}

#[test]
fn nothing_is_sold_for_another_sum_than_was_shown() {
    on_each_engine(|engine| {
        let (server, recorder) = start(engine, 29_900);
        show_to_all(&server, "B");
        let mut browser = Browser::new(&server);
        let page = browser.open("/pricing").expect_status(200);
        let csrf = Browser::csrf(&page);
        let fields =
            [("csrf", csrf.as_str()), ("plan", "pro"), ("period", "month"), ("email", "ada@example.com")];
        let told = browser.submit("/pricing/checkout", &fields).expect_status(200).text;
        assert!(told.contains("This plan can&#39;t be bought here"), "{told}");
        assert!(recorder.asked("POST", "/v1/checkout/sessions").is_empty());
        assert!(server.home.rows("SELECT id FROM customers").is_empty(), "nobody became a customer by it");
    });
}
