//! Who calls, and who may.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::platform::{Code, Email, Fault, Result, Timestamp};

/// What is known of a customer while a request of theirs runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Profile {
    /// ULID.
    pub customer_id: String,
    /// Where sign-in mail goes.
    pub email: Email,
    /// What to call them.
    pub name: String,
    /// The plan's name: `free`, `starter`, `pro` or `enterprise`.
    pub plan: String,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// A live session and whose it is.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// ULID of the session, `jti` of its token.
    pub session_id: String,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// The customer.
    pub profile: Profile,
}

/// Who calls.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Nobody in particular.
    Anonymous,
    /// A signed-in customer.
    Customer(Arc<SignedIn>),
    /// Somebody with a dashboard key of this name.
    Operator(Arc<str>),
    /// Somebody with a shell on the machine; may do what an operator may.
    Shell,
    /// The clock; may do what an operator may.
    Scheduler,
}

impl Caller {
    /// The kind, for logs.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Customer(_) => "customer",
            Self::Operator(_) => "operator",
            Self::Shell => "shell",
            Self::Scheduler => "scheduler",
        }
    }

    /// Kind and identity, unique among callers; `None` for nobody.
    pub fn identity(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Anonymous => None,
            Self::Customer(session) => Some((self.kind(), &session.profile.customer_id)),
            Self::Operator(name) => Some((self.kind(), name)),
            Self::Shell | Self::Scheduler => Some((self.kind(), "")),
        }
    }

    /// The session of a customer; a fault for everybody else.
    pub fn customer(&self) -> Result<&SignedIn> {
        match self {
            Self::Customer(session) => Ok(session),
            Self::Anonymous => Err(sign_in_required()),
            _ => Err(Fault::new(Code::Forbidden, "Only a signed-in customer can do this")),
        }
    }

    const fn has_operator_rights(&self) -> bool {
        matches!(self, Self::Operator(_) | Self::Shell | Self::Scheduler)
    }
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Signed-in customers, each their own things.
    Customer,
    /// Operators.
    Operator,
    /// Customers their own things, operators all.
    Either,
}

impl Access {
    /// Let `caller` pass, or say why not.
    pub fn admit(self, caller: &Caller) -> Result<()> {
        match (self, caller) {
            (Self::Public, _)
            | (Self::Customer | Self::Either, Caller::Customer(_))
            | (Self::Either | Self::Operator, Caller::Operator(_) | Caller::Shell | Caller::Scheduler) => {
                Ok(())
            }
            (Self::Operator, Caller::Anonymous) => Err(Fault::new(
                Code::Unauthenticated,
                "This needs an operator's key: send it in the header X-Dash-Key",
            )),
            (_, Caller::Anonymous) => Err(sign_in_required()),
            (Self::Operator, Caller::Customer(_)) => {
                Err(Fault::new(Code::Forbidden, "Only an operator can do this"))
            }
            (Self::Customer, caller) => {
                debug_assert!(caller.has_operator_rights());
                Err(Fault::new(Code::Forbidden, "Only a signed-in customer can do this"))
            }
        }
    }

    /// As it stands in documents.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Public => "everybody",
            Self::Customer => "customer",
            Self::Operator => "operator",
            Self::Either => "customer (own) or operator (all)",
        }
    }
}

fn sign_in_required() -> Fault {
    Fault::new(
        Code::Unauthenticated,
        "Sign in first: send the session token in the header Authorization: Bearer, or sign in at /auth/login",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer() -> Caller {
        Caller::Customer(Arc::new(SignedIn {
            session_id: "S".into(),
            expires_at: Timestamp(1),
            profile: Profile {
                customer_id: "C".into(),
                email: Email::parse("a@b.co").unwrap(),
                name: "A".into(),
                plan: "free".into(),
                created_at: Timestamp(0),
            },
        }))
    }

    #[test]
    fn the_gate_follows_the_table() {
        let callers = [
            Caller::Anonymous,
            customer(),
            Caller::Operator("default".into()),
            Caller::Shell,
            Caller::Scheduler,
        ];
        let expected = [
            (Access::Public, [true, true, true, true, true]),
            (Access::Customer, [false, true, false, false, false]),
            (Access::Operator, [false, false, true, true, true]),
            (Access::Either, [false, true, true, true, true]),
        ];
        for (access, row) in expected {
            for (caller, admitted) in callers.iter().zip(row) {
                assert_eq!(access.admit(caller).is_ok(), admitted, "{access:?} {}", caller.kind());
            }
        }
        assert_eq!(Access::Operator.admit(&Caller::Anonymous).unwrap_err().code, Code::Unauthenticated);
        assert_eq!(Access::Operator.admit(&customer()).unwrap_err().code, Code::Forbidden);
    }
}
