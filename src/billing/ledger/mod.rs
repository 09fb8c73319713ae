//! The ledger of events that Stripe sent: each as it came, once, with where it stands.

mod event;
mod forget;
mod forward;
mod list;
mod receive;
mod replay;
pub(super) mod sql;

pub use event::{EventState, StoredEvent};
pub(super) use forget::forget_bodies;
pub use forget::forget_events;
pub use forward::forward;
pub use list::{EventList, EventShown, ListEvents, ShowEvent};
pub use receive::{ReceiveWebhook, WebhookTaken};
pub use replay::{ReplayEvent, ReplayedEvent};
