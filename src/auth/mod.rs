//! Sign-in of customers: codes and links by mail, passwords, sessions, and the tokens that carry them.
//!
//! A token is an EdDSA JWT without personal data; what it stands for is the session row. Memory answers for
//! tokens seen before ([`recall`]), one lookup for others ([`look_up`]); a numbered list of changes makes
//! every replica forget what was revoked within a second.

mod challenge;
mod customer_sessions;
mod demo_sign_in;
mod failures;
mod forget;
mod give_password;
mod hash;
mod key_rows;
mod keys;
mod legacy;
mod list_keys;
mod login;
mod magic_link;
mod me;
mod operator_sessions;
mod operator_sign_in;
mod password;
mod policy;
mod retire_key;
mod rotate_keys;
mod session_list;
mod session_revoke;
mod sessions;
mod sign_out;
mod sql;
mod token;
mod verify;
mod wrap;

pub use challenge::{clean_up as forget_codes, is_link_token};
pub use customer_sessions::ListCustomerSessions;
pub use demo_sign_in::{DEMO_EMAIL, SignInDemo};
pub use forget::{forget_address, forget_customer};
pub use give_password::{GivePassword, PasswordGiven, check_password};
pub use key_rows::{KeyState, SigningKey, examine as examine_keys};
pub use keys::{Jwks, Keys, ensure_signing_key, jwks};
pub use list_keys::{KeyList, ListKeys};
pub use login::{SignIn, SignInAnswer};
pub use magic_link::{CodeSent, RequestCode};
pub use me::{Me, WhoAmI};
pub use operator_sessions::{
    KnownOperator, OperatorSessions, clean_up as forget_operator_sessions, look_up_operator, recall_operator,
};
pub use operator_sign_in::{OperatorSignedIn, OperatorSignedOut, SignInOperator, SignOutOperator};
pub use password::{PasswordSet, SetPassword};
pub use retire_key::{KeyRetired, RetireKey};
pub use rotate_keys::{KeysRotated, RotateKeys};
pub use session_list::{ListSessions, ListedSession, SessionList};
pub use session_revoke::{RevokeSessions, SessionsRevoked};
pub use sessions::{Recall, Sessions, clean_up as forget_sessions, look_up, recall, revoke_all};
pub use sign_out::{SignOut, SignedOut};
pub(crate) use sql::ALL as STATEMENTS;
pub use verify::VerifyLink;
