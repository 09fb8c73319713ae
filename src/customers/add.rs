//! A new customer, made by an operator.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Mirror, Plan, ShownCustomer, directory};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, OpsEvent, Route, Severity, Status};
use crate::platform::{Code, Email, Fault, FieldProblem, Result};

/// Longer names break every list they stand in.
const LONGEST_NAME: usize = 200;

/// Add a customer; they can sign in with a code at once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct AddCustomer {
    /// The address they sign in with.
    #[arg(long)]
    pub email: Email,
    /// What to call them, 1 to 200 characters; the part of the address before the sign when nothing is said.
    #[arg(long)]
    #[serde(default)]
    #[schemars(length(min = 1, max = 200))]
    pub name: Option<String>,
    /// What they pay for.
    #[arg(long, value_enum)]
    #[serde(default)]
    pub plan: Option<Plan>,
}

impl Operation for AddCustomer {
    const META: Meta = Meta {
        name: "add-customer",
        route: Route::post("/api/customers"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = ShownCustomer;
    const SUCCESS: &'static [Status] = &[Status::Created];

    fn run(&self, cx: &Cx) -> Result<ShownCustomer> {
        let name = name_of(self.name.as_deref(), &self.email)?;
        let (email, plan, now) = (self.email.clone(), self.plan.unwrap_or_default(), cx.now);
        let (id, mirror) = (cx.deps.ids.ulid_at(now), Mirror::of(&cx.deps));
        let reference = cx.deps.references.reference("customer", &id);
        let event =
            OpsEvent::by(cx, "customer_added", Severity::Info, format!("Customer {reference} was added"));
        let customer = cx.deps.store.write(move |tx| {
            if !directory::add(tx, &id, &email, &name, plan, now)? {
                return Err(taken());
            }
            mirror.changed(tx, &id, now)?;
            event.store(tx)?;
            directory::found(tx, &id)
        })?;
        cx.deps.events.emit(cx.event(Log::Auth, "customer_added").field("cust_ref", reference));
        Ok(customer.into())
    }
}

/// The name to store: what was asked for, else the beginning of the address.
fn name_of(name: Option<&str>, email: &Email) -> Result<String> {
    let Some(name) = name else {
        return Ok(email.as_str().split('@').next().unwrap_or_default().to_owned());
    };
    let name = name.trim();
    let sound = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if sound {
        Ok(name.to_owned())
    } else {
        Err(Fault::invalid("name", format!("expected 1 to {LONGEST_NAME} characters on one line")))
    }
}

fn taken() -> Fault {
    let expected = "expected an address that no customer has yet; this one is taken";
    let mut fault = Fault::new(Code::Conflict, format!("email: {expected}"));
    fault.fields.push(FieldProblem { field: "email".into(), expected: expected.into() });
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line_of_a_length_that_lists_can_hold() {
        let email = Email::parse("ada@example.com").unwrap();
        assert_eq!(name_of(None, &email).unwrap(), "ada");
        assert_eq!(name_of(Some("  Ada Lovelace "), &email).unwrap(), "Ada Lovelace");
        assert_eq!(name_of(Some(&"é".repeat(200)), &email).unwrap().chars().count(), 200);
        for name in ["", "  ", "two\nlines", "nul\0", &"é".repeat(201)] {
            assert_eq!(name_of(Some(name), &email).unwrap_err().fields[0].field, "name", "{name:?}");
        }
    }
}
