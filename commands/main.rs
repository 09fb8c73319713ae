//! `echopilot`: the web service and the operator's tools in one binary. An enum of subcommands and one match.

mod billing;
mod boot;
mod completions;
mod config;
mod customers;
mod dev_check;
mod documents;
mod exit;
mod flags;
mod global;
mod help;
mod jobs;
mod keys;
mod leads;
mod logs;
mod man;
mod migrate;
mod pricing;
mod progress;
mod scheduler;
mod seed_demo;
mod sentinel;
mod serve;
mod smoke;
mod ui;
mod warehouse;
mod warehouse_sync;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use global::Global;
use ui::Ui;

/// The back office of a small company that sells AI automation.
#[derive(Parser)]
#[command(name = "echopilot", version, propagate_version = true, after_help = help::OVERVIEW)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::Arguments),
    Smoke(smoke::Arguments),
    DevCheck(dev_check::Arguments),
    SeedDemo(seed_demo::Arguments),
    WarehouseSync(warehouse_sync::Arguments),
    #[command(subcommand)]
    Warehouse(warehouse::Verb),
    #[command(subcommand)]
    Scheduler(scheduler::Verb),
    Sentinel(sentinel::Arguments),
    #[command(subcommand)]
    Keys(keys::Verb),
    #[command(subcommand)]
    Customers(customers::Verb),
    #[command(subcommand)]
    Billing(billing::Verb),
    #[command(subcommand)]
    Flags(flags::Verb),
    #[command(subcommand)]
    Jobs(jobs::Verb),
    #[command(subcommand)]
    Leads(leads::Verb),
    #[command(subcommand)]
    Pricing(pricing::Verb),
    #[command(subcommand)]
    Logs(logs::Verb),
    #[command(subcommand)]
    Config(config::Verb),
    #[command(subcommand)]
    Migrate(migrate::Verb),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    ui::trace(cli.global.verbose);
    let ui = Ui::new(&cli.global);
    let global = &cli.global;
    let result = match cli.command {
        Command::Serve(arguments) => serve::run(&arguments, global, ui),
        Command::Smoke(arguments) => smoke::run(&arguments, global, ui),
        Command::DevCheck(arguments) => dev_check::run(&arguments, global, ui),
        Command::SeedDemo(arguments) => seed_demo::run(&arguments, global, ui),
        Command::WarehouseSync(arguments) => warehouse_sync::run(&arguments, global, ui),
        Command::Warehouse(verb) => warehouse::run(&verb, global, ui),
        Command::Scheduler(verb) => scheduler::run(&verb, global, ui),
        Command::Sentinel(arguments) => sentinel::run(&arguments, global, ui),
        Command::Keys(verb) => keys::run(&verb, global, ui),
        Command::Customers(verb) => customers::run(&verb, global, ui),
        Command::Billing(verb) => billing::run(&verb, global, ui),
        Command::Flags(verb) => flags::run(&verb, global, ui),
        Command::Jobs(verb) => jobs::run(&verb, global, ui),
        Command::Leads(verb) => leads::run(&verb, global, ui),
        Command::Pricing(verb) => pricing::run(&verb, global, ui),
        Command::Logs(verb) => logs::run(&verb, global, ui),
        Command::Config(verb) => config::run(&verb, global, ui),
        Command::Migrate(verb) => migrate::run(&verb, global, ui),
        Command::Completions(arguments) => completions::run(&arguments, ui),
        Command::Man(arguments) => man::run(&arguments, ui),
    };
    exit::finish(result, ui)
}
