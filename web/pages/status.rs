//! The public word about the service, as pages show it.

use echopilot_core::operation::Cx;
use echopilot_core::scheduler::{ComponentStatus, SummariseStatus};

use super::frame::moment;
use super::view::{Condition, StatusCard};

/// How the service is doing; unknown when even that can't be told.
pub(super) fn card(cx: &Cx) -> StatusCard {
    let Ok(summary) = cx.call(&SummariseStatus::default()) else {
        return StatusCard { overall: Condition::Unknown.overall(), parts: Vec::new(), checked: None };
    };
    StatusCard {
        overall: condition(summary.status).overall(),
        parts: summary
            .components
            .into_iter()
            .map(|part| (part.title, condition(part.status).badge()))
            .collect(),
        checked: summary.checked_at.map(moment),
    }
}

const fn condition(status: ComponentStatus) -> Condition {
    match status {
        ComponentStatus::Operational => Condition::Well,
        ComponentStatus::Degraded => Condition::Degraded,
        ComponentStatus::Down => Condition::Down,
        ComponentStatus::Unknown => Condition::Unknown,
        ComponentStatus::NotInUse => Condition::Unused,
    }
}
