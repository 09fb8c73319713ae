//! Asking the warehouse a question that has its SQL ready.

use std::time::Duration;

use postgres::{Client, SimpleQueryMessage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::questions::Question;
use super::{address, target};
use crate::events::Log;
use crate::operation::{Access, Cost, Cx, Meta, Operation, Route};
use crate::platform::{Code, Fault, Result};

/// The answer may take this long.
const PATIENCE: Duration = Duration::from_secs(20);
/// Rows that are shown.
const ROWS: usize = 500;

/// Ask the warehouse a question that has its SQL ready.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryWarehouse {
    /// Which question.
    pub question: Question,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WarehouseAnswer {
    /// The question.
    pub question: Question,
    /// The SQL that was run, to go on from.
    pub sql: String,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows in the order of the question, each value as PostgreSQL writes it.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether there are more than the 500 rows that are shown.
    pub has_more: bool,
}

impl Operation for QueryWarehouse {
    const META: Meta = Meta {
        name: "query-warehouse",
        route: Route::get("/api/warehouse/query"),
        access: Access::Operator,
        cost: Cost::Blocking,
        log: Log::Warehouse,
    };
    type Output = WarehouseAnswer;

    fn run(&self, cx: &Cx) -> Result<WarehouseAnswer> {
        let question = self.question;
        target::briefly(address(&cx.deps)?, PATIENCE, move |client| ask(client, question))
    }
}

fn ask(client: &mut Client, question: Question) -> Result<WarehouseAnswer> {
    let failed = |error: postgres::Error| target::refused("answer", &error);
    let begin = "SET statement_timeout = '15s'; SET default_transaction_read_only = on";
    client.batch_execute(begin).map_err(failed)?;
    let there = "SELECT to_regclass('warehouse.sync_runs') IS NOT NULL";
    if !client.query_one(there, &[]).map_err(failed)?.get::<_, bool>(0) {
        let words = "The warehouse is empty yet; run `echopilot warehouse-sync` first";
        return Err(Fault::new(Code::NotFound, words));
    }
    let sql = question.sql();
    let (mut columns, mut rows) = (Vec::new(), Vec::new());
    for message in client.simple_query(&format!("{sql} LIMIT {}", ROWS + 1)).map_err(failed)? {
        match message {
            SimpleQueryMessage::RowDescription(names) => {
                columns = names.iter().map(|column| column.name().to_owned()).collect();
            }
            SimpleQueryMessage::Row(row) => {
                rows.push((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect());
            }
            _ => {}
        }
    }
    let has_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    Ok(WarehouseAnswer { question, sql: sql.to_owned(), columns, rows, has_more })
}
