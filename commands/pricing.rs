//! `echopilot pricing optimize`

use echopilot_core::platform::Result;
use echopilot_core::pricing::{OptimizePricing, PricingAdvice};

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::Ui;

/// What the work of the last weeks says about the rate
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// Suggest a rate from the quality and the margins of the last 30 days; changes nothing
    #[command(after_help = example!("echopilot pricing optimize", "echopilot pricing optimize --json"))]
    Optimize(OptimizePricing),
}

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    let Verb::Optimize(operation) = verb;
    let cx = boot::shell(global)?;
    let advice = cx.call(operation)?;
    ui.answer::<OptimizePricing>(&advice, |table| {
        table.head(&["figure", "value"]);
        for line in lines(&advice) {
            table.row(&line);
        }
    })?;
    Ok(Exit::Done)
}

fn lines(advice: &PricingAdvice) -> [[String; 2]; 9] {
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
    let factors = &advice.factors;
    [
        ["current rate, USD a minute".to_owned(), format!("{:.4}", advice.current_rate)],
        ["which comes from".to_owned(), advice.rate_origin.words().to_owned()],
        ["jobs that count".to_owned(), factors.jobs.to_string()],
        ["mean QA score".to_owned(), shown(factors.qa_avg)],
        ["QA factor".to_owned(), shown(factors.qa_factor)],
        ["mean margin, per cent".to_owned(), shown(factors.margin_avg)],
        ["margin factor".to_owned(), shown(factors.margin_factor)],
        ["suggested rate, USD a minute".to_owned(), shown(advice.new_rate)],
        ["recommendation".to_owned(), advice.recommendation.words().to_owned()],
    ]
}
