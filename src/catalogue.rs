//! Everything once: operations, what slices keep in memory, and every statement. HTTP, the documents, the
//! smoke test, `dev-check` and the tests over the tables iterate these lists.

use std::time::Duration;

use crate::config::LOOKED_AT_EVERY;
use crate::operation::{Entry, Resident};
use crate::store::Sql;
use crate::{
    audit, auth, billing, customers, demo, flags, governance, jobs, leads, operation, pricing, privacy,
    scheduler, sentinel, slo, store, support, warehouse,
};

/// All operations.
pub const CATALOGUE: &[Entry] = &[
    Entry::of::<sentinel::ShowHealth>(),
    Entry::of::<sentinel::ShowReadiness>(),
    Entry::of::<scheduler::SummariseStatus>(),
    Entry::of::<sentinel::ShowSentinel>(),
    Entry::of::<sentinel::ShowDependencies>(),
    Entry::of::<slo::ShowTraffic>(),
    Entry::of::<scheduler::ShowScheduler>(),
    Entry::of::<scheduler::RunTask>(),
    Entry::of::<scheduler::PauseTask>(),
    Entry::of::<scheduler::ResumeTask>(),
    Entry::of::<scheduler::CleanUp>(),
    Entry::of::<scheduler::SyncNotion>(),
    Entry::of::<audit::TailLog>(),
    Entry::of::<audit::ListOpsEvents>(),
    Entry::of::<auth::RequestCode>(),
    Entry::of::<auth::SignIn>(),
    Entry::of::<auth::VerifyLink>(),
    Entry::of::<auth::SetPassword>(),
    Entry::of::<auth::GivePassword>(),
    Entry::of::<auth::ListSessions>(),
    Entry::of::<auth::RevokeSessions>(),
    Entry::of::<auth::ListCustomerSessions>(),
    Entry::of::<auth::SignInDemo>(),
    Entry::of::<auth::SignOut>(),
    Entry::of::<auth::WhoAmI>(),
    Entry::of::<auth::ListKeys>(),
    Entry::of::<auth::RotateKeys>(),
    Entry::of::<auth::RetireKey>(),
    Entry::of::<customers::ListCustomers>(),
    Entry::of::<customers::ShowCustomer>(),
    Entry::of::<customers::AddCustomer>(),
    Entry::of::<customers::DisableCustomer>(),
    Entry::of::<customers::EnableCustomer>(),
    Entry::of::<privacy::EraseCustomer>(),
    Entry::of::<privacy::EraseAddress>(),
    Entry::of::<support::CreateTicket>(),
    Entry::of::<support::ListTickets>(),
    Entry::of::<support::ListAllTickets>(),
    Entry::of::<support::ShowTicket>(),
    Entry::of::<support::AnswerTicket>(),
    Entry::of::<auth::SignInOperator>(),
    Entry::of::<auth::SignOutOperator>(),
    Entry::of::<billing::ListInvoices>(),
    Entry::of::<billing::SummariseBilling>(),
    Entry::of::<billing::OpenBillingPortal>(),
    Entry::of::<billing::StartCheckout>(),
    Entry::of::<billing::RefundPayment>(),
    Entry::of::<billing::CreateInvoice>(),
    Entry::of::<billing::VoidInvoice>(),
    Entry::of::<billing::ListPayments>(),
    Entry::of::<billing::ListCustomerInvoices>(),
    Entry::of::<billing::FinishStripeOperations>(),
    Entry::of::<billing::ReceiveWebhook>(),
    Entry::of::<billing::ListEvents>(),
    Entry::of::<billing::ShowEvent>(),
    Entry::of::<billing::ReplayEvent>(),
    Entry::of::<billing::ReconcileBilling>(),
    Entry::of::<billing::ShowLastReconciliation>(),
    Entry::of::<jobs::ListJobs>(),
    Entry::of::<jobs::ShowJob>(),
    Entry::of::<jobs::SummariseAccount>(),
    Entry::of::<jobs::ListJobDays>(),
    Entry::of::<customers::ShowTiers>(),
    Entry::of::<pricing::OptimizePricing>(),
    Entry::of::<leads::CreateLead>(),
    Entry::of::<leads::ListLeads>(),
    Entry::of::<leads::ShowLead>(),
    Entry::of::<customers::referrals::ListReferrals>(),
    Entry::of::<flags::ListFlags>(),
    Entry::of::<flags::SetFlag>(),
    Entry::of::<flags::RollBackFlags>(),
    Entry::of::<flags::EvaluateFlag>(),
    Entry::of::<flags::EvaluateAllFlags>(),
    Entry::of::<flags::ExplainFlag>(),
    Entry::of::<flags::ConvertFlag>(),
    Entry::of::<flags::ReportFlag>(),
    Entry::of::<flags::SimulateFlag>(),
    Entry::of::<governance::ListGovernanceItems>(),
    Entry::of::<warehouse::SyncWarehouse>(),
    Entry::of::<warehouse::ShowWarehouse>(),
    Entry::of::<warehouse::QueryWarehouse>(),
    Entry::of::<demo::SeedDemo>(),
];

/// What slices keep in memory. Keys before sessions: a change of keys is told among the sessions' changes.
pub const RESIDENTS: &[Resident] = &[
    Resident::new("signing keys", auth::Keys::build, auth::Keys::refresh, Duration::from_secs(3600)),
    Resident::new("sessions", auth::Sessions::build, auth::Sessions::refresh, Duration::from_millis(500)),
    Resident::new(
        "operators' sessions",
        auth::OperatorSessions::build,
        auth::OperatorSessions::refresh,
        Duration::from_millis(500),
    ),
    Resident::new("flags", flags::Flags::build, flags::Flags::refresh, LOOKED_AT_EVERY),
    Resident::new(
        "flag assignments",
        flags::Assignments::build,
        flags::Assignments::refresh,
        flags::Assignments::STORED_EVERY,
    )
    .alone(),
    Resident::new("plans", customers::Plans::build, customers::Plans::refresh, LOOKED_AT_EVERY),
    Resident::new(
        "billing drift",
        billing::DriftFigure::build,
        billing::DriftFigure::refresh,
        billing::LOOKED_UP_EVERY,
    ),
    Resident::new("machine", sentinel::Host::build, sentinel::Host::refresh, sentinel::HOST_LOOKED_AT_EVERY),
    Resident::new(
        "warehouse figures",
        warehouse::WarehouseFigures::build,
        warehouse::WarehouseFigures::refresh,
        warehouse::LOOKED_UP_EVERY,
    )
    .alone(),
    Resident::new(
        "dependencies",
        sentinel::Dependencies::build,
        sentinel::Dependencies::refresh,
        sentinel::CHECKED_EVERY,
    )
    .alone(),
    Resident::new(
        "scheduled work",
        scheduler::ScheduledWork::build,
        scheduler::ScheduledWork::refresh,
        sentinel::CHECKED_EVERY,
    ),
    Resident::new(
        "services",
        sentinel::Services::build,
        sentinel::Services::refresh,
        sentinel::SERVICES_ASKED_EVERY,
    )
    .alone(),
];

/// Every statement, so that a test can prepare each on both engines.
pub fn statements() -> impl Iterator<Item = &'static Sql> {
    const SLICES: &[&[Sql]] = &[
        operation::STATEMENTS,
        auth::STATEMENTS,
        customers::STATEMENTS,
        billing::STATEMENTS[0],
        billing::STATEMENTS[1],
        billing::STATEMENTS[2],
        flags::STATEMENTS,
        jobs::STATEMENTS,
        leads::STATEMENTS,
        pricing::STATEMENTS,
        privacy::STATEMENTS,
        support::STATEMENTS,
        governance::STATEMENTS,
        scheduler::STATEMENTS,
        sentinel::STATEMENTS,
        slo::STATEMENTS,
        warehouse::STATEMENTS,
    ];
    store::STATEMENTS.iter().chain(SLICES).copied().flatten()
}
