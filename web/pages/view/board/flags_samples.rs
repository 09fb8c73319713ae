//! The pages of flags in every state.

use super::samples::{HOSTILE, failed, live, moment, shell};
use echopilot_core::flags::Verdict;

use super::*;
use crate::pages::view::{FieldError, Part};

fn card(name: &str, is_on: bool) -> FlagCard {
    FlagCard {
        name: name.into(),
        description: "What the buttons of /pricing say".into(),
        is_on,
        shares: "A 90 %, B 10 %".into(),
        goal: "checkout_or_lead".into(),
    }
}

impl FlagsPage {
    /// The list in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let mut hostile = card("hero", false);
        hostile.description = HOSTILE.into();
        hostile.goal = String::new();
        let rows = vec![card("pricing_cta", true), hostile];
        let shell = shell("/dashboard/v2/flags");
        let full = Self { shell, live: live(), degraded: None, flags: Part::Ready(rows) };
        let broken = Some("line 4: expected a comma".to_owned());
        vec![
            ("board-flags", full.clone()),
            ("board-flags-none", Self { flags: Part::Ready(Vec::new()), ..full.clone() }),
            ("board-flags-degraded", Self { degraded: broken, ..full.clone() }),
            ("board-flags-failed", Self { flags: failed(), ..full }),
        ]
    }
}

fn row(name: &str, against: &str) -> VariantRow {
    VariantRow {
        name: name.into(),
        share: "50 %".into(),
        users: "1,520 users".into(),
        converted: "180 converted".into(),
        rate: "11.84 % (9.72 % to 13.97 %)".into(),
        against: against.into(),
    }
}

fn figures(verdict: Verdict) -> FlagFigures {
    let course = |name: &str, by: f64| VariantCourse {
        name: name.into(),
        rate: vec![None, Some(5.0 + by), Some(5.5 + by)],
        low: vec![None, Some(2.0 + by), Some(3.0 + by)],
        high: vec![None, Some(9.0 + by), Some(8.0 + by)],
    };
    let ratio = |badge: Badge| RatioRow {
        versions: "Version 3".into(),
        counts: "A: 1,500 users for 50 %, B: 1,520 users for 50 %".into(),
        badge,
    };
    FlagFigures {
        verdict,
        words: "B converts 11.84 % of its users, A 5.00 %.".into(),
        variants: vec![row("A", "The baseline"), row("B", "+4.03 to +9.61 points")],
        courses: vec![course("A", 0.0), course("B", 6.0)],
        days: ["21 Nov 2026", "22 Nov 2026", "23 Nov 2026"].map(String::from).into(),
        ratios: vec![
            ratio(badge(Tone::Ok, "check", "as set")),
            ratio(badge(Tone::Bad, "alert", "not as set")),
            ratio(badge(Tone::Neutral, "dash", "too few to tell")),
        ],
        moved: 3,
        last: vec![ConversionRow {
            goal: HOSTILE.into(),
            user: "7UsG6PTSKWNhFhia-qdYiw".into(),
            at: moment(9),
        }],
    }
}

impl FlagPage {
    /// One flag in every state.
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let slider = |variant: &str, field| Slider {
            variant: variant.into(),
            field,
            share: "12.5".into(),
            typed: None,
        };
        let version = |version, is_current| VersionRow {
            version,
            at: moment(8),
            by: "operator ada".into(),
            is_current,
        };
        let full = Self {
            shell: shell("/dashboard/v2/flags/pricing_cta"),
            live: live(),
            flag: card("pricing_cta", true),
            version: 4,
            sliders: vec![slider("B", "share_1"), slider("C.1", "share_2")],
            notice: None,
            errors: Vec::new(),
            report: Part::Ready(figures(Verdict::Better)),
            versions: Part::Ready(vec![version(4, true), version(3, false)]),
        };
        let mut nothing = figures(Verdict::Collecting);
        (nothing.courses, nothing.days, nothing.ratios, nothing.last) = (vec![], vec![], vec![], vec![]);
        nothing.moved = 0;
        let nothing = Part::Ready(nothing);
        let error =
            FieldError { field: "share_1", text: "Enter shares that are at most 100 together".into() };
        let typed = Slider { typed: Some("\"><script>".into()), ..slider("B", "share_1") };
        let mut samples = vec![
            ("board-flag", full.clone()),
            ("board-flag-off", Self { flag: card("pricing_cta", false), ..full.clone() }),
            (
                "board-flag-nothing",
                Self { report: nothing, versions: Part::Ready(Vec::new()), ..full.clone() },
            ),
            ("board-flag-wrong", Self { errors: vec![error], sliders: vec![typed], ..full.clone() }),
            ("board-flag-failed", Self { report: failed(), versions: failed(), ..full.clone() }),
        ];
        for (name, verdict) in [
            ("board-flag-worse", Verdict::Worse),
            ("board-flag-blocked", Verdict::Blocked),
            ("board-flag-undecided", Verdict::Undecided),
            ("board-flag-not-measured", Verdict::NotMeasured),
        ] {
            samples.push((name, Self { report: Part::Ready(figures(verdict)), ..full.clone() }));
        }
        for notice in FlagNotice::ALL {
            let name: &'static str =
                Box::leak(format!("board-flag-notice-{}", notice.as_str()).into_boxed_str());
            samples.push((name, Self { notice: Some(notice), ..full.clone() }));
        }
        samples
    }
}
