//! Everything once: operations, what slices keep in memory, and every statement. HTTP, the documents, the
//! smoke test, `dev-check` and the tests over the tables iterate these lists.

use std::time::Duration;

use crate::config::LOOKED_AT_EVERY;
use crate::operation::{Entry, Resident};
use crate::store::Sql;
use crate::{
    audit, auth, billing, customers, demo, governance, jobs, operation, scheduler, sentinel, store, warehouse,
};

/// All operations.
pub const CATALOGUE: &[Entry] = &[
    Entry::of::<sentinel::ShowHealth>(),
    Entry::of::<sentinel::ShowReadiness>(),
    Entry::of::<scheduler::ShowScheduler>(),
    Entry::of::<scheduler::RunTask>(),
    Entry::of::<scheduler::PauseTask>(),
    Entry::of::<scheduler::ResumeTask>(),
    Entry::of::<scheduler::CleanUp>(),
    Entry::of::<audit::TailLog>(),
    Entry::of::<auth::RequestCode>(),
    Entry::of::<auth::SignIn>(),
    Entry::of::<auth::VerifyLink>(),
    Entry::of::<auth::SetPassword>(),
    Entry::of::<auth::ListSessions>(),
    Entry::of::<auth::RevokeSessions>(),
    Entry::of::<auth::SignInDemo>(),
    Entry::of::<auth::SignOut>(),
    Entry::of::<auth::WhoAmI>(),
    Entry::of::<billing::ListInvoices>(),
    Entry::of::<billing::SummariseBilling>(),
    Entry::of::<jobs::ListJobs>(),
    Entry::of::<jobs::SummariseAccount>(),
    Entry::of::<customers::ShowTiers>(),
    Entry::of::<customers::referrals::ListReferrals>(),
    Entry::of::<governance::ListGovernanceItems>(),
    Entry::of::<warehouse::SyncWarehouse>(),
    Entry::of::<warehouse::ShowWarehouse>(),
    Entry::of::<demo::SeedDemo>(),
];

/// What slices keep in memory. Keys before sessions: a change of keys is told among the sessions' changes.
pub const RESIDENTS: &[Resident] = &[
    Resident::new("signing keys", auth::Keys::build, |_| Ok(()), Duration::from_secs(3600)),
    Resident::new("sessions", auth::Sessions::build, auth::Sessions::refresh, Duration::from_millis(500)),
    Resident::new("plans", customers::Plans::build, customers::Plans::refresh, LOOKED_AT_EVERY),
    Resident::new(
        "dependencies",
        sentinel::Dependencies::build,
        sentinel::Dependencies::refresh,
        sentinel::CHECKED_EVERY,
    ),
];

/// Every statement, so that a test can prepare each on both engines.
pub fn statements() -> impl Iterator<Item = &'static Sql> {
    const SLICES: &[&[Sql]] = &[
        operation::STATEMENTS,
        auth::STATEMENTS,
        customers::STATEMENTS,
        billing::STATEMENTS,
        jobs::STATEMENTS,
        governance::STATEMENTS,
        scheduler::STATEMENTS,
        warehouse::STATEMENTS,
    ];
    store::STATEMENTS.iter().chain(SLICES).copied().flatten()
}
