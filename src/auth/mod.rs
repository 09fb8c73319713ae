//! Sign-in of customers: codes and links by mail, passwords, sessions, and the tokens that carry them.
//!
//! A token is an EdDSA JWT without personal data; what it stands for is the session row. Memory answers for
//! tokens seen before ([`recall`]), one lookup for others ([`look_up`]); a numbered list of changes makes
//! every replica forget what was revoked within a second.

mod challenge;
mod demo_sign_in;
mod failures;
mod forget;
mod hash;
mod keys;
mod login;
mod magic_link;
mod me;
mod password;
mod policy;
mod session_list;
mod session_revoke;
mod sessions;
mod sign_out;
mod sql;
mod token;
mod verify;
mod wrap;

pub use challenge::{clean_up as forget_codes, is_link_token};
pub use demo_sign_in::{DEMO_EMAIL, SignInDemo};
pub use forget::forget_customer;
pub use keys::{Jwks, Keys, jwks};
pub use login::{SignIn, SignInAnswer};
pub use magic_link::{CodeSent, RequestCode};
pub use me::{Me, WhoAmI};
pub use password::{PasswordSet, SetPassword};
pub use session_list::{ListSessions, ListedSession, SessionList};
pub use session_revoke::{RevokeSessions, SessionsRevoked};
pub use sessions::{Recall, Sessions, clean_up as forget_sessions, look_up, recall, revoke_all};
pub use sign_out::{SignOut, SignedOut};
pub(crate) use sql::ALL as STATEMENTS;
pub use verify::VerifyLink;
