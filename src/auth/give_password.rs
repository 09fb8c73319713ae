//! A password that an operator gives a customer, in the shell: for the first customers, and for whom `smoke` signs in
//! as. Customers set their own in `password.rs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::login::secret_text;
use super::sql::PASSWORD_PUT;
use super::{hash, policy, sessions};
use crate::customers::directory;
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Email, Fault, Result, Secret};
use crate::store::args;

/// Give a customer a password; where it takes the place of another, all sessions end.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivePassword {
    /// The customer's identifier.
    pub customer_id: String,
    /// At least 8 characters, at most 1,024 bytes, and none that is easily guessed.
    #[serde(deserialize_with = "secret_text")]
    #[schemars(with = "String")]
    pub password: Secret,
}

/// The customer has it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PasswordGiven {
    /// How many sessions ended.
    pub revoked: u64,
}

/// Refuse a password that is easily guessed for somebody with this address and name; the fault names `password`.
pub fn check_password(password: &Secret, email: &Email, name: &str) -> Result<()> {
    policy::check("password", password, email, name)
}

impl Operation for GivePassword {
    const META: Meta = Meta {
        name: "give-password",
        route: Route::none(),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Auth,
    };
    type Output = PasswordGiven;

    fn run(&self, cx: &Cx) -> Result<PasswordGiven> {
        let found = cx.deps.store.read(|tx| directory::by_id(tx, &self.customer_id))?;
        let customer = found
            .filter(|customer| customer.erased_at.is_none())
            .ok_or_else(|| Fault::not_found("A customer with this identifier"))?;
        check_password(&self.password, &customer.email, &customer.name)?;
        let made = hash::hash(&cx.deps.ids, &self.password)?;
        let (id, now) = (customer.id, cx.now);
        let reference = cx.deps.references.reference("customer", &id);
        let revoked = cx.deps.store.write(move |tx| {
            tx.run(PASSWORD_PUT, args![id.as_str(), made.as_str(), now])?;
            sessions::revoke_all(tx, &id, now)
        })?;
        let event = cx.event(Log::Auth, "password_given").field("cust_ref", reference);
        cx.deps.events.emit(event.field("revoked", revoked));
        Ok(PasswordGiven { revoked })
    }
}
