//! `echopilot customers add|list|show|disable|enable|erase`

use echopilot_core::auth::{GivePassword, check_password};
use echopilot_core::customers::{
    AddCustomer, DisableCustomer, EnableCustomer, ListCustomers, ShowCustomer, ShownCustomer,
};
use echopilot_core::operation::{Cx, Operation};
use echopilot_core::platform::{Email, Fault, Result, Secret};
use echopilot_core::privacy::EraseCustomer;

use crate::boot;
use crate::exit::Exit;
use crate::global::Global;
use crate::help::example;
use crate::ui::{Rows, Ui};

/// Who the customers are: add, list, show, disable, enable, erase
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// Add a customer; they can sign in with a code at once
    #[command(after_help = example!(
        "echopilot customers add --email ada@example.com --name 'Ada Lovelace'",
        "echopilot customers add --email ada@example.com --password-stdin <password.txt"
    ))]
    Add(Add),
    /// List customers, newest first, all or those that TEXT finds
    #[command(after_help = example!("echopilot customers list lovelace", "echopilot customers list --json"))]
    List(ListCustomers),
    /// Show one customer
    #[command(after_help = example!("echopilot customers show 01J9Z8Q4W7XN3V5T6Y2M1K0PBA"))]
    Show(ShowCustomer),
    /// Disable a customer: sessions end within a second, nobody can sign in
    #[command(after_help = example!("echopilot customers disable 01J9Z8Q4W7XN3V5T6Y2M1K0PBA"))]
    Disable(DisableCustomer),
    /// Enable a customer again
    #[command(after_help = example!("echopilot customers enable 01J9Z8Q4W7XN3V5T6Y2M1K0PBA"))]
    Enable(EnableCustomer),
    /// Erase a customer for good; invoices and payments stay without a name
    #[command(after_help = example!("echopilot customers erase 01J9Z8Q4W7XN3V5T6Y2M1K0PBA --yes"))]
    Erase(Erase),
}

/// Whom to add.
#[derive(clap::Args)]
pub(crate) struct Add {
    #[command(flatten)]
    operation: AddCustomer,
    /// Give them a password: the first line of standard input
    #[arg(long)]
    password_stdin: bool,
}

/// Whom to erase.
#[derive(clap::Args)]
pub(crate) struct Erase {
    /// The customer's identifier
    id: String,
    /// Do not ask for the address first
    #[arg(long)]
    yes: bool,
}

/// Do what the verb says.
pub(crate) fn run(verb: &Verb, global: &Global, ui: Ui) -> Result<Exit> {
    let cx = boot::shell(global)?;
    match verb {
        Verb::List(operation) => list(operation, &cx, ui)?,
        Verb::Add(wanted) => add(wanted, &cx, ui)?,
        Verb::Show(operation) => one(operation, &cx, ui)?,
        Verb::Disable(operation) => one(operation, &cx, ui)?,
        Verb::Enable(operation) => one(operation, &cx, ui)?,
        Verb::Erase(wanted) => erase(wanted, global, &cx, ui)?,
    }
    Ok(Exit::Done)
}

fn one<O: Operation<Output = ShownCustomer>>(operation: &O, cx: &Cx, ui: Ui) -> Result<()> {
    show(&cx.call(operation)?, ui)
}

fn show(customer: &ShownCustomer, ui: Ui) -> Result<()> {
    ui.answer::<ShowCustomer>(customer, |table| {
        head(table);
        table.row(&row(customer));
    })
}

/// The password is looked at first, so that nobody is added without the one that was meant for them.
fn add(wanted: &Add, cx: &Cx, ui: Ui) -> Result<()> {
    let operation = &wanted.operation;
    let password = wanted.password_stdin.then(|| ui.first_line()).transpose()?.map(Secret::new);
    if let Some(password) = &password {
        check_password(password, &operation.email, operation.name.as_deref().unwrap_or_default())?;
    }
    let customer = cx.call(operation)?;
    if let Some(password) = password {
        cx.call(&GivePassword { customer_id: customer.id.clone(), password })?;
    }
    show(&customer, ui)
}

fn list(operation: &ListCustomers, cx: &Cx, ui: Ui) -> Result<()> {
    let page = cx.call(operation)?;
    ui.answer::<ListCustomers>(&page, |table| {
        head(table);
        for customer in &page.customers {
            table.row(&row(customer));
        }
    })?;
    if let Some(cursor) = &page.next_cursor {
        ui.say(&format!("There are more: --cursor {cursor}"));
    }
    Ok(())
}

fn erase(wanted: &Erase, global: &Global, cx: &Cx, ui: Ui) -> Result<()> {
    let customer = cx.call(&ShowCustomer { id: wanted.id.clone() })?;
    let confirm = if wanted.yes {
        customer.email
    } else {
        let question = "This can't be taken back. Type the customer's address to erase them:";
        let typed = if global.no_input { None } else { ui.ask(question) };
        Email::parse(
            &typed.ok_or_else(|| Fault::invalid("--yes", "expected, since nobody is here to be asked"))?,
        )?
    };
    let erased = cx.call(&EraseCustomer { id: wanted.id.clone(), confirm })?;
    ui.answer::<EraseCustomer>(&erased, |table| {
        table.head(&["removed or emptied", "rows"]);
        for (name, count) in &erased.counts {
            table.row(&[name.replace('_', " "), count.to_string()]);
        }
    })
}

fn head(table: &mut Rows) {
    table.head(&["id", "address", "name", "plan", "since", "state"]);
}

fn row(customer: &ShownCustomer) -> [String; 6] {
    let state = match (customer.erased_at, customer.disabled_at) {
        (Some(at), _) => format!("erased at {at}"),
        (None, Some(at)) => format!("disabled at {at}"),
        (None, None) => "active".to_owned(),
    };
    let (id, name, plan) = (customer.id.clone(), customer.name.clone(), customer.plan.clone());
    [id, customer.email.as_str().to_owned(), name, plan, customer.created_at.to_string(), state]
}
